"""Posts -> assessments -> opportunities, with a card for the team in the same transaction.

What says the same as an earlier post is not judged again: it is another place of the same question.
What was edited is judged anew, and its opportunity follows.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime

from domain.types import (
    Ask,
    AskState,
    Assessment,
    Closed,
    Message,
    MessageKind,
    Opportunity,
    OpportunityState,
    Post,
    PostState,
)
from pipeline.kit import Kit
from pipeline.route import redraw
from routing import review, triage

log = logging.getLogger(__name__)

BATCH = 500
_UNDONE = (OpportunityState.OPEN, OpportunityState.APPROVED)
_DECIDED = (Closed.DISMISSED, Closed.ANSWERED)

Change = tuple[Opportunity, Opportunity]


def classify(kit: Kit, now: datetime) -> int:
    """How many posts were assessed: all that wait."""
    done = 0
    own = _own_handles(kit)
    while not kit.stop.is_set() and (posts := kit.store.posts_to_assess(BATCH)):
        repeats = _repeats(kit, posts)
        first = [post for post in posts if post.key not in repeats]
        assessments = kit.classifier.assess(first)
        judged = list(zip(first, assessments, strict=True))
        policy = kit.settings.policy
        worth = [
            opportunity
            for post, assessment in judged
            if (opportunity := triage.opportunity(post, assessment, policy, now, own_handles=own))
        ]
        changes = [change for pair in judged for change in _change(kit, *pair, now)]
        opened = kit.store.save_assessments(
            assessments,
            now,
            opportunities=worth,
            changes=changes,
            messages=[
                *(_card(kit, opportunity, now) for opportunity in worth),
                *(m for _, new in changes for m in redraw(kit, new, now)),
                *_more_places(kit, repeats, now),
            ],
            repeats=repeats,
            read=posts,
        )
        for old, new in changes:
            if new.closed_as is Closed.CHANGED:
                kit.store.stand_down(old.key)
        done += len(posts)
        log.info("assessed=%d repeated=%d opened=%d", len(first), len(repeats), opened)
    return done


def _repeats(kit: Kit, posts: Sequence[Post]) -> dict[str, str]:
    """Key of a post -> key of the earlier one that says the same."""
    for post in posts:
        kit.said_before.forget(post.key)  # an edited one is compared by what it says now
    found = kit.said_before.add_all([(p.key, p.reading, p.author_key) for p in posts])
    said = {post.key: head for post, head in zip(posts, found, strict=True) if head}
    known = kit.store.heads(set(said.values()))
    roots = {key: known[head] or head for key, head in said.items() if head in known}
    waiting = {post.key for post in posts}
    own = {p.key for p in posts if p.state is PostState.EDITED and _stands_alone(kit, p)}
    tied = {key: root for key, root in roots.items() if root != key and key not in own}
    covers = {
        root: (root in waiting and root not in tied) or _covers(kit, root)
        for root in set(tied.values())
    }
    return {key: root for key, root in tied.items() if covers[root]}


def _stands_alone(kit: Kit, post: Post) -> bool:
    """Something has come of it, or others repeat it: it is no repetition, whatever it says now."""
    return kit.store.opportunity(post.key) is not None or bool(kit.store.repeats(post.key))


def _covers(kit: Kit, head: str) -> bool:
    """Whether what was made of that post holds for one that says the same: people have it in hand
    or have decided it, or its words are no buying question. That it was too old, or in a place
    where nobody may answer, says nothing of another."""
    if opportunity := kit.store.opportunity(head):
        return opportunity.state in _UNDONE or opportunity.closed_as in _DECIDED
    assessment = kit.store.assessment(head)
    return assessment is not None and assessment.score < kit.settings.policy.open_above


def _more_places(kit: Kit, repeats: Mapping[str, str], now: datetime) -> list[Message]:
    """The cards of questions that were asked in another place too."""
    again = [kit.store.opportunity(head) for head in dict.fromkeys(repeats.values())]
    return [m for o in again if o and o.state in _UNDONE for m in redraw(kit, o, now)]


def _change(kit: Kit, post: Post, assessment: Assessment, now: datetime) -> list[Change]:
    """What becomes of the opportunity of a post that was edited."""
    old = kit.store.opportunity(post.key) if post.state is PostState.EDITED else None
    if old is None or old.state not in _UNDONE:
        return []
    # As on the day when it was opened: it is the words that have changed, not the age.
    if fresh := triage.opportunity(post, assessment, kit.settings.policy, old.opened_at):
        return [(old, review.judged_anew(old, fresh, now))]
    if any(_at_work(ask) for ask in kit.store.asks(occasion=old.key)):
        return []  # somebody was sent there by then: they see for themselves
    return [(old, review.changed(old, now))]


def _at_work(ask: Ask) -> bool:
    return ask.state in (AskState.SENT, AskState.ACCEPTED, AskState.DONE)


def _own_handles(kit: Kit) -> frozenset[str]:
    """What advocates write is no stranger's question."""
    return frozenset(
        f"{platform}:{handle}"
        for advocate in kit.store.advocates()
        for platform, handle in advocate.handles.items()
    )


def _card(kit: Kit, opportunity: Opportunity, now: datetime) -> Message:
    return Message(
        kind=MessageKind.CARD,
        about=opportunity.key,
        channel=kit.team_channel(),
        created_at=now,
        due_at=now,
    )
