"""What Slack refuses: the limits of Block Kit, so that the played Slack is no kinder than the real
one. Source: https://docs.slack.dev/reference/block-kit."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

Block = Mapping[str, Any]

_MAX_BLOCKS, _MAX_TEXT, _MAX_METADATA = 50, 13_200, 8_000
_SECTION, _HEADER, _LABEL, _VALUE, _URL, _ID = 3_000, 150, 75, 2_000, 3_000, 255
_OPTION_VALUE, _PLACEHOLDER = 150, 150
_CONTEXT, _ACTIONS, _OPTIONS = 10, 25, 100


def refusal(blocks: Sequence[Block], text: str) -> str:
    """Slack's error code for such a message, "" if it would be taken."""
    if not blocks and not text:
        return "no_text"
    if len(blocks) > _MAX_BLOCKS or any(problems(blocks)):
        return "invalid_blocks"
    if _total(blocks) > _MAX_TEXT:
        return "msg_blocks_too_long"
    return ""


def problems(blocks: Sequence[Block]) -> Iterator[str]:
    """What is wrong, one line each, with its place."""
    for number, block in enumerate(blocks):
        check = _CHECKS.get(block.get("type", ""))
        found = check(block) if check else iter([f"unknown type {block.get('type')!r}"])
        yield from (f"blocks/{number}: {problem}" for problem in found)


def _text(
    said: object, limit: int, kinds: Sequence[str] = ("plain_text", "mrkdwn")
) -> Iterator[str]:
    if not isinstance(said, Mapping) or said.get("type") not in kinds:
        yield f"no text of type {' or '.join(kinds)}"
        return
    length = len(said.get("text") or "")
    if not 1 <= length <= limit:
        yield f"text of {length} characters, 1 to {limit} allowed"


def _header(block: Block) -> Iterator[str]:
    return _text(block.get("text"), _HEADER, ("plain_text",))


def _section(block: Block) -> Iterator[str]:
    yield from _text(block.get("text"), _SECTION)
    if "accessory" in block:
        yield from _element(block["accessory"])


def _context(block: Block) -> Iterator[str]:
    elements = block.get("elements") or []
    if not 1 <= len(elements) <= _CONTEXT:
        yield f"{len(elements)} elements, 1 to {_CONTEXT} allowed"
    for element in elements:
        yield from _text(element, _SECTION)


def _actions(block: Block) -> Iterator[str]:
    elements = block.get("elements") or []
    if not 1 <= len(elements) <= _ACTIONS:
        yield f"{len(elements)} elements, 1 to {_ACTIONS} allowed"
    names = [element.get("action_id") for element in elements]
    if len(set(names)) < len(names):
        yield "an action_id twice"
    for element in elements:
        yield from _element(element)


def _element(element: Block) -> Iterator[str]:
    if not 1 <= len(element.get("action_id") or "") <= _ID:
        yield f"action_id not of 1 to {_ID} characters"
    if element.get("type") == "button":
        yield from _button(element)
    elif element.get("type") == "static_select":
        yield from _select(element)
    else:
        yield f"unknown element {element.get('type')!r}"


def _button(button: Block) -> Iterator[str]:
    yield from _text(button.get("text"), _LABEL, ("plain_text",))
    for name, limit in (("value", _VALUE), ("url", _URL)):
        if len(button.get(name) or "") > limit:
            yield f"{name} longer than {limit} characters"
    if button.get("style", "primary") not in ("primary", "danger"):
        yield f"unknown style {button['style']!r}"


def _select(select: Block) -> Iterator[str]:
    yield from _text(select.get("placeholder"), _PLACEHOLDER, ("plain_text",))
    options = select.get("options") or []
    if not 1 <= len(options) <= _OPTIONS:
        yield f"{len(options)} options, 1 to {_OPTIONS} allowed"
    for option in options:
        yield from _text(option.get("text"), _LABEL, ("plain_text",))
        if not 1 <= len(option.get("value") or "") <= _OPTION_VALUE:
            yield f"option value not of 1 to {_OPTION_VALUE} characters"


def _rich_text(block: Block) -> Iterator[str]:
    known = ("rich_text_section", "rich_text_quote", "rich_text_list", "rich_text_preformatted")
    elements = block.get("elements") or []
    if not elements or any(element.get("type") not in known for element in elements):
        yield "unknown rich text"


def _total(said: object) -> int:
    if isinstance(said, Mapping):
        own = said.get("text")
        length = len(own) if isinstance(own, str) else 0
        return length + sum(map(_total, said.values()))
    return sum(map(_total, said)) if isinstance(said, list | tuple) else 0


_CHECKS: Mapping[str, Callable[[Block], Iterator[str]]] = {
    "header": _header,
    "section": _section,
    "context": _context,
    "actions": _actions,
    "rich_text": _rich_text,
    "divider": lambda _: iter(()),
}
