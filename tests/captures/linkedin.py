"""LinkedIn: no rows of real exports lie beside the checkout, but the columns of each kind of file,
as somebody wrote them down. Of each an export with one row of our own is made, and read."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from domain.types import Post
from listeners import linkedin, linkedin_names
from tests.captures.account import Account
from tests.listeners.exports import LINK, URN, put
from tests.listeners.played import given
from tests.listeners.test_linkedin_samples import SEEN

_SAYS = "Which CRM suits a team of five?"
_AT = "2024-03-12 08:15:30"
_CELLS: Mapping[str, str] = {
    **dict.fromkeys(("sharecommentary", "message", "content", "postcontent"), _SAYS),
    **dict.fromkeys(("sharelink", "link", "posturl"), LINK),
    **dict.fromkeys(("date", "posttimestamp", "timestamp", "connectedon", "sentat"), _AT),
    "conversationid": "2-a",
    "from": "Bo Berg",
    "to": "Ann Smith",
    "folder": "INBOX",
    "postdate": "1d",
    "author": "Bo Berg",
    "likecount": "3",
}
# Records of search tools that write JSON: a name by which HEADERS.md tells of each, and ours.
_JSON: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "an Apify actor, posts of a company": (
        "activity_urn",
        {
            "activity_urn": URN.rpartition(":")[2],
            "full_urn": "urn:li:ugcPost:7302225650000000000",
            "post_url": f"{LINK}?trk=x",
            "text": _SAYS,
            "posted_at": {"relative": "1d", "is_edited": False, "timestamp": 1741000000000},
            "author": {"name": "Bo Berg", "company_url": "https://www.linkedin.com/company/bo/"},
            "stats": {"total_reactions": 3, "like": 3},
            "media": {"type": "image", "items": []},
        },
    ),
    "an Apify actor, post scraper": (
        "postedAtTimestamp",
        {
            "type": "text",
            "text": _SAYS,
            "url": LINK,
            "urn": URN,
            "shareUrn": "urn:li:share:7302225640000000000",
            "numLikes": 3,
            "postedAtTimestamp": 1741000000000,
            "authorName": "Bo Berg",
            "author": {"occupation": "Owner", "picture": ""},
            "comments": [{"text": "This one.", "time": 1741000100000}],
        },
    ),
    "a browser script": (
        "author_title",
        {
            "author": "Feed post",
            "author_title": "Bo Berg",
            "created_at": "1mo • Edited •",
            "text": _SAYS,
            "likes": 0,
        },
    ),
}


class Export(NamedTuple):
    kind: str  # as HEADERS.md calls it
    file: str
    text: str
    messages: bool = False  # whether private ones are wanted


def of_linkedin(account: Account, folder: Path) -> None:
    known = SEEN.read_text("utf-8")
    exports = [*_of_tables(known), *_of_names(known), *_of_json(known)]
    for number, export in enumerate(exports):
        put(folder / str(number) / export.file, export.text.encode())
        unread = _unread(export)
        listen = partial(_heard, folder / str(number), export.messages)
        account.count(SEEN.name, 1, listen, {unread: 1} if unread else {})
        account.notes.append(f"{export.kind:48}  {export.file:26}  {unread or 'read'}")


def _heard(folder: Path, messages: bool) -> Iterable[Post]:
    options = linkedin.Options(name="li", folder=folder, messages=messages)
    batch = linkedin.make(options, given()).fetch(None)
    assert batch.notices == ()
    assert all(post.text == _SAYS for post in batch.posts)
    return batch.posts


def _unread(export: Export) -> str:
    """Why a file is ignored on purpose; "" for one that is to be read."""
    name = export.file
    if linkedin_names.is_correspondence(name) and not export.messages:
        return "ignored on purpose: private messages, unless they are asked for"
    if linkedin_names.is_left_out(name, messages=export.messages):
        return "ignored on purpose: a file of a member's archive that holds no posts"
    return "" if linkedin_names.is_readable(name) else "ignored on purpose: an article, no table"


def _of_tables(known: str) -> Iterator[Export]:
    """For each row of HEADERS.md that tells the columns of a table, with and without those that
    only some years have."""
    for kind, told in re.findall(r"^\| (.+?) \| (.+?) \| .+ \|$", known, re.MULTILINE):
        if kind in {"file", "---", "filenames"} or told.startswith("keys "):
            continue
        columns = max(re.findall(r"`([^`]+)`", told) or [""], key=lambda one: one.count(","))
        named = re.match(r"[\w ]+\.csv", kind)
        if columns.startswith("..."):
            columns = f"CONVERSATION ID,CONVERSATION TITLE,{columns.removeprefix('...')}"
        file = named[0] if named else "result.csv"
        notes = 'Notes:\n"Some addresses are missing."\n\n' if "Notes:" in told else ""
        fewest, most = re.sub(r"\[.*", "", columns), re.sub(r"[\[\]]", "", columns)
        for header in dict.fromkeys([fewest, most]):
            text = notes + _with_a_row(header)
            yield Export(kind, file, text)
            if linkedin_names.is_correspondence(file):
                yield Export(f"{kind}, asked for", file, text, messages=True)


def _with_a_row(header: str) -> str:
    keys = [name.lower().replace(" ", "") for name in header.split(",")]
    return f"{header}\n{','.join(_CELLS.get(one, '') for one in keys)}\n"


def _of_names(known: str) -> Iterator[Export]:
    """The other names that files have."""
    [told] = re.findall(r"^\| filenames \| (.+?) \| .+ \|$", known, re.MULTILINE)
    for name in re.findall(r"`([^`]+)`", told):
        file = name.replace("*", "a")
        if "Comments" in file:
            yield Export("filenames", file, _with_a_row("Date,Link,Message"))
        elif "Messages" in file:
            header = "CONVERSATION ID,FROM,TO,DATE,CONTENT,FOLDER"
            yield Export("filenames", file, _with_a_row(header), messages=True)
        elif file.endswith(".html"):
            yield Export("filenames", file, f"<p>{_SAYS}</p>")
        else:
            yield Export("filenames", file, _with_a_row("Date,ShareLink,ShareCommentary"))


def _of_json(known: str) -> Iterator[Export]:
    for kind, (name, record) in _JSON.items():
        assert name in known
        yield Export(kind, "result.json", json.dumps([record]))
