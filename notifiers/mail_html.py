"""Letters as HTML for mail: one column of at most 600 px, no tables, no pictures, no scripts,
nothing loaded from anywhere; light and dark; readable with styles switched off."""

from html import escape

from domain.text import one_line
from notifiers.layout import (
    Break,
    Button,
    Choices,
    Line,
    Link,
    Moment,
    Part,
    Parts,
    Points,
    Quote,
    Run,
    Strong,
    Title,
    inline,
)

# Where the mail notifier puts the sender's postal address, which the law asks for and letters do
# not know.
FOOTER = "<!-- footer -->"

# Inline styles are the light look, for programs that drop <style>; the dark look overrides them.
_PAGE = (
    "margin:0;padding:24px 12px;background:#f4f4f1;color:#1f2328;"
    "font:16px/1.55 -apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
)
_SHEET = (
    "max-width:536px;margin:0 auto;padding:28px 32px 20px;background:#ffffff;"
    "border:1px solid #dfdfd8;border-radius:12px"
)
_TITLE = "margin:0 0 16px;font-size:22px;line-height:1.3;font-weight:650"
_TEXT = "margin:0 0 16px"
_SMALL = "margin:0 0 10px;font-size:13.5px;line-height:1.5;color:#59606a"
_QUOTE = (
    "margin:0 0 16px;padding:2px 0 2px 16px;border-left:4px solid #b9c4bd;color:#3b424a;"
    "overflow-wrap:anywhere"
)
_LINK = "color:#0b5f4b;text-decoration:underline;overflow-wrap:anywhere"
_BUTTON = (
    "display:inline-block;margin:0 8px 10px 0;padding:10px 18px;border:1px solid #a9b3ad;"
    "border-radius:8px;color:#1f2328;text-decoration:none;font-weight:600"
)
_PRIMARY = _BUTTON + ";background:#0b5f4b;border-color:#0b5f4b;color:#ffffff"
_DARK = """
:root { color-scheme: light dark; supported-color-schemes: light dark; }
@media (max-width: 480px) { .sheet { padding: 22px 18px 14px !important; } }
@media (prefers-color-scheme: dark) {
  .page { background: #14171a !important; color: #e6e8e6 !important; }
  .sheet { background: #1d2125 !important; border-color: #343a40 !important; }
  .small { color: #a5adb5 !important; }
  .quote { color: #ccd2d6 !important; border-color: #4b5a53 !important; }
  .link { color: #7fd1b9 !important; }
  .button { color: #e6e8e6 !important; border-color: #59636b !important; }
  .primary { background: #7fd1b9 !important; border-color: #7fd1b9 !important;
    color: #10201b !important; }
}
"""


def to_html(subject: str, parts: Parts) -> str:
    """A whole page, with `FOOTER` where the postal address belongs."""
    body = "\n".join(filter(None, map(_part, parts)))
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{escape(one_line(subject))}</title>
<style>{_DARK}</style>
</head>
<body class="page" style="{_PAGE}">
<main class="sheet" style="{_SHEET}">
{body}
{FOOTER}
</main>
</body>
</html>
"""


def small_print(said: str) -> str:
    return f'<p class="small" style="{_SMALL}">{escape(one_line(said))}</p>'


def _part(part: Part) -> str:
    match part:
        case Title(said):
            return f'<h1 style="{_TITLE}">{escape(one_line(said))}</h1>'
        case Line(runs, quiet):
            look = f'class="small" style="{_SMALL}"' if quiet else f'style="{_TEXT}"'
            return f"<p {look}>{''.join(map(_run, runs))}</p>"
        case Quote(said, title):
            head = f"<strong>{escape(title)}</strong>\n" if title else ""
            words = f"{head}{escape(said)}".replace("\n", "<br>\n")
            return f'<blockquote class="quote" style="{_QUOTE}">{words}</blockquote>'
        case Points(items):
            rows = "".join(f"<li>{escape(one_line(item))}</li>" for item in items)
            return f'<ul style="{_TEXT};padding-left:22px">{rows}</ul>'
        case Choices(elements):
            leading = [e for e in elements if isinstance(e, Button) and e.url]
            return f"<p style='margin:20px 0 12px'>{''.join(map(_button, leading))}</p>"


def _button(button: Button) -> str:
    look, kind = (_PRIMARY, "button primary") if button.primary else (_BUTTON, "button")
    said = escape(button.label)
    return f'<a class="{kind}" style="{look}" href="{escape(button.url)}">{said}</a>'


def _run(run: Run) -> str:
    match run:
        case Strong(said):
            return f"<strong>{escape(one_line(said))}</strong>"
        case Link(label, url) if run.leads:
            shown = escape(one_line(label))
            return f'<a class="link" style="{_LINK}" href="{escape(url)}">{shown}</a>'
        case Link(label):
            return escape(one_line(label))
        case Moment(at):
            return f'<time datetime="{at.isoformat()}">{escape(run.told)}</time>'
        case Break():
            return "<br>\n"
        case _:
            return escape(inline(run))
