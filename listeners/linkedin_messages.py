"""Private messages of a member's archive made posts, where the operator wants that. Pure.

They are other people's words, not written in public: each post says so (`metrics["private"]`),
stands in the community "messages", and leads nowhere.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence

from domain.types import Post
from listeners import linkedin_posts, linkedin_times, markup
from listeners.linkedin_columns import Record, Row
from listeners.linkedin_posts import Export, Left

COMMUNITY = "messages"
_NOT_SENT = ("ismessagedraft", "isconversationdraft")
_YES = frozenset({"yes", "true", "1"})
_FOLDERS = frozenset({"spam", "junk", "trash", "deleted", "drafts", "draft"})
_ENOUGH = 2  # conversations by which the one who has part in all of them is known


def message(row: Row, export: Export, own: frozenset[str]) -> Post | Left:
    """What somebody wrote to the member, who is known by the names in `own`: their own words need
    no answer of ours."""
    if any(row.get(name, "").strip().lower() in _YES for name in _NOT_SENT):
        return Left.DRAFT
    folder = row.get("folder", "").strip().lower()
    if folder in _FOLDERS:
        return Left.DRAFT if folder.startswith("draft") else Left.SPAM
    if _is_own(row, own):
        return Left.OWN
    text = linkedin_posts.body(row.get("content", ""))
    if not text:
        return Left.NO_WORDS
    sender, date = row.get("from", ""), row.get("date", "")
    conversation = _conversation(row)
    told = linkedin_posts.digest(conversation, date, _sender(row), text)
    return Post(
        platform="linkedin",
        community=COMMUNITY,
        external_id=f"message:{told}",
        author=linkedin_posts.author(Record({"author": sender})),
        author_id=linkedin_posts.slug(row.get("senderprofileurl", "")),
        title=markup.title(row.get("subject", "")),
        text=text,
        posted_at=linkedin_times.absolute(date, export.read) or min(export.written, export.read),
        fetched_at=export.read,
        thread_id=f"conversation:{linkedin_posts.digest(conversation)}",
        metrics={"private": 1},
    )


def _is_own(row: Row, own: frozenset[str]) -> bool:
    """By the address of the profile where both are known: two people may have one name."""
    url = _name(row.get("senderprofileurl", ""))
    urls = {name for name in own if "/" in name}
    return url in urls if url and urls else _name(row.get("from", "")) in own


def own_names(rows: Sequence[Row], member: str) -> frozenset[str]:
    """What the member is called in the rows: as the archive says, and who has part in every
    conversation, if only one has."""
    met: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        others = f"{row.get('to', '')},{row.get('recipientprofileurls', '')}".split(",")
        met[_conversation(row)] |= _names(row) | {_name(one) for one in others} - {""}
    counted = Counter(name for names in met.values() for name in names)
    always = {name for name, times in counted.items() if times == len(met) >= _ENOUGH}
    urls = {name for name in always if "/" in name}
    alone = urls if len(urls) == 1 else set()
    alone |= always - urls if len(always - urls) == 1 else set()
    return frozenset(alone | {_name(member)} - {""})


def _conversation(row: Row) -> str:
    """Its number; in the oldest archives, which have none, those who take part."""
    told = row.get("conversationid", "").strip()
    return told or ",".join(sorted({row.get("from", ""), *row.get("to", "").split(",")}))


def _names(row: Row) -> set[str]:
    return {_name(row.get("from", "")), _name(row.get("senderprofileurl", ""))} - {""}


def _sender(row: Row) -> str:
    return str(row.get("senderprofileurl", "") or row.get("from", ""))


def _name(said: str) -> str:
    return said.strip().lower().removesuffix("/")
