"""Is this post worth an advocate's time, who sees it when, and does a person look first?"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache

from domain.text import one_line, shorten
from domain.types import (
    Assessment,
    Intent,
    Mention,
    Opportunity,
    OpportunityState,
    Post,
    PostState,
    Role,
)
from routing import words
from routing.policy import Policy

BY_RULE = "rule"  # stands as `decided_by` where no person looked first
CLOCKS_DIFFER = timedelta(hours=1)  # a post that claims to be from later than this is not trusted

_WEIGHED = (Role.CANDIDATE, Role.CURRENT)
_USED = (Role.CURRENT, Role.REJECTED)


def opportunity(
    post: Post,
    assessment: Assessment,
    policy: Policy,
    now: datetime,
    *,
    own_handles: Collection[str] = (),
) -> Opportunity | None:
    """None where the post is not worth it. `own_handles`: "platform:handle" of our own accounts
    and of our advocates; what they write is no stranger's question."""
    age = now - _asked_at(post, now)
    if (
        assessment.score < policy.open_above
        or age > policy.fresh_for
        or post.state is PostState.GONE
        or post.metrics.get("locked")  # nobody could answer
        or (policy.require_catalogue and not assessment.mentions)
        or _is_ours(post, own_handles)
    ):
        return None
    components = _components(assessment, age, policy)
    score = sum(components.values())
    dated = post.posted_at <= now + CLOCKS_DIFFER
    sure = dated and policy.approve_above < 1.0 and score >= policy.approve_above
    return Opportunity(
        post_key=post.key,
        topic=_topic(assessment.mentions),
        intent=assessment.intent,
        components=components,
        score=score,
        reason=_reason(assessment),
        hot=dated and score >= policy.hot_above,
        state=OpportunityState.APPROVED if sure else OpportunityState.OPEN,
        decided_by=BY_RULE if sure else "",
        decided_at=now if sure else None,
        opened_at=now,
        expires_at=now + policy.expire_after,
    )


def _asked_at(post: Post, now: datetime) -> datetime:
    """A post cannot have been written after it was heard."""
    return min(post.posted_at, post.fetched_at, now)


def _is_ours(post: Post, own_handles: Collection[str]) -> bool:
    writer = f"{post.platform}:{post.author}".casefold()
    return bool(post.author) and writer in _folded(frozenset(own_handles))


@lru_cache(maxsize=8)  # the same thousands of handles for every post of a run
def _folded(handles: frozenset[str]) -> frozenset[str]:
    return frozenset(handle.casefold() for handle in handles)


def _components(assessment: Assessment, age: timedelta, policy: Policy) -> Mapping[str, float]:
    intent = assessment.score
    if assessment.intent is Intent.PURCHASE:
        intent *= policy.purchase_counts
    values = {
        "intent": (policy.triage_intent, intent),
        "catalogue": (policy.triage_catalogue, _catalogue_fit(assessment.mentions)),
        "freshness": (policy.triage_freshness, 1 - age / policy.fresh_for),
    }
    whole = sum(weight for weight, _ in values.values())
    return {name: weight / whole * value for name, (weight, value) in values.items()}


def _catalogue_fit(mentions: Collection[Mention]) -> float:
    """Our product is named; a rival is being weighed or left; something of our field is named."""
    if any(m.ours for m in mentions):
        return 1.0
    if any(m.role is not Role.OTHER for m in mentions):
        return 0.8
    return 0.5 if mentions else 0.0


def _topic(mentions: Collection[Mention]) -> str:
    """Ours where it is named, else what is being weighed or used, else the first that is named."""
    return next(iter(_names(m for m in sorted(mentions, key=_importance))), "")


def _importance(mention: Mention) -> tuple[bool, bool, int]:
    return not mention.ours, mention.role not in _WEIGHED, mention.start


def _names(mentions: Iterable[Mention]) -> list[str]:
    """Each once, in order; a name may be the post's own words, so it is made harmless and short."""
    return list(dict.fromkeys(shorten(one_line(m.name), 40) for m in mentions))


def _reason(assessment: Assessment) -> str:
    """Without the post's age: it would be wrong an hour later."""
    sure = min(assessment.score * 100, 99)  # nobody is wholly sure
    return f"{_gist(assessment)}; {sure:.0f} % sure"


def _gist(assessment: Assessment) -> str:
    """What the asker wants, as far as the mentions tell it."""
    mentions = assessment.mentions
    weighed = _names(m for m in mentions if m.role is Role.CANDIDATE) or _names(mentions)
    used = _names(m for m in mentions if m.role in _USED)
    wanted = [name for name in weighed if name not in used]
    match assessment.intent:
        case Intent.COMPARE:
            return _comparison(weighed)
        case Intent.RECOMMEND:
            return f"Asks what to get{_beside(used, wanted)}"
        case Intent.VALIDATE:
            return f"Asks whether {words.listed(weighed[:2]) or 'it'} is worth it"
        case Intent.SWITCH:
            towards = f", perhaps to {words.listed(wanted[:2])}" if used and wanted else ""
            return (
                f"Wants to leave {words.listed((used or weighed)[:2]) or 'what they use'}{towards}"
            )
        case Intent.PURCHASE:
            return f"Is about to buy{_after(weighed)}, asks for no advice"
        case Intent.NONE:
            return f"May be a buying question{_beside(used, wanted)}"


def _comparison(names: list[str]) -> str:
    if not names:
        return "Compares what to get"
    return f"Weighs {names[0]} against {words.listed(names[1:4]) or 'others'}"


def _beside(used: list[str], wanted: list[str]) -> str:
    told = f", names {words.listed(wanted[:3])}" if wanted else ""
    return f"{told}, has used {words.listed(used[:2])}" if used else told


def _after(names: list[str]) -> str:
    return f" {words.listed(names[:2])}" if names else ""
