"""Foreign markup made plain text, and foreign names and links made fit to keep."""

import html
import re
import unicodedata
from datetime import UTC, datetime
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser

from domain.text import clean, one_line, shorten

MAX_TEXT = 40_000  # characters kept of one post
MAX_TITLE = 500

_UNSEEN = (
    "script, style, template, noscript, iframe, object, svg, head, [hidden], "
    '[style*="display:none" i], [style*="display: none" i], [style*="visibility:hidden" i]'
)
# One of these stands in the markup of all that, whatever its case: looking for them costs less.
_SIGNS = ("script", "style", "template", "iframe", "object", "svg", "<head", "hidden")
# Marks of a paragraph, a line, a break: controls, which `clean` would drop from foreign text. They
# are put into the markup before it is parsed, since moving nodes about costs the square of their
# depth. Within tables only cells may hold text: elsewhere a parser moves it before the table.
_P, _L, _B = "\x01", "\x02", "\x03"
_PARAGRAPH = re.compile(
    r"<(?=/?(?:p|h[1-6]|blockquote|pre|[uod]l|table|hr|figure)[\s/>])", re.IGNORECASE
)
_LINE = re.compile(
    r"<(?=/?(?:div|li|section|article|header|footer|aside|d[td]|address)[\s/>])", re.IGNORECASE
)
_BREAK = re.compile(r"<(?=br[\s/>])", re.IGNORECASE)
_ROW = re.compile(r"<tr[^<>]{0,1000}>\s{0,100}<t[dh][^<>]{0,1000}>", re.IGNORECASE)
_CELL = re.compile(r"<t[dh][^<>]{0,1000}>", re.IGNORECASE)
_MAX_TAGS = 5_000  # parsing costs the square of the depth; more is no post, and read roughly
_TAG = re.compile(r"<[^<>]{0,2000}>?")
_MARKS = re.compile("[\x01\x02\x03]")
_BREAKS = re.compile("[\x01\x02\x03][ \x01\x02\x03]*")
# Elements that hold what is not shown, written as if they were empty: HTML knows no such thing, and
# takes all that follows for what they hold.
_EMPTY = re.compile(
    r"<((?:script|style|template|noscript|iframe|object|svg)\b[^<>]{0,2000})/>", re.IGNORECASE
)
_INDENTS = re.compile(r"\n[ \t]+")
_ZERO_WIDTH = re.compile("[\u00ad\u200b\u2060]")
_FANCY = re.compile("[\U0001d400-\U0001d7ff]+")
_EPOCH = re.compile(r"^\d{9,}(\.\d+)?$")
_MANY_LINES = re.compile(r"\n{3,}")

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
# Bounded, and never over a second opening: nobody's "[[[[" costs more than its length.
_MD_LINK = re.compile(
    r"!?\[([^\[\]\n]{0,500})\]"
    r"\([^\s()]{0,2000}(?:\([^\s()]{0,200}\)[^\s()]{0,200})?(?:\s\"[^\"\n]{0,300}\")?\)"
)
_MD_BOLD = re.compile(r"\*\*([^*\n]{1,500})\*\*|__([^_\n]{1,500})__")
_MD_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!>~|^])")


def body(text: str) -> str:
    """A post's text as it is kept: clean, without zero-width marks, not longer than MAX_TEXT."""
    kept = clean(_plain_letters(text[: 2 * MAX_TEXT]))
    if "\n\n\n" in kept:
        kept = _MANY_LINES.sub("\n\n", kept)
    return shorten(kept.strip(), MAX_TEXT)


def title(text: str) -> str:
    return shorten(one_line(_plain_letters(text[: 2 * MAX_TEXT])), MAX_TITLE)


def _plain_letters(text: str) -> str:
    """Bold and script letters of Unicode's mathematical block, in which some people write to stand
    out, are made the letters that they stand for, or no word would be known again."""
    if text.isascii():
        return text
    text = _ZERO_WIDTH.sub("", text)
    return _FANCY.sub(lambda run: unicodedata.normalize("NFKC", run.group()), text)


def from_html(markup: str) -> str:
    """The words that a reader would see; elements that part words on the page part them here."""
    if "<" not in markup and "&" not in markup:
        return body(_INDENTS.sub("\n", markup))
    marked = markup[: 10 * MAX_TEXT]
    if _P in marked or _L in marked or _B in marked:
        marked = _MARKS.sub("", marked)
    if marked.count("<") > _MAX_TAGS:
        return body(html.unescape(_TAG.sub(" ", marked)))
    for pattern, mark in ((_PARAGRAPH, _P), (_LINE, _L), (_BREAK, _B)):
        marked = pattern.sub(f"{mark}<", marked)
    marked = _CELL.sub(r"\g<0> ", _ROW.sub(rf"\g<0>{_L}", marked))
    lower = marked.lower()
    unseen = any(sign in lower for sign in _SIGNS)
    if unseen and "/>" in marked:
        marked = _EMPTY.sub(_closed, marked)
    tree = LexborHTMLParser(marked)
    for node in tree.css(_UNSEEN) if unseen else ():
        node.decompose()
    root = tree.root
    text = " ".join((root.text(deep=True) if root else "").split())
    text = _BREAKS.sub(lambda run: _line_end(run.group()), text)
    return body(text.replace(" \n", "\n"))


def _closed(empty: re.Match[str]) -> str:
    name = re.match(r"\w+", empty[1])
    return f"<{empty[1]}></{name[0] if name else empty[1]}>"


def _line_end(run: str) -> str:
    return "\n\n" if _P in run or run.count(_B) > 1 else "\n"


def from_markdown(text: str) -> str:
    """Reddit's markdown without links' addresses, bold marks, escapes and entities."""
    text = _MD_BOLD.sub(lambda bold: bold[1] or bold[2], _MD_LINK.sub(r"\1", text))
    return body(html.unescape(_MD_ESCAPE.sub(r"\1", text)))


def author(name: str) -> str:
    """A name to keep: without e-mail addresses, "u/" and "@", on one line."""
    bare = _EMAIL.sub("", one_line(name[:500])).strip(" ()<>[]\"'")
    return shorten(bare.removeprefix("u/").removeprefix("@").strip(" ()<>"), 200)


def link(url: str, base: str = "") -> str:
    """An http or https address, absolute; "" for anything else."""
    try:
        whole = urljoin(base, one_line(url)) if url.strip() else ""
    except ValueError:
        return ""
    return whole if whole.startswith(("http://", "https://")) and " " not in whole else ""


def language(code: str) -> str:
    """ISO 639-1 of "de", "de-AT" or "en_us"; "" for anything else."""
    code = re.split("[-_]", code.strip(), maxsplit=1)[0].lower()
    return code if len(code) == 2 and code.isalpha() and code.isascii() else ""  # noqa: PLR2004


def moment(said: object) -> datetime | None:
    """Seconds or milliseconds since 1970, as number or text; None for what is neither."""
    try:
        number = float(said)  # type: ignore[arg-type]  # anything may be asked; TypeError is caught
        number = number / 1000 if number > 1e11 else number  # noqa: PLR2004 - seconds are below
        return datetime.fromtimestamp(number, UTC) if number > 0 else None
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def iso_moment(said: object) -> datetime | None:
    """ISO 8601, as UTC where no zone is told; None for anything else."""
    try:
        at = datetime.fromisoformat(str(said).strip())
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def any_moment(text: str) -> datetime | None:
    """Either of the two. Long runs of digits are epochs, though some could be read as dates."""
    return moment(text) if _EPOCH.match(text) else iso_moment(text)


def count(said: object) -> int:
    """A number of likes and the like; 0 for what is none."""
    try:
        return int(float(said.replace(",", "") if isinstance(said, str) else said))  # type: ignore[arg-type]  # as above
    except (TypeError, ValueError, OverflowError):
        return 0
