"""Posts -> assessments -> opportunities, with a card for the team in the same transaction."""

import logging
from datetime import datetime

from domain.types import Message, MessageKind, Opportunity
from pipeline.kit import Kit
from routing import triage

log = logging.getLogger(__name__)

BATCH = 500


def classify(kit: Kit, now: datetime) -> int:
    """How many posts were assessed: all that wait."""
    done = 0
    own = _own_handles(kit)
    while not kit.stop.is_set() and (posts := kit.store.posts_to_assess(BATCH)):
        policy = kit.settings.policy
        assessments = kit.classifier.assess(posts)
        worth = [
            opportunity
            for post, assessment in zip(posts, assessments, strict=True)
            if (opportunity := triage.opportunity(post, assessment, policy, now, own_handles=own))
        ]
        cards = [_card(kit, opportunity, now) for opportunity in worth]
        opened = kit.store.save_assessments(assessments, now, opportunities=worth, messages=cards)
        done += len(posts)
        log.info("assessed=%d opened=%d", len(posts), opened)
    return done


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
