"""LinkedIn exports, written by the tests."""

import csv
import io
import json
import os
import zipfile
from pathlib import Path
from typing import Any

from domain.types import Post
from listeners import linkedin
from tests.listeners.played import NOW

ID = "7302225660000000000"  # given out on 3 March 2025
URN = f"urn:li:activity:{ID}"
SHARES = "Date,ShareLink,ShareCommentary,SharedUrl,MediaUrl,Visibility"
SHARE = (
    "2024-03-12 08:15:30,https://www.linkedin.com/feed/update/urn%3Ali%3Ashare%3A7173200000000000001"
    ",{text},,,MEMBER_NETWORK"
)
COMMENTS = "Date,Link,Message"
COMMENT = f"2024-03-12 08:15:30,https://www.linkedin.com/feed/update/urn%3Ali%3Aactivity%3A{ID}"


def read(folder: Path, cursor: str | None = None) -> tuple[tuple[Post, ...], str]:
    batch = listener(folder).fetch(cursor)
    assert batch.cursor is not None
    return batch.posts, batch.cursor


def listener(folder: Path) -> linkedin.LinkedInListener:
    return linkedin.make(linkedin.Options(name="li", folder=folder), {}, lambda: NOW)


def write(path: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding=encoding)
    os.utime(path, (NOW.timestamp(), NOW.timestamp()))
    return path


def archive(path: Path, **members: str) -> Path:
    with zipfile.ZipFile(path, "w") as out:
        for name, text in members.items():
            out.writestr(name.replace("__", "/") + ".csv", text)
    return path


def records(path: Path, *rows: dict[str, Any]) -> Path:
    path.write_text(json.dumps(list(rows)))
    os.utime(path, (NOW.timestamp(), NOW.timestamp()))
    return path


def table(path: Path, *rows: dict[str, str]) -> Path:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return write(path, out.getvalue())
