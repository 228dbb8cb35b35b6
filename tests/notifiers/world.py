"""An invented question, the people who could answer it, and every letter about it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from domain.types import (
    Advocate,
    Ask,
    Asker,
    AskState,
    Assessment,
    Candidate,
    Closed,
    Dropped,
    Intent,
    Opportunity,
    OpportunityState,
    Passed,
    Place,
    Post,
    PostState,
    Shortlist,
    Stated,
)
from notifiers import messages
from notifiers.base import Letter

NOW = datetime(2026, 3, 2, 14, 10, tzinfo=UTC)
POSTED = NOW - timedelta(hours=2)
COMPANY = messages.Company(name="Kingwren", products=("Deskwren", "Slotwren", "Billwren"))
BOARD = "https://goodword.example/board/1"
PAGE = "https://goodword.example/a/tok3n?v=1"
STOP = "https://goodword.example/u/tok3n"

_TEXT = (
    "We run a dental practice in Leeds, 14 of us, three chairs.\n\n"
    "Reception spends every morning on no-shows, and our trial of Saddle ends on Friday. "
    "Has anybody here moved from Saddle to Slotwren? Are the reminders any good, and does it "
    "cope with two locations?"
)


def post(**changes: Any) -> Post:
    return Post(
        **{
            "platform": "reddit",
            "community": "r/dentistry",
            "external_id": "1abcde",
            "url": "https://www.reddit.com/r/dentistry/comments/1abcde/",
            "author": "molar_bear",
            "title": "Saddle or Slotwren for a small practice?",
            "text": _TEXT,
            "posted_at": POSTED,
            "fetched_at": NOW - timedelta(minutes=5),
        }
        | changes
    )


def opportunity(**changes: Any) -> Opportunity:
    return Opportunity(
        **{
            "post_key": "reddit::1abcde",
            "topic": "scheduling software",
            "intent": Intent.COMPARE,
            "components": {"intent": 0.7, "freshness": 0.17},
            "score": 0.87,
            "reason": "names Slotwren beside Saddle, decides by Friday, asked two hours ago",
            "opened_at": NOW,
            "expires_at": NOW + timedelta(days=5),
        }
        | changes
    )


def assessment(**stated: str) -> Assessment:
    said = stated or {
        "industry": "dental practice",
        "size": "14 of us",
        "region": "Leeds",
        "use_case": "no-shows",
    }
    asker = Asker(**{k: Stated(text=v, start=0, end=len(v), value=v) for k, v in said.items()})
    return Assessment(
        post_key="reddit::1abcde",
        model="test 1",
        intent=Intent.COMPARE,
        score=0.91,
        scores={Intent.COMPARE: 0.91},
        asker=asker,
    )


def advocate(**changes: Any) -> Advocate:
    return Advocate(
        **{
            "id": "a1",
            "name": "Nadia Flores",
            "email": "nadia@brightside.example",
            "role": "practice manager",
            "company": "Brightside Dental",
            "industry": "healthcare",
            "company_size": "11-50",
            "region": "uk and ireland",
            "time_zone": "Europe/London",
            "facts": (
                "We went from eleven no-shows a week to three.",
                "Moving two years of bookings over took a weekend.",
            ),
        }
        | changes
    )


ADVOCATES = {
    person.id: person
    for person in (
        advocate(),
        advocate(
            id="a2",
            name="Tomasz Lis",
            role="owner",
            company="Lis Physio",
            company_size="2-10",
            region="eastern europe",
        ),
        advocate(id="a3", name="Grace Okafor", role="", company="Northgate Opticians"),
    )
}

SHORTLIST = Shortlist(
    shortlist=(
        Candidate(
            advocate="a1",
            fit=0.78,
            components={"peer": 0.5},
            why="A practice of the same size in the same industry, moved from Saddle",
        ),
        Candidate(
            advocate="a2",
            fit=0.52,
            components={"peer": 0.3},
            why="Healthcare too, knows no-show reminders",
            last_asked=NOW - timedelta(days=40),
            asks_this_quarter=1,
        ),
        Candidate(
            advocate="a3",
            fit=0.41,
            components={"peer": 0.2},
            why="Two locations on Slotwren since 2023",
            last_asked=NOW - timedelta(days=80),
        ),
    ),
    others=tuple(Passed(advocate=f"b{n}", why_not="asked this week") for n in range(37)),
    place=Place(key="reddit:r/dentistry"),
)

PLACE = Place(
    key="reddit:r/dentistry",
    rules_url="https://www.reddit.com/r/dentistry/about/rules/",
    read_on=date(2026, 2, 9),
    note="Moderators remove anything that reads like an advert.",
)


def ask(**changes: Any) -> Ask:
    return Ask(
        **{
            "occasion": "reddit::1abcde",
            "advocate": "a1",
            "why": "you run a practice of the same size, and you moved from Saddle",
            "drafted_at": NOW,
            "due_at": NOW + timedelta(days=1),
        }
        | changes
    )


def card(**changes: Any) -> Letter:
    given: dict[str, Any] = {
        "opportunity": opportunity(),
        "post": post(),
        "assessment": assessment(),
        "shortlist": SHORTLIST,
        "advocates": ADVOCATES,
        "board_url": BOARD,
        "now": NOW,
    }
    return messages.card(**{**given, **changes})


def prompt(**changes: Any) -> Letter:
    given: dict[str, Any] = {
        "ask": ask(),
        "advocate": advocate(),
        "post": post(),
        "place": PLACE,
        "link": PAGE,
        "unsubscribe_url": STOP,
        "asks_this_quarter": 2,
        "answer_by": NOW + timedelta(days=1),
        "now": NOW,
        "company": COMPANY,
    }
    return messages.prompt(**{**given, **changes})


def reminder(**changes: Any) -> Letter:
    given: dict[str, Any] = {
        "ask": ask(state=AskState.SENT, sent_at=NOW),
        "advocate": advocate(),
        "post": post(),
        "link": PAGE,
        "unsubscribe_url": STOP,
        "answer_by": NOW + timedelta(days=2),
        "company": COMPANY,
    }
    return messages.reminder(**{**given, **changes})


REPLIED = ask(
    state=AskState.DONE,
    sent_at=NOW,
    answered_at=NOW + timedelta(hours=1),
    reply_at=NOW + timedelta(hours=3),
    reply_url="https://www.reddit.com/r/dentistry/comments/1abcde/c/2xyz/",
    verified=True,
)


def thanks(**changes: Any) -> Letter:
    given: dict[str, Any] = {
        "ask": REPLIED,
        "advocate": advocate(),
        "post": post(),
        "link": PAGE,
        "unsubscribe_url": STOP,
        "company": COMPANY,
    }
    return messages.thanks(**{**given, **changes})


TAKEN_BACK = ask(
    state=AskState.DROPPED,
    dropped_as=Dropped.GONE,
    sent_at=NOW,
    answered_at=NOW + timedelta(hours=1),
    why="",
)


def recall(**changes: Any) -> Letter:
    given: dict[str, Any] = {
        "ask": TAKEN_BACK,
        "advocate": advocate(),
        "unsubscribe_url": STOP,
        "company": COMPANY,
        "key": "recall:prompt:reddit::gone-0f3a@a1",
    }
    return messages.recall(**{**given, **changes})


def deleted() -> Letter:
    """The card of a post that was taken back."""
    return card(
        post=post(title="", text="", author="", state=PostState.GONE),
        opportunity=opportunity(state=OpportunityState.CLOSED, closed_as=Closed.GONE),
    )


def digest(asked: Post | None = None, count: int = 2) -> Letter:
    item = messages.DigestItem(opportunity(), asked or post(), BOARD)
    return messages.digest([item] * count, "https://goodword.example/board", NOW)


def alarm(problem: str = "Reddit answered 403 five times in a row") -> Letter:
    return messages.alarm(
        "reddit-dental",
        problem,
        "check GOODWORD_REDDIT_CLIENT_SECRET, then run: python run_pipeline.py doctor",
    )


def approved(**changes: Any) -> Opportunity:
    return opportunity(
        state=OpportunityState.APPROVED, decided_by="Robin Reviewer", decided_at=NOW, **changes
    )


def letters(asked: Post | None = None) -> dict[str, Letter]:
    """Every letter, about `asked`."""
    asked = asked or post()
    asks = (ask(state=AskState.SENT, sent_at=NOW), REPLIED)
    return {
        "card": card(post=asked),
        "card, nobody fits": card(
            post=asked, shortlist=SHORTLIST.model_copy(update={"shortlist": ()})
        ),
        "card, claimed": card(post=asked, opportunity=opportunity(claimed_by="Robin")),
        "card, approved": card(post=asked, opportunity=approved(), asks=asks),
        "prompt": prompt(post=asked),
        "reminder": reminder(post=asked),
        "thanks": thanks(post=asked),
        "card, deleted": deleted(),
        "recall": recall(),
        "digest": digest(asked),
        "alarm": alarm(),
    }
