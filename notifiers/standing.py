"""What became of an opportunity, one line for each thing that happened: who, what, when."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from domain.text import one_line, shorten
from domain.types import (
    Advocate,
    Ask,
    AskState,
    Closed,
    Dismissal,
    Dropped,
    Opportunity,
    OpportunityState,
)
from notifiers.layout import Line, Link, Moment, Run, Strong, line

DISMISSED = {
    Dismissal.NOT_BUYING: "No buying question",
    Dismissal.NOT_OURS: "Nothing that we could help with",
    Dismissal.ALREADY_ANSWERED: "Already well answered",
    Dismissal.TOO_LATE: "Too late to help",
    Dismissal.WRONG_PLACE: "The place would not like it",
    Dismissal.OTHER: "Another reason",
}
_DROPPED = {
    Dropped.DECLINED: "said no to this one",
    Dropped.NOT_NOW: "cannot now",
    Dropped.PAUSED: "asked for a pause",
    Dropped.LEFT: "does not want to be asked any more",
    Dropped.SILENT: "did not answer in time",
    Dropped.NO_REPLY: "said yes, but no reply appeared in time",
    Dropped.UNDELIVERABLE: "could not be reached",
    Dropped.CLOSED: "was not needed any more",
    Dropped.GONE: "was not needed: the post was deleted",
    Dropped.NOT_ALLOWED: "could not be asked when the time came",
}
_CLOSED = {
    Closed.ANSWERED: "A peer has answered.",
    Closed.EXPIRED: "Closed: the time to answer has passed.",
    Closed.GONE: "Closed: the post was deleted.",
    Closed.LOCKED: "Closed: nobody may answer there any more.",
    Closed.CHANGED: "Closed: the post was edited, and asks nothing any more.",
}


def lines(
    opportunity: Opportunity,
    asks: Sequence[Ask],
    advocates: Mapping[str, Advocate],
    now: datetime,
) -> Iterator[Line]:
    yield from _decided(opportunity, now)
    for ask in sorted(asks, key=lambda ask: ask.wave):
        person = advocates.get(ask.advocate)
        yield _asked(ask, person.name if person else ask.advocate)


def _decided(opportunity: Opportunity, now: datetime) -> Iterator[Line]:
    if opportunity.state is OpportunityState.OPEN:
        if opportunity.claimed_by:
            yield line(Strong(f"Claimed by {_name(opportunity.claimed_by)}."))
        if opportunity.snoozed_until and opportunity.snoozed_until > now:
            yield line(Strong("Snoozed until"), " ", Moment(opportunity.snoozed_until), ".")
        return
    if opportunity.closed_as is Closed.DISMISSED:
        reason = DISMISSED.get(opportunity.dismissal or Dismissal.OTHER, "")
        yield _by("Not relevant", opportunity, f" {reason}.")
    elif opportunity.decided_by:
        yield _by("Approved", opportunity)
    if opportunity.closed_as in _CLOSED:
        yield line(Strong(_CLOSED[opportunity.closed_as]))


def _by(what: str, opportunity: Opportunity, more: str = "") -> Line:
    when: tuple[Run, ...] = ()
    if opportunity.decided_at:
        when = (", ", Moment(opportunity.decided_at))
    note = f" “{shorten(one_line(opportunity.note), 200)}”" if opportunity.note else ""
    who = f" by {_name(opportunity.decided_by)}" if opportunity.decided_by else ""
    return line(Strong(f"{what}{who}"), *when, f".{more}{note}")


def _asked(ask: Ask, name: str) -> Line:
    who = Strong(_name(name))
    match ask.state:
        case AskState.DRAFTED:
            return line(who, " is asked next.")
        case AskState.SENT:
            reminded = " and reminded once since" if ask.reminders else ""
            return line(who, " was asked", *_at(ask.sent_at), f"{reminded}.")
        case AskState.ACCEPTED:
            return line(who, " said yes", *_at(ask.answered_at), ".")
        case AskState.DONE:
            return _replied(ask, who)
        case AskState.DROPPED:
            said = _DROPPED.get(ask.dropped_as or Dropped.CLOSED, "")
            return line(who, f" {said}", *_at(ask.answered_at), ".")


def _replied(ask: Ask, who: Strong) -> Line:
    link: tuple[Run, ...] = (" ", Link("See the reply", ask.reply_url)) if ask.reply_url else ()
    if not ask.verified:
        return line(who, " says the reply is there", *_at(ask.reply_at), ".", *link)
    return line(who, " replied; we saw it", *_at(ask.reply_at), f".{_still_up(ask)}", *link)


def _still_up(ask: Ask) -> str:
    if ask.up_after_week is not None:
        return " Still up after a week." if ask.up_after_week else " Gone within a week."
    if ask.up_after_day is not None:
        return " Still up after a day." if ask.up_after_day else " Gone within a day."
    return ""


def _at(moment: datetime | None) -> tuple[Run, ...]:
    return (", ", Moment(moment)) if moment else ()


def _name(name: str) -> str:
    return shorten(one_line(name), 60)
