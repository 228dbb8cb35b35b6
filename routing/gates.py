"""May we ask this person? Every gate that can be shut, each with its reason and its end.

A gate looks at one advocate in one case and returns None where it is open. All gates are tried, so
that "until" is the truth: the last of the ends, and none where one of them does not end by itself.
docs/routing.md lists them.
"""
# ruff: noqa: ARG001  (all gates take the same two things, and some need only one)

import re
from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from domain.types import Advocate, AskKind, Mention, Passed, Place, Post, PostState
from routing import words
from routing.follow import handle_key
from routing.history import IN_HAND, QUARTER, WEEK, History, asked_at
from routing.policy import Policy
from routing.quiet import quiet_until

# Where only somebody with an account can answer; elsewhere one is made on the spot, or not needed.
ACCOUNTS = {"x": "X", "reddit": "Reddit", "hackernews": "Hacker News", "linkedin": "LinkedIn"}

_NO_LANGUAGE = re.compile(r"^(und|zxx|mul|mis|q..)$")  # codes for "unknown", X's own among them
_RENAMED = {"iw": "he", "in": "id", "ji": "yi"}  # X writes the old ones
_LEGAL_FORM = re.compile(r"[\s,]+(inc|llc|ltd|limited|gmbh|ag|corp|co|sa|bv|plc|se)\.?$")


class Shut(NamedTuple):
    why: str
    until: datetime | None = None  # None: does not end by itself


class Case(NamedTuple):
    """What all advocates are looked at for."""

    post: Post
    mentions: Sequence[Mention]
    place: Place
    policy: Policy
    history: History
    now: datetime
    kind: AskKind = AskKind.REPLY


Gate = Callable[[Advocate, Case], Shut | None]


def passed(advocate: Advocate, case: Case) -> Passed | None:
    """None where all gates are open."""
    shut = [said for gate in GATES if (said := gate(advocate, case))]
    if not shut:
        return None
    ends = [said.until for said in shut if said.until is not None]
    return Passed(
        advocate=advocate.id,
        why_not=words.first_upper("; ".join(dict.fromkeys(_lower(said.why) for said in shut))),
        until=max(ends) if len(ends) == len(shut) else None,
    )


@lru_cache(maxsize=1024)
def language_of(code: str) -> str:
    """ "en" of "en", "en-GB", "EN"; "" where the code says that nobody knows."""
    main = re.split("[-_]", code.strip().lower(), maxsplit=1)[0]
    return "" if _NO_LANGUAGE.match(main) else _RENAMED.get(main, main)


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def _until(when: datetime, case: Case) -> str:
    return f"until {words.day(when.date(), case.now.date())}"


# The person


def _left(advocate: Advocate, case: Case) -> Shut | None:
    return Shut("Asked not to be written to any more") if advocate.left_at else None


def _reachable(advocate: Advocate, case: Case) -> Shut | None:
    if advocate.email or advocate.slack_id:
        return None
    return Shut("Has neither an e-mail address nor a Slack id")


def _consent(advocate: Advocate, case: Case) -> Shut | None:
    given = [c.given_on for c in advocate.consents if c.kind is case.kind]
    if not given:
        return Shut(f"Has not agreed to be asked for this ({case.kind})")
    zone = ZoneInfo(advocate.time_zone)
    first = min(given)
    if first <= case.now.astimezone(zone).date():
        return None
    starts = datetime.combine(first, time(), zone)
    return Shut(f"Agreed only from {words.day(first, case.now.date())} on", starts)


def _pause(advocate: Advocate, case: Case) -> Shut | None:
    until = advocate.paused_until
    if until is None or until <= case.now:
        return None
    return Shut(f"Paused {_until(until, case)}", until)


def _freeze(advocate: Advocate, case: Case) -> Shut | None:
    until = advocate.frozen_until
    if until is None or until <= case.now:
        return None
    return Shut(f"Frozen {_until(until, case)} (renewal or open ticket)", until)


# The post and its place


def _gone(advocate: Advocate, case: Case) -> Shut | None:
    return Shut("The post is gone") if case.post.state is PostState.GONE else None


def _permitted(advocate: Advocate, case: Case) -> Shut | None:
    return None if case.place.ask else Shut(f"Nobody is asked to reply in {case.place.key}")


def _asker(advocate: Advocate, case: Case) -> Shut | None:
    handle = advocate.handles.get(case.post.platform)
    if not handle or not case.post.author or handle_key(handle) != handle_key(case.post.author):
        return None
    return Shut("Asked this question themselves")


def _conflict(advocate: Advocate, case: Case) -> Shut | None:
    rivals = [m.name for m in case.mentions if not m.ours] if advocate.company else []
    named = next((r for r in rivals if _company(r) == _company(advocate.company)), None)
    return Shut(f"Works for {named}, which the post names") if named else None


def _company(name: str) -> str:
    return _LEGAL_FORM.sub("", name.strip().casefold())


def _account(advocate: Advocate, case: Case) -> Shut | None:
    platform = case.post.platform
    if platform not in ACCOUNTS or advocate.handles.get(platform):
        return None
    return Shut(f"Has no account on {ACCOUNTS[platform]} that we know of")


def _language(advocate: Advocate, case: Case) -> Shut | None:
    asked_in = language_of(case.post.language)
    if not asked_in or any(language_of(spoken) == asked_in for spoken in advocate.languages):
        return None
    return Shut(
        f"Writes {words.listed(advocate.languages) or 'no language we know'}, not {asked_in}"
    )


# What was asked before


def _same_thread(advocate: Advocate, case: Case) -> Shut | None:
    if advocate.id in case.history.here:
        return Shut("Was already asked about this thread")
    others = case.history.on_thread
    return Shut(f"Another, {others[0].advocate}, was asked about this thread") if others else None


def _same_author(advocate: Advocate, case: Case) -> Shut | None:
    """Anybody being asked about this author shuts the gate, and anybody else who has replied."""
    for ask in case.history.at_author:
        until = asked_at(ask) + case.policy.author_rest
        rests = until > case.now
        if ask.state in IN_HAND:
            other = "" if ask.advocate == advocate.id else f"Another, {ask.advocate}, "
            return Shut(f"{other}is being asked about this author", until if rests else None)
        if ask.advocate != advocate.id and rests:
            since = words.ago(asked_at(ask), case.now)
            return Shut(f"Another, {ask.advocate}, was asked about this author {since}", until)
    return None


def _community_limit(advocate: Advocate, case: Case) -> Shut | None:
    limit = case.policy.max_per_community_week
    until = _frees(case.history.in_community, limit, WEEK, case.now)
    if until is None:
        return None
    return Shut(f"The week's limit of {words.count(limit)} in {case.place.key} is reached", until)


def _per_quarter(advocate: Advocate, case: Case) -> Shut | None:
    limit = _smaller(advocate.max_per_quarter, case.policy.max_per_quarter)
    return _cap(advocate, case, limit, QUARTER, "13 weeks")


def _per_week(advocate: Advocate, case: Case) -> Shut | None:
    limit = _smaller(advocate.max_per_week, case.policy.max_per_week)
    return _cap(advocate, case, limit, WEEK, "7 days")


def _smaller(own: int | None, ours: int) -> int:
    return ours if own is None else min(own, ours)


def _cap(advocate: Advocate, case: Case, limit: int, length: timedelta, named: str) -> Shut | None:
    if limit == 0:
        return Shut("Wants no asks at all")
    until = _frees(case.history.asked.get(advocate.id, ()), limit, length, case.now)
    if until is None:
        return None
    return Shut(f"Asked {words.times(limit)} in {named}, which is the limit", until)


def _frees(
    times: Sequence[datetime], limit: int, length: timedelta, now: datetime
) -> datetime | None:
    """When fewer than `limit` of `times` (newest first) lie within `length`; None if that is so
    now."""
    if len(times) < limit:
        return None
    until = times[limit - 1] + length
    return until if until > now else None


def _rest(advocate: Advocate, case: Case) -> Shut | None:
    last = case.history.last(advocate.id)
    if last is None or last + case.policy.rest <= case.now:
        return None
    until = last + case.policy.rest
    return Shut(f"Last asked {words.ago(last, case.now)}, rests {_until(until, case)}", until)


def _quiet(advocate: Advocate, case: Case) -> Shut | None:
    until = quiet_until(advocate, case.policy, case.now)
    if until is None:
        return None
    there = until.astimezone(ZoneInfo(advocate.time_zone))
    return Shut(f"Quiet hours until {there:%H:%M} ({advocate.time_zone})", until)


GATES: Sequence[Gate] = (
    *(_left, _reachable, _consent, _gone, _permitted, _asker, _conflict, _account, _language),
    *(_same_thread, _same_author, _pause, _freeze),
    *(_per_quarter, _per_week, _rest, _community_limit, _quiet),
)
