"""Stack Exchange: questions of one site, by tags and words, from its API 2.3.

Content is CC BY-SA: author and link go with every post. Answers are read only where somebody asks
whether an advocate has answered.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from domain.types import Post
from listeners import answers, http, markup, rechecks, unread
from listeners.base import Batch, Given, Rechecked, SourceOptions
from listeners.batches import posts_of
from listeners.stackexchange_api import KEY, PAGE, Answer, Api
from listeners.stackexchange_posts import PLATFORM, answer_of, question_of, site_of
from listeners.traces import trace
from listeners.unread import Gap, Look, Page, Reach

SECRETS: tuple[str, ...] = ()  # the key (stackexchange_api.KEY) is used where there is one

_SEARCH, _ALL, _BY_ID, _ANSWERS = "search/advanced", "questions", "questions/ids", "answers"
_MOST_PAGES = 10  # of a look
_MOST_ANSWERS = 10  # pages
_OVERLAP = timedelta(hours=1)  # a question may reach the search so late
_READ_AGAIN = 3 * PAGE  # questions that each look reads again for that, at most
_SAME_QUERY = timedelta(minutes=1)  # who repeats a query sooner is banned
_DAY = timedelta(days=1)


def _one_or_more(said: object) -> object:
    return (said,) if isinstance(said, str) else said


class Options(SourceOptions):
    site: Annotated[str, BeforeValidator(site_of), Field(pattern=r"^[\w.-]+$")]
    tags: Annotated[
        tuple[Annotated[str, Field(pattern=r"^[^\s;,]+$")], ...], BeforeValidator(_one_or_more)
    ] = ()  # any of these
    query: str = ""  # words

    def doubts(self) -> tuple[str, ...]:
        found = []
        if self.every < _SAME_QUERY:
            found.append("Stack Exchange may be asked once a minute: `every` counts as 1m")
        if not self.tags and not self.query.strip():
            found.append(f"all questions of {self.site} are read: set `tags` or a `query`")
        return tuple(found)


class StackExchangeListener:
    platform = PLATFORM
    forgets_within = timedelta(hours=48)

    def __init__(self, options: Options, given: Given, limits: http.Limits = http.USUAL) -> None:
        self.name = options.name
        self.every = options.every
        self.instance = options.site
        self._options = options
        self._clock = given.clock
        self._where = f"{self.name}: Stack Exchange"
        own = options.allow_private or bool(options.api_url)
        self._api = Api(self.name, options.site, options.api_url, given, limits, own=own)

    def fetch(self, cursor: str | None) -> Batch:
        now = self._clock()
        reach = Reach.read(cursor) or Reach.first(now, self._options.since)
        heard: list[Answer] = []
        known: set[str] = set()

        def ask(gap: Gap) -> Page:
            heard.append(self._asked_for(gap))
            found = [(_id(item), at) for item in heard[-1].items if (at := _written(item))]
            rest = unread.below(gap, found, known, over=not heard[-1].more)
            known.update(own_id for own_id, _ in found)
            return Page(heard[-1].items, rest)

        look = unread.look(reach, ask, lambda: len(heard) < _MOST_PAGES and not heard[-1].backoff)
        new = [item for item in look.records if _is_new(reach, item)]
        posts = posts_of(new, self._question, self._where)
        found = [(trace(post.external_id), post.posted_at.timestamp()) for post in posts]
        moved = reach.after(found, look.left, _OVERLAP, now, most=_READ_AGAIN)
        short = self._too_little(heard[-1], now)
        return Batch(
            posts,
            moved.model_dump_json(),
            notices=(*unread.told(look), *([short[0]] if short else [])),
            again_in=self._wait(look, heard[-1], short[1] if short else timedelta()),
            failed=look.failed,
        )

    def replies(self, post: Post) -> tuple[Post, ...]:
        """Its answers; comments are not read."""
        items: list[Any] = []
        path = f"questions/{markup.count(post.thread_id or post.external_id)}/answers"
        for page in range(1, _MOST_ANSWERS + 1):
            asked: dict[str, str | int] = {"order": "desc", "sort": "creation", "page": page}
            answer = self._api.ask(_ANSWERS, asked, path, post.instance)
            items += answer.items
            if not answer.more or answer.backoff or not answer.items:
                break
        now = self._clock()
        return posts_of(items, lambda item: answer_of(item, post, now), self._where)

    def recheck(self, posts: Sequence[Post]) -> Rechecked:
        known = [post for post in posts if post.external_id.isdecimal()]
        return rechecks.each(rechecks.chunks(known, PAGE), self._looked_at)

    def _looked_at(self, posts: Sequence[Post]) -> Rechecked:
        """What is asked for by its id and not given is deleted."""
        ids = ";".join(post.external_id for post in posts)
        asked: dict[str, str | int] = {"order": "desc", "sort": "creation", "page": 1}
        answer = self._api.ask(_BY_ID, asked, f"questions/{ids}", posts[0].instance)
        if answer.more:
            raise answers.unreadable(self._where, "all that was asked for by its id")
        given = {str(item.get("question_id")) for item in answer.items}
        read = {one.external_id: one for one in posts_of(answer.items, self._question, self._where)}
        there = [post for post in posts if post.external_id in read]
        now = self._clock()
        return Rechecked(
            tuple(rechecks.as_now(post, read[post.external_id], now) for post in there),
            tuple(post.key for post in posts if post.external_id not in given),
        )

    def _asked_for(self, gap: Gap) -> Answer:
        asked: dict[str, str | int] = {"order": "desc", "sort": "creation", "page": gap.page + 1}
        asked["fromdate"] = max(0, int(gap.floor))
        if gap.until is not None:
            asked["todate"] = int(gap.until) + 1
        method = _ALL
        if self._options.tags:
            asked["tagged"] = ";".join(self._options.tags)  # any of them, says its documentation
            method = _SEARCH
        if query := self._options.query.strip():
            asked["q"] = query
            method = _SEARCH
        return self._api.ask(method, asked)

    def _question(self, item: Any) -> Post:
        return question_of(item, self._options.site, self._clock())

    def _wait(self, look: Look, last: Answer, spare: timedelta) -> timedelta | None:
        asked_for = look.failed.retry_after if look.failed else None
        wait = max(last.backoff, asked_for or timedelta(), spare)
        if self.every < _SAME_QUERY:
            wait = max(wait, _SAME_QUERY)
        return wait or None

    def _too_little(self, last: Answer, now: datetime) -> tuple[str, timedelta] | None:
        """Where the requests left for today would not last: a line for ops, and the pace at which
        they do. A day ends at midnight UTC."""
        if last.quota is None:
            return None
        here = now.astimezone(UTC)
        midnight = here.replace(hour=0, minute=0, second=0, microsecond=0) + _DAY
        left = midnight - here
        if last.quota * max(self.every, _SAME_QUERY) >= left:
            return None
        advice = "give it a longer `every`"
        if not self._api.has_key:
            advice += f", or set {KEY} (free, and good for 10,000 a day)"
        line = f"only {last.quota} requests are left for today: {advice}"
        return line, left / last.quota if last.quota else left


def make(options: Options, given: Given) -> StackExchangeListener:
    return StackExchangeListener(options, given)


def _id(item: Any) -> str:
    return str(item.get("question_id"))


def _written(item: Any) -> float | None:
    at = markup.moment(item.get("creation_date"))
    return at.timestamp() if at else None


def _is_new(reach: Reach, item: Any) -> bool:
    at = _written(item)
    return at is None or reach.is_new(trace(_id(item)), at)
