"""Letters as Slack's Block Kit.

Limits: https://docs.slack.dev/reference/block-kit. Foreign text goes in as data where Slack has an
element for it (rich text, plain text); in mrkdwn it is shortened first, escaped then, and measured
last: escaping lengthens, and a cut through "&amp;" would show.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from domain.text import one_line, shorten
from notifiers.layout import (
    Break,
    Button,
    Choices,
    Line,
    Link,
    Moment,
    Parts,
    Points,
    Quote,
    Run,
    Select,
    Strong,
    Title,
    inline,
)

Block = dict[str, Any]

MAX_BLOCKS = 50
MAX_TEXT = 12_000  # of all blocks together; Slack refuses from about 13,200 on
MAX_VALUE = 2_000  # of a button
_MAX_ACTION = 255
_MAX_URL = 3_000
_SECTION, _HEADER, _BUTTON, _OPTION = 3_000, 150, 75, 75

# Where a marker could begin or end bold, italics, strike or code; inside words it is harmless.
_MARKER = re.compile(r"(?<![^\W_])[*_~`]|[*_~`](?![^\W_])")
_ZERO_WIDTH = "\u200b"


def to_blocks(parts: Parts) -> list[Block]:
    return [block for part in parts for block in _blocks(part)]


def _blocks(part: Title | Line | Quote | Points | Choices) -> Iterator[Block]:
    match part:
        case Title(said):
            yield {"type": "header", "text": plain(said, _HEADER)}
        case Line(runs, quiet, button):
            yield _line(runs, quiet=quiet, button=button)
        case Quote(said, title):
            head = [_data(f"{title}\n") | {"style": {"bold": True}}] if title else []
            body = [_data(said)] if said or not title else []
            yield _rich({"type": "rich_text_quote", "elements": [*head, *body]})
        case Points(items):
            rows = [{"type": "rich_text_section", "elements": [_data(item)]} for item in items]
            yield _rich({"type": "rich_text_list", "style": "bullet", "elements": rows})
        case Choices(elements):
            usable = [_element(element) for element in elements if _fits(element)]
            if usable:
                yield {"type": "actions", "elements": usable}


def _line(runs: Sequence[Run], *, quiet: bool, button: Button | None) -> Block:
    said = {"type": "mrkdwn", "text": mrkdwn(runs), "verbatim": True}
    if quiet:
        return {"type": "context", "elements": [said]}
    if button is None or not _fits(button):
        return {"type": "section", "text": said}
    return {"type": "section", "text": said, "accessory": _element(button)}


def _rich(element: Block) -> Block:
    return {"type": "rich_text", "elements": [element]}


def _data(said: str) -> Block:
    """Shown letter by letter: no markers, no mentions, no links."""
    return {"type": "text", "text": said}


def plain(said: str, limit: int) -> Block:
    return {"type": "plain_text", "text": shorten(one_line(said), limit) or "-", "emoji": False}


def _element(element: Button | Select) -> Block:
    if isinstance(element, Select):
        return {
            "type": "static_select",
            "action_id": element.action,
            "placeholder": plain(element.label, _HEADER),
            "options": [
                {"text": plain(label, _OPTION), "value": value} for value, label in element.options
            ],
        }
    made: Block = {
        "type": "button",
        "action_id": element.action,
        "text": plain(element.label, _BUTTON),
    }
    made |= {"value": element.value} if element.value else {}
    made |= {"url": element.url} if element.url else {}
    return made | ({"style": "primary"} if element.primary else {})


def _fits(element: Button | Select) -> bool:
    """A button whose key or address Slack would refuse is left out; the link to the board stays."""
    if len(element.action) > _MAX_ACTION:
        return False
    return isinstance(element, Select) or (
        len(element.value) <= MAX_VALUE and len(element.url) <= _MAX_URL
    )


def escape(said: str) -> str:
    """Exactly the three characters that Slack names, in this order: `<!channel>` is words now."""
    return said.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def escape_marks(said: str) -> str:
    """`escape`, and a zero-width space after each marker that could change the look of what
    follows."""
    return _MARKER.sub(lambda found: found.group() + _ZERO_WIDTH, escape(said))


def fitted(said: str, limit: int, harmless: Callable[[str], str] = escape) -> str:
    """`said` shortened so that it has at most `limit` characters after `harmless`."""
    room = limit
    while len(done := harmless(shorten(said, room))) > limit:
        room -= max(1, (len(done) - limit) // len("&amp;"))
    return done


def mrkdwn(runs: Sequence[Run], limit: int = _SECTION) -> str:
    """The runs in Slack's markup, each shortened alike until all of them fit."""
    room = limit
    while len(said := "".join(_run(run, room) for run in runs)) > limit and room > 1:
        room = room * 3 // 4
    return said or "-"


def _run(run: Run, room: int) -> str:
    match run:
        case Strong(said):
            return f"*{_harmless(said.strip(), room)}*" if said.strip() else ""
        case Link(label, url):
            address = _address(url)
            if not run.leads or len(address) > min(room, MAX_VALUE):
                return _harmless(label, room)
            return f"<{address}|{_harmless(label, room)}>"
        case Moment(at):
            shown = "{date_short_pretty} {time}"
            return f"<!date^{int(at.timestamp())}^{shown}|{run.told}>"
        case Break():
            return "\n"
        case _:
            return _harmless(run, room)


def _harmless(said: str, room: int) -> str:
    return escape_marks(shorten(inline(said), room))


def _address(url: str) -> str:
    """`url` without the four characters that end an address in mrkdwn."""
    for mark, code in (("|", "%7C"), ("<", "%3C"), (">", "%3E"), (" ", "%20")):
        url = url.replace(mark, code)
    return url


def total_text(blocks: object) -> int:
    """How many characters of text all blocks hold together, as Slack counts them."""
    if isinstance(blocks, Mapping):
        said = blocks.get("text")
        own = len(said) if isinstance(said, str) else 0
        return own + sum(total_text(value) for value in blocks.values())
    if isinstance(blocks, list | tuple):
        return sum(map(total_text, blocks))
    return 0
