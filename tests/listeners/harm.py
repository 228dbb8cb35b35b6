"""Feeds that are meant to harm."""

from collections.abc import Mapping

_MB = 1_000_000


def _rss(items: str, dtd: str = "") -> bytes:
    return f'<?xml version="1.0"?>{dtd}<rss version="2.0"><channel>{items}</channel></rss>'.encode()


def _item(said: str) -> str:
    return f"<item><title>{said}</title></item>"


def _dtd(*declared: str) -> str:
    return f"<!DOCTYPE rss [\n{chr(10).join(declared)}\n]>"


def _laughs() -> bytes:
    more = (f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    return _rss(_item("&j;"), _dtd('<!ENTITY a "aaaaaaaaaa">', *more))


def _blown_up(size: int, times: int) -> bytes:
    return _rss(_item("&a;" * times), _dtd(f'<!ENTITY a "{"B" * size}">'))


def _external(address: str) -> bytes:
    return _rss(_item("&a;"), _dtd(f'<!ENTITY a SYSTEM "{address}">'))


def _within(open_tag: str, times: int, close_tag: str = "") -> bytes:
    return _rss(open_tag * times + close_tag * times)


# Name -> body, and words that the refusal must have; "": it is read, and does no harm.
BODIES: Mapping[str, tuple[bytes, str]] = {
    "laughs": (_laughs(), "declares entities that fetch or multiply others"),
    "laughs in UTF-16": (_laughs().decode().encode("utf-16"), "declares entities"),
    "quadratic": (_blown_up(100_000, 100_000), "declares entities that make it many times longer"),
    "quadratic, of small ones": (_blown_up(200, 1_600_000), "many times longer"),
    "very many entities": (
        _rss(_item("x"), _dtd(*(f'<!ENTITY a{n} "x">' for n in range(100_000)))),
        "declares more than 1,000 entities",
    ),
    "parameters": (
        _rss(_item("x"), _dtd("<!ENTITY % a '&#37;b;'>", "%a;")),
        "declares entities that fetch",
    ),
    "a file": (_external("file:///etc/passwd"), "declares entities that fetch"),
    "another host": (_external("http://127.0.0.1:9/x"), "declares entities that fetch"),
    "deep": (_within("<a>", 700_000, "</a>"), "is nested more than 200 deep"),
    "deep and unclosed": (_within("<a>", 1_000_000), "is nested more than 200 deep"),
    "deep in an entry": (
        _rss(f"<item><description>{'<div>' * 300_000}{'</div>' * 300_000}</description></item>"),
        "is nested more than 200 deep",
    ),
    "100,000 entries": (
        _within("<item><guid>1</guid></item>", 100_000),
        "more than 10,000 entries",
    ),
    "100,000 items of JSON": (
        b'{"version": "https://jsonfeed.org/version/1", "items": [' + b"{}," * 100_000 + b"{}]}",
        "more than 10,000 entries",
    ),
    "JSON without end": (b'{"items": [' + b"[" * 4 * _MB, "broken JSON"),
    "attributes": (
        _rss("<item " + " ".join(f"a{n}='x'" for n in range(200_000)) + "/>"),
        "tags of more than 500 attributes",
    ),
    "blank lines": (b"<!-- x -->" + b"\n" * 4 * _MB + _rss(_item("x")), ""),
    "an author to brood over": (
        _rss(f"<item><author>{'a.' * 500_000}</author></item>"),
        "took longer than 5 s; given up",
    ),
    "tag soup": (_rss("<a " * 1_300_000), "given up"),
    "markup in an entry": (
        _rss(f"<item><title>x</title><description><![CDATA[{'<b>' * _MB}]]></description></item>"),
        "",
    ),
    "escaped markup": (
        _rss(f"<item><title>x</title><description>{'&lt;i&gt;' * 40_000}</description></item>"),
        "",
    ),
    "links": (_rss(f"<item><title>x</title><link>{'../' * _MB}</link></item>"), ""),
}
