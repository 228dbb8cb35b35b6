"""X (Twitter): recent search of API v2, by tweepy."""

import html
import logging
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, Self

import requests
import tweepy
from pydantic import Field, model_validator

from domain.errors import SourceError
from domain.types import Post
from listeners import answers, markup, sessions
from listeners.base import Batch, SourceOptions
from listeners.batches import posts_of
from listeners.x_marks import WINDOW, Mark, Marks, Place

log = logging.getLogger(__name__)

BEARER = "GOODWORD_X_BEARER_TOKEN"
SECRETS = (BEARER,)

_HOST = "https://api.twitter.com"  # fixed in tweepy
_MAX_PAGES = 10  # of 100 posts, per query and look; what is left comes with the next looks
_EPOCH_MS = 1288834974657  # ids count milliseconds from here, above their lowest 22 bits
_SMALLEST_TIMED_ID = 1 << 40  # smaller ids are older than that scheme
_NUMBER = re.compile(r"^[0-9]{1,20}$")
_NO_HINT = timedelta(minutes=15)  # X counts per quarter of an hour
_UNPAID = timedelta(hours=1)
_FIELDS = "author_id created_at conversation_id lang public_metrics referenced_tweets note_tweet"
# X's own codes, and those for "no language" (und, and for posts of tags or media alone).
_LANGUAGES = {"iw": "he", "in": "id", "und": ""}


class Options(SourceOptions):
    query: str = ""
    queries: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    longest_query: int = 512  # X's bound for self-serve access; 4096 with an enterprise contract

    @model_validator(mode="after")
    def _some_query(self) -> Self:
        if not self.wanted:
            raise ValueError("needs `query` or `queries`: what to search X for")
        for query in self.wanted:
            if len(query) > self.longest_query:
                raise ValueError(
                    f"a query has {len(query)} characters, X takes {self.longest_query}: split it "
                    f"over several `queries` ({query[:40]}...)"
                )
        return self

    @property
    def wanted(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(q for q in (self.query, *self.queries) if q))


class XListener:
    platform = "x"

    def __init__(
        self,
        options: Options,
        token: str,
        clock: Callable[[], datetime],
        timeouts: sessions.Timeouts = sessions.USUAL,
        max_pages: int = _MAX_PAGES,
    ) -> None:
        self.name = options.name
        self.every = options.every
        self._options = options
        self._token = token
        self._clock = clock
        self._timeouts = timeouts
        self._max_pages = max_pages
        self._where = f"{self.name}: X"

    def fetch(self, cursor: str | None) -> Batch:
        marks = Marks.read(cursor)
        posts: dict[str, Post] = {}
        moved = {}
        for query in self._options.wanted:
            mark = marks.queries.get(query, Mark())
            found, moved[query] = self._look(query, mark.within(self._clock(), self._options.since))
            posts.update((post.key, post) for post in found)
        return Batch(tuple(posts.values()), Marks(queries=moved).model_dump_json())

    def replies(self, post: Post) -> tuple[Post, ...]:
        """Of the last seven days; X searches no further back."""
        thread = post.thread_id or post.external_id
        found, _ = self._look(f"conversation_id:{thread}", Mark().within(self._clock(), WINDOW))
        return tuple(reply for reply in found if reply.external_id != thread)

    def _look(self, query: str, mark: Mark) -> tuple[tuple[Post, ...], Mark]:
        """The posts that `query` finds beyond `mark`, and the mark after them."""
        posts: list[Post] = []
        read: list[Place] = []
        for turn, page in enumerate(self._pages(query, mark), start=1):
            posts += self._posts(page)
            read += self._places(page)
            if turn == self._max_pages and _meta(page, "next_token") and read:
                log.warning("%s finds more than one look reads; the rest comes next", self.name)
                return tuple(posts), mark.left_at(read)
        return tuple(posts), mark.done(read)

    def _pages(self, query: str, mark: Mark) -> Iterator[dict[str, Any]]:
        """Newest first, at most max_pages; a token that comes again ends it."""
        asked = mark.asked()
        used: set[str] = set()
        for _ in range(self._max_pages):
            page = self._search(query, asked)
            yield page
            token = _meta(page, "next_token")
            if not token or token in used:
                return
            used.add(token)
            asked["next_token"] = token

    def _search(self, query: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        if not self._token:
            raise SourceError(f"{self._where} needs a token: set {BEARER}")
        client = tweepy.Client(self._token, return_type=dict)
        sessions.prepare(client.session, (_HOST,), self._options.api_url, self._timeouts)
        with client.session:
            try:
                page = client.search_recent_tweets(
                    query,
                    max_results=100,
                    tweet_fields=_FIELDS.split(),
                    expansions=["author_id"],
                    user_fields=["username"],
                    **asked,
                )
            except tweepy.HTTPException as error:
                raise self._refusal(error) from error
            except requests.JSONDecodeError as error:
                raise answers.unreadable(self._where, "JSON") from error
            except requests.RequestException as error:
                raise answers.unreachable(self._where, error) from error
            except (tweepy.TweepyException, ValueError, TypeError, AttributeError) as error:
                # also from within tweepy, where an error's body is JSON of another shape
                raise answers.unreadable(self._where, "what X is known to send") from error
        return self._checked(page)

    def _checked(self, page: Any) -> dict[str, Any]:
        if not isinstance(page, dict) or not ({"data", "meta"} & page.keys()):
            raise answers.unreadable(self._where, "a page of posts")
        if not isinstance(page.get("data", []), list):
            raise answers.unreadable(self._where, "a page of posts")
        for error in _records(page, "errors"):
            log.info("%s: %s", self._where, markup.title(str(error.get("detail", error))))
        return page

    def _refusal(self, error: tweepy.HTTPException) -> SourceError:
        status = error.response.status_code
        said = markup.title("; ".join(str(message) for message in error.api_messages) or "")
        advice = {
            400: f"check `query`. X says: {said}",
            401: f"check {BEARER}",
            402: "the credits are used up; buy some, or raise the limit, in X's developer console",
            403: f"check what the app behind {BEARER} may do. X says: {said}",
        }.get(status, "it will be tried again")
        refused = answers.refusal(
            self._where, status, error.response.headers, self._clock(), advice
        )
        if refused.retry_after is None:
            refused.retry_after = {402: _UNPAID, 429: _NO_HINT}.get(status)
        return refused

    def _posts(self, page: dict[str, Any]) -> tuple[Post, ...]:
        included = page.get("includes")
        users = _records(included if isinstance(included, dict) else {}, "users")
        names = {str(user.get("id")): str(user.get("username", "")) for user in users}
        return posts_of(
            _records(page, "data"), lambda record: self._post(record, names), self._where
        )

    def _places(self, page: dict[str, Any]) -> list[Place]:
        """Also of reposts and broken records: they have been seen."""
        ids = [(str(record.get("id")), record) for record in _records(page, "data")]
        return [Place(id=i, at=self._at(i, record)) for i, record in ids if _NUMBER.match(i)]

    def _at(self, own_id: str, record: Mapping[str, Any]) -> datetime:
        told = markup.iso_moment(record.get("created_at"))
        return told or _written(own_id) or self._clock()

    def _post(self, record: dict[str, Any], names: Mapping[str, str]) -> Post | None:
        """None for a repost: its words are another's. X renames tweets to posts; both are read."""
        linked = record.get("referenced_tweets") or record.get("referenced_posts") or []
        answers_to = {str(link["type"]): str(link["id"]) for link in linked}
        if "retweeted" in answers_to:
            return None
        own_id = str(record["id"])
        name = markup.author(names.get(str(record.get("author_id")), ""))
        note = record.get("note_tweet") or record.get("note_post") or {}
        now = self._clock()
        return Post(
            platform=self.platform,
            external_id=own_id,
            url=f"https://x.com/{name or 'i'}/status/{own_id}",
            author=name,
            author_id=str(record.get("author_id") or ""),
            text=markup.body(html.unescape(note.get("text") or record["text"])),
            language=_language(str(record.get("lang") or "")),
            posted_at=self._at(own_id, record),
            fetched_at=now,
            thread_id=str(record.get("conversation_id") or own_id),
            parent_id=answers_to.get("replied_to", ""),
            metrics=_metrics(record.get("public_metrics")),
        )


def make(options: Options, secrets: Mapping[str, str], clock: Callable[[], datetime]) -> XListener:
    return XListener(options, secrets.get(BEARER, ""), clock)


def _written(status_id: str) -> datetime | None:
    """When a status was written, by its id; None where ids did not tell yet."""
    if not _NUMBER.match(status_id) or int(status_id) < _SMALLEST_TIMED_ID:
        return None
    return markup.moment((int(status_id) >> 22) + _EPOCH_MS)


def _records(page: Mapping[str, Any], part: str) -> list[dict[str, Any]]:
    found = page.get(part)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _meta(page: Mapping[str, Any], part: str) -> str:
    meta = page.get("meta")
    return str(meta.get(part) or "") if isinstance(meta, dict) else ""


def _language(code: str) -> str:
    code = _LANGUAGES.get(code, code).partition("-")[0].lower()
    return code if len(code) == 2 and code.isalpha() else ""  # noqa: PLR2004 - ISO 639-1


def _metrics(said: object) -> dict[str, int]:
    numbers = said if isinstance(said, dict) else {}
    named = {"replies": "reply_count", "score": "like_count", "reposts": "retweet_count"}
    return {
        ours: markup.count(numbers[theirs]) for ours, theirs in named.items() if theirs in numbers
    }
