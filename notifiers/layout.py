"""What letters are made of, and how they read as plain text.

A letter is composed once, of the parts below, and rendered three times: here as text, in
`mail_html` for mail, in `blocks` for Slack. So all three say the same, and foreign text is made
harmless in one place per medium instead of in every sentence.
"""

import textwrap
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from domain import text

_WIDTH = 74
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)

WEB = ("http://", "https://")


class Strong(NamedTuple):
    text: str


class Link(NamedTuple):
    """`url` is foreign too: whatever is not http or https shows as its label alone."""

    label: str
    url: str

    @property
    def leads(self) -> bool:
        return self.url.startswith(WEB)


class Moment(NamedTuple):
    """A point in time, told in `zone`; Slack shows it in its reader's own."""

    at: datetime
    zone: str = "UTC"

    @property
    def told(self) -> str:
        """ "Thu 13 March, 18:00 (Europe/Berlin)": no locale, no guessing what 03/04 means."""
        local = self.at.astimezone(ZoneInfo(self.zone))
        day = f"{_DAYS[local.weekday()]} {local.day} {MONTHS[local.month - 1]}"
        return f"{day}, {local:%H:%M} ({self.zone.replace('_', ' ')})"


class Break(NamedTuple):
    """A new line within a paragraph."""


Run = str | Strong | Link | Moment | Break


class Button(NamedTuple):
    """With `url` it leads somewhere, everywhere; without, it is a decision that Slack sends us."""

    label: str
    action: str
    value: str = ""
    url: str = ""
    primary: bool = False


class Select(NamedTuple):
    label: str
    action: str
    options: Sequence[tuple[str, str]]  # value, label


class Title(NamedTuple):
    text: str


class Line(NamedTuple):
    """A paragraph; runs follow each other without a blank. `quiet`: small print."""

    runs: tuple[Run, ...]
    quiet: bool = False
    button: Button | None = None  # beside it, in Slack only


class Quote(NamedTuple):
    """A stranger's words, which may be hostile; see `quoted`."""

    text: str
    title: str = ""


class Points(NamedTuple):
    items: tuple[str, ...]


class Choices(NamedTuple):
    elements: tuple[Button | Select, ...]


Part = Title | Line | Quote | Points | Choices
Parts = Sequence[Part]


def line(*runs: Run, button: Button | None = None) -> Line:
    return Line(runs, button=button)


def small(*runs: Run) -> Line:
    return Line(runs, quiet=True)


def inline(said: str) -> str:
    """`said` in one line. A blank at either end stays: runs follow each other without one."""
    return text.one_line(f"|{said}|")[1:-1]


def quoted(words: str, limit: int) -> str:
    """`words` harmless, at most `limit` characters, without the gaps of long posts."""
    lines = [" ".join(one.split()) for one in text.clean(words).split("\n")]
    return text.shorten("\n".join(one for one in lines if one), limit)


def to_text(parts: Parts) -> str:
    """Complete by itself; every line of a quotation begins with ">", so that nothing in it can
    pass for ours."""
    return "\n\n".join(filter(None, map(_part, parts))) + "\n"


def _part(part: Part) -> str:
    match part:
        case Title(said):
            return _wrap(text.one_line(said))
        case Line(runs):
            return "\n".join(map(_wrap, "".join(map(_run, runs)).split("\n")))
        case Quote(said, title):
            lines = [title, *said.split("\n")]
            return "\n".join(_wrap(one, "> ") for one in lines if one)
        case Points(items):
            return "\n".join(_wrap(text.one_line(item), "- ", "  ") for item in items)
        case Choices(elements):
            leading = [e for e in elements if isinstance(e, Button) and e.url]
            return "\n".join(f"{button.label}: {button.url}" for button in leading)


def _run(run: Run) -> str:
    match run:
        case Strong(said):
            return text.one_line(said)
        case Link(label, url):
            return f"{text.one_line(label)}: {url}" if run.leads else text.one_line(label)
        case Moment():
            return run.told
        case Break():
            return "\n"
        case _:
            return inline(run)


def _wrap(said: str, first: str = "", following: str | None = None) -> str:
    return (
        textwrap.fill(
            said,
            _WIDTH,
            initial_indent=first,
            subsequent_indent=first if following is None else following,
            break_long_words=False,
            break_on_hyphens=False,
        )
        or first.rstrip()
    )
