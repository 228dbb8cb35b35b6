"""Whom do we ask? Gates first, then fit; every advocate gets a written why or why not."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from domain.types import (
    Advocate,
    Ask,
    AskKind,
    AskState,
    Assessment,
    Candidate,
    Passed,
    Place,
    Post,
    Shortlist,
)
from routing import fit, gates, words
from routing.history import NOBODY_YET, QUARTER, History, asked_at
from routing.policy import Policy
from routing.quiet import quiet_until

__all__ = ["quiet_until", "shortlist", "still_allowed"]


class _Weighed(NamedTuple):
    advocate: Advocate
    components: dict[str, float]
    fit: float
    last_asked: datetime | None


def shortlist(  # noqa: PLR0913  (whatever the decision depends on is an argument)
    post: Post,
    assessment: Assessment,
    advocates: Sequence[Advocate],
    asks: Sequence[Ask],
    policy: Policy,
    place: Place,
    now: datetime,
    *,
    kind: AskKind = AskKind.REPLY,
    catalogue: Sequence[fit.Product] = (),
    chosen: str = "",
) -> Shortlist:
    """The best first; all others with why not, the nearest first. Their order coming in is without
    effect.

    `asks`: all of the last quarter and of `policy.author_rest`, and all about this post's thread.
    `catalogue`: needed to see that somebody knows a product of the category that is asked about.
    `chosen`: the advocate whom a reviewer picked comes first where all gates are open to them.
    """
    history = History.of(asks, post)
    case = gates.Case(post, assessment.mentions, place, policy, history, now, kind)
    wanted = fit.Wanted.of(post, assessment, policy, catalogue, now)
    shut: list[Passed] = []
    weighed: list[_Weighed] = []
    unlike: list[Passed] = []
    for advocate in advocates:
        if said := gates.passed(advocate, case):
            shut.append(said)
            continue
        one = _weigh(advocate, wanted, history, policy)
        if advocate.id != chosen and (too_little := _unlike(one, wanted, policy)):
            unlike.append(too_little)
        else:
            weighed.append(one)
    weighed.sort(key=lambda one: (one.advocate.id != chosen, *_rank(one)))
    best, rest = weighed[: policy.shortlist], weighed[policy.shortlist :]
    return Shortlist(
        shortlist=tuple(_candidate(one, wanted, history) for one in best),
        others=(
            *(_outdone(one, len(best)) for one in rest),
            *sorted(unlike, key=lambda p: p.advocate),
            *sorted(shut, key=lambda p: p.advocate),
        ),
        place=place,
    )


def still_allowed(
    ask: Ask,
    post: Post,
    advocate: Advocate,
    asks_of_advocate: Sequence[Ask],
    policy: Policy,
    place: Place,
    now: datetime,
) -> Passed | None:
    """The gates again, just before a message about `ask` goes out; None where all are open.

    Only asks that came before this one count against it (of two drafted at once, the first goes),
    and none count against one that was sent: a reminder is no new ask.
    """
    history = History.of((a for a in asks_of_advocate if _comes_before(a, ask)), post)
    return gates.passed(advocate, gates.Case(post, (), place, policy, history, now, ask.kind))


def _comes_before(other: Ask, ask: Ask) -> bool:
    if other.key == ask.key or ask.state is not AskState.DRAFTED:
        return False
    if other.sent_at is not None:
        return True
    return (asked_at(other), other.key) < (asked_at(ask), ask.key)


def _weigh(advocate: Advocate, wanted: fit.Wanted, history: History, policy: Policy) -> _Weighed:
    parts = fit.components(advocate, wanted, history, policy)
    return _Weighed(advocate, parts, min(1.0, sum(parts.values())), history.last(advocate.id))


def _rank(one: _Weighed) -> tuple[float, datetime, str]:
    """The better fit; of equals the longer rested; of those the smaller id."""
    return -round(one.fit, 9), one.last_asked or NOBODY_YET, one.advocate.id


def _unlike(one: _Weighed, wanted: fit.Wanted, policy: Policy) -> Passed | None:
    """Rest alone makes nobody fit, unless the post states nothing else to go by."""
    common = one.fit - one.components.get("rested", 0.0)
    if common >= policy.min_fit or wanted.weights.keys() <= {"rested"}:
        return None
    said = f"Too little in common with what is asked ({max(0.0, common):.2f})"
    return Passed(advocate=one.advocate.id, why_not=said)


def _candidate(one: _Weighed, wanted: fit.Wanted, history: History) -> Candidate:
    return Candidate(
        advocate=one.advocate.id,
        fit=one.fit,
        components=one.components,
        why=fit.why(one.advocate, wanted),
        not_stated=tuple(wanted.not_stated),
        last_asked=one.last_asked,
        asks_this_quarter=history.within(one.advocate.id, QUARTER, wanted.now),
    )


def _outdone(one: _Weighed, by: int) -> Passed:
    said = f"Would fit too ({one.fit:.2f}), {words.count(by)} come{'s' * (by == 1)} first"
    return Passed(advocate=one.advocate.id, why_not=said)
