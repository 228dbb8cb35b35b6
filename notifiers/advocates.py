"""What advocates read: the ask, one reminder, the thanks.

They follow a few rules: say who asks, why this person and by when; show the person's own facts,
never a sentence to post; ask for honest experience, never for praise, votes or shares; name the
disclosure that belongs into the reply; offer no reward; let every answer be one tap.
"""

from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlencode, urlsplit, urlunsplit

from domain.text import one_line, shorten
from domain.types import Advocate, Ask, Dropped, Place, Post
from notifiers import phrases
from notifiers.base import Letter
from notifiers.layout import (
    Button,
    Choices,
    Line,
    Link,
    Moment,
    Part,
    Points,
    Run,
    Strong,
    Title,
    line,
    small,
)
from notifiers.phrases import Company

_QUOTE, _SHORT_QUOTE, _FACT, _FACTS = 600, 240, 220, 5

# What the advocate's page is told by `choose=`, in the order in which it is offered.
CHOICES = {
    "yes": "I'll answer",
    "not_this": "Not this one",
    "not_now": "Not now",
    "pause": "Pause me",
}


def prompt(  # noqa: PLR0913, PLR0917 - all that the letter says, each thing by its own name
    ask: Ask,
    advocate: Advocate,
    post: Post,
    place: Place,
    link: str,
    unsubscribe_url: str,
    asks_this_quarter: int,
    answer_by: datetime,
    now: datetime,
    company: Company | None = None,
) -> Letter:
    """The ask. `link` is the advocate's page for it, `asks_this_quarter` counts this one too."""
    company = company or Company()
    where = phrases.where(post)
    parts: list[Part] = [
        Title("Could you help somebody decide?"),
        line(
            f"Hello {_name(advocate)}. On {where}, {phrases.age(now - post.posted_at)} ago, "
            "somebody asked:"
        ),
        phrases.quote(post, _QUOTE),
        line(Link("Read the whole thread", post.url)),
        *([line(Strong("Why you"), f": {ask.why}")] if ask.why else []),
        *_facts(advocate, place),
        line(
            "If you like, answer there in your own words and share your honest experience, "
            "good or bad."
        ),
        *_disclosure(advocate, company),
        *_rules(post, place),
        line(
            "It helps most until ",
            Strong(_moment(answer_by, advocate)),
            ". After that we may ask somebody else. No answer is fine too.",
        ),
        _choices(link),
        small("“Not now” lets this one pass; “Pause me” keeps us quiet for a while."),
        *_footer(asks_this_quarter, unsubscribe_url, company),
    ]
    subject = (
        f"Could you answer this on {phrases.place_name(post)}? “{shorten(phrases.label(post), 70)}”"
    )
    return phrases.letter(f"prompt:{ask.key}", subject, parts, unsubscribe_url=unsubscribe_url)


def reminder(
    ask: Ask,
    advocate: Advocate,
    post: Post,
    link: str,
    unsubscribe_url: str,
    answer_by: datetime,
    company: Company | None = None,
    *,
    turn: int = 1,
) -> Letter:
    """The only one there is."""
    company = company or Company()
    where = phrases.where(post)
    parts: list[Part] = [
        Title("Still open, if you like"),
        line(f"Hello {_name(advocate)}. We wrote to you about this question on {where}:"),
        phrases.quote(post, _SHORT_QUOTE),
        line(Link("Read the whole thread", post.url)),
        line(
            "It still helps until ",
            Strong(_moment(answer_by, advocate)),
            ". This is the only reminder; if it does not suit you, do nothing, or tell us so here.",
        ),
        *_disclosure(advocate, company),
        _choices(link),
        *_footer(0, unsubscribe_url, company),
    ]
    subject = f"Still open on {phrases.place_name(post)}: “{shorten(phrases.label(post), 70)}”"
    key = f"reminder:{ask.key}:{turn}"
    return phrases.letter(key, subject, parts, unsubscribe_url=unsubscribe_url)


def thanks(
    ask: Ask,
    advocate: Advocate,
    post: Post,
    link: str,
    unsubscribe_url: str,
    company: Company | None = None,
) -> Letter:
    """After the reply: nothing more is asked. `link` leads to this person's own limits."""
    company = company or Company()
    where = phrases.where(post)
    seen = f"We saw your reply on {where}." if ask.verified else "Thank you for telling us."
    parts: list[Part] = [
        Title(f"Thank you, {_name(advocate)}"),
        line(
            f"{seen} Somebody decides with your experience in hand, and so may those who read on."
        ),
        *([line(Link("Your reply", ask.reply_url))] if ask.reply_url else []),
        line(
            "It is yours: change it or take it down whenever you like. Nothing hangs on it, and "
            "there is nothing more to do."
        ),
        line(Link("Say how often we may ask you, or pause", link)),
        *_footer(0, unsubscribe_url, company),
    ]
    subject = f"Thank you for your answer on {phrases.place_name(post)}"
    return phrases.letter(f"thanks:{ask.key}", subject, parts, unsubscribe_url=unsubscribe_url)


def recall(
    ask: Ask,
    advocate: Advocate,
    unsubscribe_url: str,
    company: Company | None = None,
    *,
    key: str,
) -> Letter:
    """The question is gone. Stands in place of what quoted it, or tells one who said yes."""
    company = company or Company()
    deleted = ask.dropped_as is Dropped.GONE
    title = "This question was taken back" if deleted else "This is over"
    why = (
        "Whoever asked has deleted the question, or it is no longer public. What it said is "
        "removed here too."
        if deleted
        else "What we had written here about a question is no longer kept."
    )
    promised = " Thank you for having said yes." if deleted and ask.answered_at else ""
    parts: list[Part] = [
        Title(title),
        line(f"Hello {_name(advocate)}. {why} There is nothing to do for you.{promised}"),
        *_footer(0, unsubscribe_url, company),
    ]
    return phrases.letter(key, title, parts, unsubscribe_url=unsubscribe_url)


def disclosure(advocate: Advocate, company: Company) -> str:
    """The sentence that the reply itself should carry; being asked by us is part of it."""
    us = company.called
    asked = "and they pointed me to this thread"
    return {
        "customer": f"I am a customer of {us}, {asked}.",
        "employee": f"I work at {us}.",
        "partner": f"I work with {us} as a partner, {asked}.",
        "investor": f"I am an investor in {us}, {asked}.",
    }[advocate.kind]


def choosing(link: str, choice: str) -> str:
    """The advocate's page with one answer preselected; opening it decides nothing."""
    parts = urlsplit(link)
    query = "&".join(filter(None, (parts.query, urlencode({"choose": choice}))))
    return urlunsplit(parts._replace(query=query))


def _facts(advocate: Advocate, place: Place) -> Iterator[Part]:
    """Their own words only, and none where the place wants no asking."""
    if advocate.facts and place.ask:
        yield line(Strong("What you told us yourself"), ", in case it helps:")
        yield Points(tuple(shorten(one_line(fact), _FACT) for fact in advocate.facts[:_FACTS]))


def _disclosure(advocate: Advocate, company: Company) -> Iterator[Line]:
    yield line(
        Strong("Please say in the reply how you know us"),
        f", for example: “{disclosure(advocate, company)}”",
    )


def _rules(post: Post, place: Place) -> Iterator[Line]:
    """What the community asks of whoever answers there."""
    said: list[Run] = []
    if not place.links:
        said.append(" Please leave out links to us.")
    if place.note:
        said.append(f" {shorten(one_line(place.note), 300)}")
    if place.rules_url:
        read = f", as we read them on {phrases.day(place.read_on)}" if place.read_on else ""
        said += [" ", Link(f"Its rules{read}", place.rules_url)]
    if said:
        yield line(Strong(f"On {phrases.place_name(post)}."), *said)


def _choices(link: str) -> Choices:
    return Choices(
        tuple(
            Button(label, choice, url=choosing(link, choice), primary=choice == "yes")
            for choice, label in CHOICES.items()
        )
    )


def _footer(asks_this_quarter: int, unsubscribe_url: str, company: Company) -> Iterator[Line]:
    if asks_this_quarter:
        nth = phrases.ordinal(asks_this_quarter)
        yield small(f"This is the {nth} time this quarter that we ask you.")
    yield small(
        f"{company.called} writes to you because you agreed to be asked. "
        if company.name or company.products
        else "We write to you because you agreed to be asked. ",
        Link("Stop all such messages", unsubscribe_url),
    )


def _moment(at: datetime, advocate: Advocate) -> str:
    return Moment(at, advocate.time_zone).told


def _name(advocate: Advocate) -> str:
    return shorten(one_line(advocate.name), 60)
