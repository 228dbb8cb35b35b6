"""What may become of an opportunity. Each function takes one and returns what it becomes, or raises
StaleError, whose message tells the person who did what, and when.

A claim tells the others that somebody is looking; it keeps nobody from deciding.
"""

from collections.abc import Collection
from datetime import datetime

from domain.errors import StaleError
from domain.text import clean, one_line, shorten
from domain.types import (
    Closed,
    Decision,
    Dismissal,
    Opportunity,
    OpportunityState,
    Verdict,
)
from routing import words
from routing.triage import BY_RULE

_OPEN = frozenset({OpportunityState.OPEN})
_APPROVED = frozenset({OpportunityState.APPROVED})
_UNDONE = _OPEN | _APPROVED

ENDS = {  # how a page or a refusal says that an opportunity ended without a decision
    Closed.ANSWERED: "an advocate has answered",
    Closed.EXPIRED: "nobody took it up in time",
    Closed.GONE: "the post was deleted",
    Closed.LOCKED: "nobody may answer there any more",
    Closed.CHANGED: "the post was edited, and asks nothing any more",
}


def approved(
    o: Opportunity, who: str, now: datetime, *, advocate: str = "", note: str = ""
) -> Opportunity:
    """`advocate`: whom the reviewer chose, "" to let the router choose."""
    _expect(o, _OPEN, now)
    return o.revised(
        state=OpportunityState.APPROVED, chosen=advocate, **_decision(o, who, now, note)
    )


def dismissed(
    o: Opportunity, who: str, reason: Dismissal, now: datetime, *, note: str = ""
) -> Opportunity:
    _expect(o, _OPEN, now)
    return o.revised(
        state=OpportunityState.CLOSED,
        closed_as=Closed.DISMISSED,
        dismissal=reason,
        **_decision(o, who, now, note),
    )


def claimed(o: Opportunity, who: str, now: datetime) -> Opportunity:
    _expect(o, _OPEN, now)
    if o.claimed_by and o.claimed_by != _person(who):
        raise StaleError(f"{o.claimed_by} is already looking at this")
    return o.revised(claimed_by=_person(who))


def released(o: Opportunity, who: str, now: datetime) -> Opportunity:
    _expect(o, _OPEN, now)
    if not o.claimed_by:
        raise StaleError("Nobody holds this any more")
    if o.claimed_by != _person(who):
        raise StaleError(f"{o.claimed_by} is looking at this, not {_person(who)}")
    return o.revised(claimed_by="")


def snoozed(o: Opportunity, who: str, until: datetime, now: datetime) -> Opportunity:
    """Out of sight until then, but never longer than the opportunity lives."""
    _expect(o, _OPEN, now)
    if until <= now:
        raise StaleError(f"That time has passed: {words.moment(until, now)}")
    holder = "" if o.claimed_by == _person(who) else o.claimed_by
    return o.revised(snoozed_until=min(until, o.expires_at), claimed_by=holder)


def expired(o: Opportunity, now: datetime) -> Opportunity:
    if now < o.expires_at:
        raise StaleError(
            f"This does not expire before it is due, {words.moment(o.expires_at, now)}"
        )
    return _closed(o, Closed.EXPIRED, now)


def answered(o: Opportunity, now: datetime) -> Opportunity:
    return _closed(o, Closed.ANSWERED, now)


def changed(o: Opportunity, now: datetime) -> Opportunity:
    return _closed(o, Closed.CHANGED, now)


def locked(o: Opportunity, now: datetime) -> Opportunity:
    return _closed(o, Closed.LOCKED, now)


def judged_anew(o: Opportunity, fresh: Opportunity, now: datetime) -> Opportunity:
    """The post was edited, and is still worth it: what people decided stays."""
    _expect(o, _UNDONE, now)
    said = ("topic", "intent", "components", "score", "reason", "hot")
    return o.revised(**{name: getattr(fresh, name) for name in said})


def unserved(o: Opportunity, note: str, now: datetime) -> Opportunity:
    """Nobody fits: it stays approved, for when somebody does, and says so."""
    _expect(o, _APPROVED, now)
    return o.revised(note=_words(note))


def verdict(o: Opportunity, reviewer: str, now: datetime) -> Verdict:
    """The training label in what `reviewer` has just decided."""
    if not o.decided_by:
        raise StaleError("Nobody has decided this yet")
    no = o.closed_as is Closed.DISMISSED
    return Verdict(
        post_key=o.post_key,
        reviewer=reviewer,
        decision=Decision.DISMISSED if no else Decision.APPROVED,
        reason=o.dismissal,
        at=now,
    )


def _closed(o: Opportunity, why: Closed, now: datetime) -> Opportunity:
    _expect(o, _UNDONE, now)
    return o.revised(state=OpportunityState.CLOSED, closed_as=why)


def _decision(o: Opportunity, who: str, now: datetime, note: str) -> dict[str, object]:
    return {
        "decided_by": _person(who),
        "decided_at": now,
        "note": _words(note) or o.note,
        "snoozed_until": None,
    }


def _words(note: str) -> str:
    return shorten(clean(note).strip(), 500)


def _person(who: str) -> str:
    return shorten(one_line(who), 100) or "Somebody"


def _expect(o: Opportunity, states: Collection[OpportunityState], now: datetime) -> None:
    if o.state not in states:
        raise StaleError(told(o, now))


def told(o: Opportunity, now: datetime) -> str:
    """What became of it, in one sentence: "Kim approved this at 14:02 UTC"."""
    if o.state is OpportunityState.OPEN:
        return "Nobody has decided this yet"
    if o.closed_as in ENDS:
        return f"This is closed: {ENDS[o.closed_as]}"
    who = "A rule" if o.decided_by == BY_RULE else o.decided_by or "Somebody"
    when = f" {words.moment(o.decided_at, now)}" if o.decided_at else ""
    if o.state is OpportunityState.APPROVED:
        return f"{who} approved this{when}"
    why = f" ({o.dismissal.replace('_', ' ')})" if o.dismissal else ""
    return f"{who} dismissed this{when}{why}"
