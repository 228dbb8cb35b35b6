"""People of the played world: a reviewer who clicks in the played Slack, advocates who open their
mail, answer on their page, and write their reply on the platform. They do what people do, through
the same doors: nothing here knows the program or its database.
"""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple, Protocol

import httpx

from demo.players.mailbox import MailboxPlayer
from demo.players.slack import SlackPlayer
from demo.world import World

_PAGE = re.compile(r"https?://[^\s>\"]+/a/[\w.~-]+")

# What advocates answer, in the order in which they are asked: most help, some cannot.
_ANSWERS = ("yes", "yes", "yes", "not_this", "yes", "yes", "not_now", "yes", "yes", "yes", "pause")
_REPLY = (
    "I am a customer of theirs, so take this for what it is. We changed over last year and stayed. "
    "The first month was work: moving old records took three evenings. What I would look at before "
    "you decide is how your own people would use it on a busy day."
)


SEEN_BY_ITSELF = ("reddit", "x", "hackernews")  # elsewhere they paste a link to their reply


class Wall(Protocol):
    """A played platform that people can answer on."""

    def reply(self, thread_id: str, author: str, text: str, now: datetime) -> str: ...


class Asked(NamedTuple):
    """A question that an advocate was asked about, and where it stands."""

    platform: str
    thread_id: str
    handle: str  # of the advocate, on that platform


class People:
    """Remembers what was done, so that nobody does a thing twice."""

    def __init__(
        self,
        world: World,
        slack: SlackPlayer,
        mailbox: MailboxPlayer,
        walls: Mapping[str, Wall],
        clock: Callable[[], datetime],
    ) -> None:
        self._questions = {
            (platform, post.id): post.is_question
            for platform, posts in world.posts.items()
            for post in posts
        }
        self._slack, self._mailbox, self._walls, self._clock = slack, mailbox, walls, clock
        self._reviewed: set[str] = set()
        self._answered: list[str] = []

    def review(self, wanted: Callable[[str], bool] = lambda _key: True) -> int:
        """Click on every card that has not been decided: "Ask them", or "Not relevant"."""
        done = 0
        for message in self._slack.messages:
            key = _card_of(message)
            if not key or message["ts"] in self._reviewed or not wanted(key):
                continue
            platform, _, rest = key.partition(":")
            worth = self._questions.get((platform, rest.rpartition(":")[2]), False)
            action, value = ("approve", None) if worth else ("dismiss", "not_buying")
            with suppress(httpx.HTTPError):  # the program is away for a moment: click again later
                if self._click(message["ts"], action, value):
                    self._reviewed.add(message["ts"])
                    done += 1
        return done

    def _click(self, ts: str, action: str, value: str | None) -> bool:
        try:
            return self._slack.click(ts, action, value).is_success
        except LookupError:  # the place forbids asking: the card offers no "Ask them"
            return self._slack.click(ts, "dismiss", "wrong_place").is_success

    def pages(self) -> list[str]:
        """The links to their own page in all prompts that arrived, by mail or in Slack."""
        texts = [mail.text for mail in self._mailbox.mails]
        texts += [str(message) for message in self._slack.messages]
        found = (_PAGE.search(text) for text in texts)
        return list(dict.fromkeys(match[0] for match in found if match))

    def answer(self, asked_of: Callable[[str], Asked | None]) -> int:
        """Open every new prompt's page, answer there, and reply where the question stands.

        `asked_of` tells by the page's address whom it is for and what about.
        """
        done = 0
        with httpx.Client(trust_env=False, timeout=20) as browser:
            for page in self.pages():
                if page in self._answered or (asked := asked_of(page)) is None:
                    continue
                answer = _ANSWERS[len(self._answered) % len(_ANSWERS)]
                try:
                    browser.get(page).raise_for_status()
                    browser.post(page, data={"choice": answer})
                except httpx.HTTPError:  # the program is away for a moment: try again later
                    continue
                self._answered.append(page)
                if answer == "yes":
                    self._told(browser, page, self.write(asked), asked.platform)
                done += 1
        return done

    def _told(self, browser: httpx.Client, page: str, link: str, platform: str) -> None:
        if platform not in SEEN_BY_ITSELF:
            with suppress(httpx.HTTPError):
                browser.post(page, data={"url": link})

    def write(self, asked: Asked) -> str:
        """The reply, on the platform itself; returns its address."""
        wall = self._walls[asked.platform]
        return wall.reply(asked.thread_id, asked.handle, _REPLY, self._clock())


def _card_of(message: Mapping[str, object]) -> str:
    metadata = message.get("metadata")
    payload = metadata.get("event_payload") if isinstance(metadata, Mapping) else None
    key = str(payload.get("key", "")) if isinstance(payload, Mapping) else ""
    return key.removeprefix("card:") if key.startswith("card:") else ""
