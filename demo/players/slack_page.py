"""Draws the played Slack's window: channels, messages, Block Kit."""

import html
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup, escape

_TOKEN = re.compile(r"<([^<>]+)>")
_BOLD = re.compile(r"\*(?![\s\u200b])([^*\n]+?)\*(?!\u200b)")
_PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "pages"), autoescape=True, trim_blocks=True
)


def render(
    *,
    base: str,
    channels: Mapping[str, str],
    channel: str,
    messages: Sequence[Mapping[str, Any]],
    asides: Sequence[Mapping[str, Any]],
    me: str,
    version: str,
) -> str:
    shown = [message for message in messages if message["channel"] == channel]
    beside = [{**a, "aside": True} for a in asides if a["channel"] == channel]
    return _PAGES.get_template("slack.html").render(
        base=base,
        channels=channels,
        channel=channel,
        counts=Counter(message["channel"] for message in messages),
        messages=sorted([*shown, *beside], key=lambda message: float(message["ts"])),
        me=me,
        version=version,
    )


def mrkdwn(said: str) -> Markup:
    """Slack's markup as HTML: links, times, bold; mentions as Slack would show them, so that one
    that should not be there is seen."""
    return Markup("").join(_tokens(said))


def _tokens(said: str) -> Iterator[Markup]:
    end = 0
    for found in _TOKEN.finditer(said):
        yield _words(said[end : found.start()])
        yield _token(found.group(1))
        end = found.end()
    yield _words(said[end:])


def _token(token: str) -> Markup:
    target, _, label = token.partition("|")
    if target.startswith("!date^"):
        stamp = target.split("^")[1]
        return Markup('<time data-epoch="{}">{}</time>').format(stamp, html.unescape(label))
    if target.startswith(("!", "@", "#")):
        return Markup('<mark class="mention">{}</mark>').format(f"@{target.lstrip('!@#')}")
    if target.startswith(("http://", "https://")):
        shown = html.unescape(label or target)
        return Markup('<a href="{}" target="_blank" rel="noopener">{}</a>').format(target, shown)
    return escape(html.unescape(label or target))


def _words(said: str) -> Markup:
    harmless = str(escape(html.unescape(said)))
    return Markup(_BOLD.sub(r"<strong>\1</strong>", harmless).replace("\n", "<br>"))  # noqa: S704 - escaped


def told(ts: str) -> Markup:
    """A message's time; the page's script brings it into the reader's zone."""
    at = datetime.fromtimestamp(float(ts), UTC)
    return Markup('<time data-epoch="{}">{:%H:%M} UTC</time>').format(int(float(ts)), at)


_PAGES.filters["mrkdwn"] = mrkdwn
_PAGES.filters["told"] = told
