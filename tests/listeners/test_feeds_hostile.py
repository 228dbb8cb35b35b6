"""Feeds that are meant to harm are refused in words, in a moment, and take little memory."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import pytest
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from demo.server import LoopbackServer
from listeners import feed_guard
from tests.listeners.feeds import feed, item, refused, rss
from tests.listeners.harm import BODIES

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT.parent / "shared" / "samples" / "feeds" / "hostile"
MOST = 300  # MB
EXPECTED = {
    "cyclic.xml": "declares entities",
    "dtd.xml": "is not a feed but a web page",
    "dtd_element.xml": "is not a feed",
    "external.xml": "declares entities",
    "external_file.xml": "declares entities",
    "quadratic.xml": "declares entities that make it many times longer",
    "simple-ns.xml": "is not a feed",
    "simple.xml": "is not a feed",
    "xmlbomb.xml": "declares entities",
    "xmlbomb2.xml": "is not a feed",  # its one entity is short
}


class Site:
    prefix = "/hostile"

    def routes(self) -> list[BaseRoute]:
        return [Route("/{name:path}", self._said)]

    def _said(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name == "50 MB":
            return StreamingResponse(b" " * 1_000_000 for _ in range(50))
        path = SAMPLES / name.removeprefix("samples/")
        body = path.read_bytes() if name.startswith("samples/") else BODIES[name][0]
        return Response(body, media_type="application/xml")


class Outcome(NamedTuple):
    told: dict[str, str]
    own: float
    others: float


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    samples = sorted(f"samples/{path.name}" for path in SAMPLES.glob("*"))
    names = [*BODIES, "50 MB", *samples]
    with LoopbackServer([Site()]) as server:
        urls = [f"{server.url}/hostile/{quote(name)}" for name in names]
        ran = subprocess.run(
            [sys.executable, "-m", "tests.listeners.hostile", *urls],
            cwd=ROOT,
            capture_output=True,
            check=True,
            timeout=100,
        )
    said: dict[str, Any] = json.loads(ran.stdout)
    told = {name: said["told"][url] for name, url in zip(names, urls, strict=True)}
    return Outcome(told, said["own"], said["others"])


@pytest.mark.parametrize("name", BODIES)
def test_what_is_meant_to_harm_is_refused_in_words(name: str, outcome: Outcome) -> None:
    words = BODIES[name][1]
    assert words in outcome.told[name] if words else outcome.told[name].startswith("read ")


def test_fifty_megabytes_are_not_read(outcome: Outcome) -> None:
    assert "sent more than 5,000,000 bytes; not read" in outcome.told["50 MB"]


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="no captures beside the checkout")
@pytest.mark.parametrize("name", EXPECTED)
def test_so_is_what_others_have_collected(name: str, outcome: Outcome) -> None:
    assert EXPECTED[name] in outcome.told[f"samples/{name}"]


def test_all_of_it_together_takes_little_memory(outcome: Outcome) -> None:
    assert outcome.own < MOST
    assert outcome.others < MOST


# ------------------------------------------------------------------ what looks like it and is none


@pytest.mark.parametrize(
    "dtd",
    [
        '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://x/rss.dtd">',
        '<!DOCTYPE rss [<!ENTITY nbsp "&#160;">]>',
        '<!DOCTYPE rss [<!ENTITY % HTMLlat1 PUBLIC "-//W3C//ENTITIES Latin 1//EN" "x.ent">]>',
        '<!DOCTYPE rss [<!ENTITY dc "http://purl.org/dc/elements/1.1/">]>',
    ],
)
def test_harmless_entities_are_no_reason(dtd: str) -> None:
    assert len(feed(dtd + rss(item(1)).partition("?>")[2]).entries) == 1


def test_whoever_writes_about_entities_is_heard() -> None:
    said = "<description><![CDATA[<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///x'>]>]]></description>"
    assert len(feed(rss(item(1, "How do bombs work?", said))).entries) == 1


def test_a_bomb_behind_a_false_start_is_found_too() -> None:
    trap = '<!DOCTYPE rss [<!ENTITY x "<a"><!ENTITY b "&x;&x;">]>'
    assert "declares entities" in refused(trap + rss(item(1)))


# ------------------------------------------------------------------ what may be parsed here


def body(**changes: str) -> bytes:
    return rss(item(1, **changes)).encode()


@pytest.mark.parametrize(
    ("whole", "content_type", "tame"),
    [
        (body(), "application/rss+xml", True),
        (body(), "text/xml; charset=UTF-8", True),
        (body(more="<description>&lt;p&gt;Hi&lt;/p&gt;</description>"), "", True),
        (body(), "text/xml; charset=punycode", False),
        (body().replace(b"utf-8", b"unicode_escape"), "", False),
        (body()[:-5], "", False),
        (b"<!DOCTYPE rss>" + body(), "", False),
        (body(title="x" * 3_000), "", False),
        (body(title="x " * 200_000), "", False),
        (b"\n" * 2_000 + body(), "", False),
        (b"", "", False),
        (b'{"version": "https://jsonfeed.org/version/1"}', "", True),
        (b'{"version": "https://jsonfeed.org/version/1"}' + b" " * 300_000, "", False),
    ],
)
def test_only_what_is_small_and_well_formed_is_parsed_without_a_watch(
    whole: bytes, content_type: str, tame: bool
) -> None:
    assert feed_guard.tame(whole, content_type) is tame
