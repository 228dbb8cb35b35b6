"""LinkedIn exports, written by the tests."""

import csv
import io
import json
import os
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from domain.types import Post
from listeners import linkedin
from listeners.base import Batch
from tests.listeners.played import NOW, given

ID = "7302225660000000000"  # given out on 3 March 2025
URN = f"urn:li:activity:{ID}"
LINK = f"https://www.linkedin.com/feed/update/{URN}"
SHARES = "Date,ShareLink,ShareCommentary,SharedUrl,MediaUrl,Visibility"
SHARE = (
    "2024-03-12 08:15:30,https://www.linkedin.com/feed/update/urn%3Ali%3Ashare%3A7173200000000000001"
    ",{text},,,MEMBER_NETWORK"
)
AT = NOW - timedelta(hours=2)
COMMENTS = "Date,Link,Message"
COMMENT = f"2024-03-12 08:15:30,https://www.linkedin.com/feed/update/urn%3Ali%3Aactivity%3A{ID}"
PROFILE = "First Name,Last Name\nAnn,Smith\n"


def read(folder: Path, cursor: str | None = None, **options: Any) -> tuple[tuple[Post, ...], str]:
    """A look at a folder in which all is well."""
    batch = look(folder, cursor, **options)
    assert batch.notices == ()
    assert batch.cursor is not None
    return batch.posts, batch.cursor


def look(folder: Path, cursor: str | None = None, **options: Any) -> Batch:
    chosen = linkedin.Options(name="li", folder=folder, **options)
    return linkedin.make(chosen, given()).fetch(cursor)


def texts(folder: Path, **options: Any) -> list[str]:
    return [post.text for post in read(folder, **options)[0]]


def known(cursor: str | None) -> dict[str, list[str]]:
    """What the cursor holds: name of a file -> its stamp, and what is wrong with it."""
    files = json.loads(cursor or "")["files"]
    assert isinstance(files, dict)
    return files


def one(folder: Path, **fields: Any) -> Post:
    """The post that a record with these fields makes."""
    records(folder / "a.json", fields)
    ((post,), _) = read(folder)
    return post


def nested(name: str, value: Any) -> dict[str, Any]:
    """A record with a value under a name with dots."""
    outer, _, inner = name.partition(".")
    return {outer: nested(inner, value) if inner else value}


def write(path: Path, *lines: str, encoding: str = "utf-8") -> Path:
    return put(path, ("\n".join(lines) + "\n").encode(encoding))


def put(path: Path, data: bytes) -> Path:
    """As if it had been put there now."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    os.utime(path, (NOW.timestamp(), NOW.timestamp()))
    return path


def archive(path: Path, members: dict[str, str], packed: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", packed) as out:
        for name, text in members.items():
            out.writestr(name, text)
    return path


def records(path: Path, *rows: dict[str, Any]) -> Path:
    return put(path, json.dumps(list(rows)).encode())


def table(path: Path, *rows: dict[str, str], delimiter: str = ",") -> Path:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return put(path, out.getvalue().encode())


def shares(*said: str) -> str:
    """A file of shares whose texts are already quoted as they should stand in it."""
    rows = [SHARE.format(text=text).replace("001,", f"{n:03},", 1) for n, text in enumerate(said)]
    return "\n".join([SHARES, *rows]) + "\n"
