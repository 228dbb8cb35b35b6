"""What the social team and ops read: the card of an opportunity, the digest, the alarm."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from domain.text import one_line, shorten
from domain.types import (
    Advocate,
    Ask,
    Assessment,
    Candidate,
    Closed,
    Dismissal,
    Intent,
    Opportunity,
    OpportunityState,
    Place,
    Post,
    PostState,
    Shortlist,
)
from notifiers import phrases, standing
from notifiers.base import Letter
from notifiers.blocks import MAX_VALUE
from notifiers.clicks import Action, ask_action
from notifiers.layout import (
    Break,
    Button,
    Choices,
    Line,
    Link,
    Moment,
    Part,
    Run,
    Select,
    Strong,
    Title,
    line,
    small,
)

_QUOTE, _WHY, _DETAIL, _STATED = 900, 240, 120, 80
_SUGGESTED = 3
_LISTED = 12  # in a digest
_PLACES = 8

_INTENT = {
    Intent.COMPARE: "Comparing products",
    Intent.RECOMMEND: "Asking what to get",
    Intent.VALIDATE: "Asking whether it is worth it",
    Intent.SWITCH: "Wants to switch",
    Intent.PURCHASE: "About to buy",
    Intent.NONE: "Perhaps a buying question",
}


def card(  # noqa: PLR0913, PLR0917 - all that the card says, each thing by its own name
    opportunity: Opportunity,
    post: Post,
    assessment: Assessment,
    shortlist: Shortlist,
    advocates: Mapping[str, Advocate],
    board_url: str,
    now: datetime,
    asks: Sequence[Ask] = (),
    elsewhere: Sequence[Post] = (),
) -> Letter:
    """The opportunity as it now stands: to decide on while it is open, what became of it after.

    The same function redraws it, so that a card never says two things. `board_url` is this
    opportunity's own page; `asks` are those made about it; `elsewhere` are posts that say the same.
    """
    gone = post.state is PostState.GONE
    told = _taken_away(opportunity) if gone else _found(opportunity, post, assessment, elsewhere)
    undecided = opportunity.state is OpportunityState.OPEN and not gone
    after: list[Part] = [*standing.lines(opportunity, asks, advocates, now)]
    if undecided:
        suggested = shortlist.shortlist[:_SUGGESTED] if shortlist.place.ask else ()
        after += [*_people(opportunity, post, suggested, shortlist, advocates)]
        after += [*_decide(opportunity, suggested, board_url)]
    else:
        after.append(Choices((_open(board_url),)))
    return phrases.letter(f"card:{opportunity.key}", _subject(opportunity, post), [*told, *after])


def _subject(opportunity: Opportunity, post: Post) -> str:
    if post.state is PostState.GONE:
        return _gone(opportunity)
    score = phrases.percent(opportunity.score)
    return f"{_headline(opportunity)} · {phrases.where(post)} · {score}"


def _headline(opportunity: Opportunity) -> str:
    return f"{_INTENT[opportunity.intent]}: {shorten(opportunity.topic, _DETAIL)}"


def _gone(opportunity: Opportunity) -> str:
    if opportunity.closed_as is Closed.GONE:
        return "This post was deleted"
    return "This post is no longer kept"


def _taken_away(opportunity: Opportunity) -> list[Part]:
    return [
        Title(_gone(opportunity)),
        small("What it said is removed here too. Nobody is asked to answer it."),
    ]


def _found(
    opportunity: Opportunity, post: Post, assessment: Assessment, elsewhere: Sequence[Post]
) -> Iterator[Part]:
    yield Title(_headline(opportunity))
    late = phrases.age(opportunity.opened_at - post.posted_at)
    private = phrases.private(post)
    by = f" · {shorten(one_line(post.author), 60)}" if post.author and not private else ""
    yield small(
        f"{phrases.where(post)}{by} · asked ",
        Moment(post.posted_at),
        f", found {late} later · ",
        Link("Open the post", post.url),
    )
    hot = "Hot. " if opportunity.hot else ""
    yield line(
        Strong(f"{hot}Score {phrases.percent(opportunity.score)}"),
        f": {shorten(opportunity.reason, _WHY)}",
    )
    yield phrases.quote(post, _QUOTE)
    if post.state is PostState.EDITED:
        yield small("Edited since it was written; this is what it says now.")
    if elsewhere:
        yield _elsewhere(elsewhere)
    stated = "" if private else _stated(assessment)
    if stated:
        yield line(Strong("Of themselves they say"), f": {stated}")


def _elsewhere(posts: Sequence[Post]) -> Line:
    """Every other place where the same was asked."""
    runs: list[Run] = [Strong("Asked in other places too"), ": "]
    for post in posts[:_PLACES]:
        runs += [Link(phrases.where(post), post.url), ", "]
    more = len(posts) - _PLACES
    return line(*runs[:-1], f" and {more} more." if more > 0 else ".")


def _stated(assessment: Assessment) -> str:
    """Their own words, never what we made of them."""
    asker = assessment.asker
    fields = {
        "industry": asker.industry,
        "size": asker.size,
        "region": asker.region,
        "role": asker.role,
        "use": asker.use_case,
    }
    return " · ".join(
        f"{name} “{shorten(one_line(said.text), _STATED)}”" for name, said in fields.items() if said
    )


def _people(
    opportunity: Opportunity,
    post: Post,
    suggested: Sequence[Candidate],
    shortlist: Shortlist,
    advocates: Mapping[str, Advocate],
) -> Iterator[Part]:
    weighed = len(shortlist.shortlist) + len(shortlist.others)
    if not shortlist.place.ask:
        yield line(
            Strong("Nobody may be asked here."),
            f" The rules of {phrases.place_name(post)} do not allow it.",
        )
    elif not suggested:
        yield line(Strong("Nobody fits."), f" {_weighed(weighed)}")
    else:
        yield line(Strong("Who could answer"))
    for number, candidate in enumerate(suggested, 1):
        person = advocates.get(candidate.advocate)
        yield _person(number, candidate, person, opportunity.key)
    if suggested and weighed > len(suggested):
        rest = phrases.times(weighed - len(suggested), "other advocate")
        yield small(f"{rest} weighed; the board says why not. {_rules(shortlist.place)}")


def _weighed(count: int) -> str:
    if not count:
        return "There are no advocates yet."
    return f"We weighed {phrases.times(count, 'advocate')}; the board says of each why not."


def _rules(place: Place) -> str:
    asked = [
        "say in the reply that one is a customer" if place.disclose else "",
        "" if place.links else "no links to us",
    ]
    told = ", ".join(filter(None, asked))
    return f"The place asks: {told}." if told else ""


def _person(number: int, candidate: Candidate, advocate: Advocate | None, key: str) -> Line:
    name = shorten(one_line(advocate.name if advocate else candidate.advocate), 60)
    asked = "Never asked before"
    if candidate.last_asked:
        this_quarter = phrases.times(candidate.asks_this_quarter, "ask")
        asked = f"Last asked {phrases.day(candidate.last_asked)} · {this_quarter} this quarter"
    return line(
        Strong(f"{number}. {name}"),
        f" · fit {phrases.percent(candidate.fit)}{_of(advocate)}",
        Break(),
        shorten(one_line(candidate.told), _WHY),
        Break(),
        asked,
        button=Button(f"Ask {name}", ask_action(candidate.advocate), key),
    )


def _of(advocate: Advocate | None) -> str:
    if advocate is None:
        return ""
    job = " at ".join(filter(None, (advocate.role, advocate.company)))
    peer = ", ".join(
        filter(None, (advocate.industry, advocate.company_size, phrases.region(advocate.region)))
    )
    both = "; ".join(filter(None, (job, peer)))
    return f" · {shorten(one_line(both), _DETAIL)}" if both else ""


def _decide(
    opportunity: Opportunity, suggested: Sequence[Candidate], board_url: str
) -> Iterator[Part]:
    """Snooze is always there: "Not relevant" finds the key in another button (see `clicks`)."""
    key = opportunity.key
    if len(key) > MAX_VALUE:
        yield line("This one can only be decided on the board.")
        yield Choices((_open(board_url),))
        return
    reasons = [(reason.value, standing.DISMISSED[reason]) for reason in Dismissal]
    choices = (
        Button("Ask them", Action.APPROVE, key, primary=True) if suggested else None,
        Select("Not relevant", Action.DISMISS, reasons),
        Button("Snooze", Action.SNOOZE, key),
        None if opportunity.claimed_by else Button("Claim", Action.CLAIM, key),
        _open(board_url),
    )
    yield Choices(tuple(choice for choice in choices if choice))
    if suggested:
        yield small("“Ask them” asks one person at a time, in this order, until somebody says yes.")


def _open(board_url: str) -> Button:
    return Button("Open", Action.OPEN, url=board_url)


class DigestItem(NamedTuple):
    opportunity: Opportunity
    post: Post
    url: str  # its page on the board


def digest(
    items: Sequence[DigestItem], board_url: str, now: datetime, *, key: str = "digest"
) -> Letter:
    """What waits for a decision, in the order given. `key` tells the digests apart."""
    title = f"{phrases.times(len(items), 'buying question')} wait for a decision"
    if len(items) == 1:
        title = "One buying question waits for a decision"
    if not items:
        title = "No buying question waits for a decision"
    parts: list[Part] = [Title(title), *(_listed(item, now) for item in items[:_LISTED])]
    if len(items) > _LISTED:
        parts.append(line(f"{len(items) - _LISTED} more stand on the board."))
    parts.append(Choices((Button("Open the board", Action.OPEN, url=board_url, primary=True),)))
    return phrases.letter(key, title, parts)


def _listed(item: DigestItem, now: datetime) -> Line:
    opportunity, post, url = item
    score, age = phrases.percent(opportunity.score), phrases.age(now - post.posted_at)
    claimed = f" · claimed by {opportunity.claimed_by}" if opportunity.claimed_by else ""
    shown = "A post that was deleted" if post.state is PostState.GONE else phrases.label(post)
    return line(
        Link(shown, url),
        Break(),
        f"{_headline(opportunity)} · {phrases.where(post)} · {score} · {age} old{claimed}",
    )


def alarm(source_name: str, problem: str, what_to_do: str, *, key: str = "") -> Letter:
    """To ops: what has failed, and the one thing to do about it."""
    title = f"{shorten(one_line(source_name), 80)} needs a look"
    parts: list[Part] = [
        Title(title),
        line(Strong("What happened"), f": {shorten(problem, 600)}"),
        line(Strong("What to do"), f": {shorten(what_to_do, 600)}"),
    ]
    return phrases.letter(key or f"alarm:{source_name}", title, parts)
