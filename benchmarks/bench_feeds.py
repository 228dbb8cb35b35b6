"""1,000 feeds due at once, from a loopback server that takes 30 ms to answer, beside the time that
feedparser alone needs for their bodies; and what a poll of another source notices of it."""

import asyncio
import html
import io
import random
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import UTC, datetime
from functools import cache
from itertools import islice
from multiprocessing import get_context
from typing import Any, Self

import feedparser

from benchmarks.texts import texts
from listeners import KINDS, workers
from listeners.base import Given, Listener
from listeners.hosts import Hosts

BOUND = 1.3  # times feedparser alone
FEEDS, ENTRIES, THREADS, HOSTS = 1_000, 30, 32, 250
LATENCY = 0.03  # seconds
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
_NO_HITS = b'{"hits": [], "nbHits": 0, "page": 0, "nbPages": 0, "hitsPerPage": 100}'
_PLAIN = {"sanitize_html": False, "resolve_relative_uris": False}


def body(number: int) -> bytes:
    """Of feed `number`: entries of 200 to 1,000 characters, with a dozen tags in a thousand, as
    real ones have. Every other names its language; of the rest it has to be found out."""
    dice = random.Random(number)
    items = "".join(_item(dice, number, entry) for entry in range(ENTRIES))
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>'
        f"<title>Forum {number}</title><link>https://forum{number}.example</link>"
        f"{'<language>en-US</language>' * (number % 2)}{items}"
        "</channel></rss>"
    ).encode()


def _item(dice: random.Random, number: int, entry: int) -> str:
    paragraphs = dice.sample(_paragraphs(), k=dice.randint(1, 4))
    return (
        f"<item><title>{dice.choice(_titles())}</title>"
        f"<dc:creator><![CDATA[user{dice.randint(1, 999)}]]></dc:creator>"
        f"<description><![CDATA[{''.join(paragraphs)}]]></description>"
        f"<link>https://forum{number}.example/t/a-topic/{entry}</link>"
        f"<pubDate>Mon, 02 Mar 2026 {entry % 12:02}:{dice.randint(0, 59):02}:00 +0000</pubDate>"
        f'<guid isPermaLink="false">forum{number}.example-topic-{entry}</guid></item>'
    )


@cache
def _titles() -> Sequence[str]:
    return [html.escape(text, quote=False) for text in islice(texts(60, seed=2), 2_000)]


@cache
def _paragraphs() -> Sequence[str]:
    return [_marked_up(html.escape(text, quote=False)) for text in islice(texts(230), 2_000)]


def _marked_up(text: str) -> str:
    first, _, rest = text.partition(" ")
    *others, last = rest.split(" ")
    return f'<p>{first} {" ".join(others)} <a href="/t/{len(text)}"><b>{last}</b></a></p>'


# ------------------------------------------------------------------ the server, in its own process


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while request := await reader.readuntil(b"\r\n\r\n"):
            path = request.split(b" ", 2)[1]
            await asyncio.sleep(LATENCY)
            feed = path.startswith(b"/feeds/")
            said = _bodies()[int(path[7:])] if feed else _NO_HITS
            kind = b"application/rss+xml" if feed else b"application/json"
            head = b"HTTP/1.1 200 OK\r\ncontent-type: %b\r\ncontent-length: %d\r\n\r\n"
            writer.write(head % (kind, len(said)) + said)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


@cache
def _bodies() -> Sequence[bytes]:
    return [body(number) for number in range(FEEDS)]


async def _serve() -> None:
    _bodies()
    hosts = [f"127.0.0.{1 + number}" for number in range(HOSTS + 1)]
    first = await asyncio.start_server(_answer, hosts[0], 0)
    port = first.sockets[0].getsockname()[1]
    rest = await asyncio.start_server(_answer, hosts[1:], port)
    print(port, flush=True)
    async with first, rest:
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


# ------------------------------------------------------------------ what is measured


def feedparser_alone(options: dict[str, Any]) -> float:
    """Seconds that two processes need for all bodies."""
    halves = [range(0, FEEDS, 2), range(1, FEEDS, 2)]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        list(pool.map(_warm, [0, 1]))
        return max(pool.map(_parse, halves, [options, options]))


def _warm(_: int) -> int:
    time.sleep(0.5)  # so that each process gets one
    return len(_bodies())


def _parse(numbers: Sequence[int], options: dict[str, Any]) -> float:
    bodies = [_bodies()[number] for number in numbers]
    began = time.perf_counter()
    for one in bodies:
        feedparser.parse(
            io.BytesIO(one), response_headers={"content-type": "application/rss+xml"}, **options
        )
    return time.perf_counter() - began


def ours(port: int, given: Given) -> float:
    """Seconds until the last of all feeds is read, processes for parsing started included."""
    feeds = [_source("rss", given, name=f"feed{n}", url=_url(n, port)) for n in range(FEEDS)]
    began = time.perf_counter()
    with ThreadPoolExecutor(THREADS) as pool:
        posts = sum(pool.map(lambda feed: len(feed.fetch(None).posts), feeds))
    took = time.perf_counter() - began
    assert posts == FEEDS * ENTRIES
    return took


def _url(number: int, port: int) -> str:
    return f"http://127.0.0.{1 + number % HOSTS}:{port}/feeds/{number}"


def _source(kind: str, given: Given, **options: Any) -> Listener:
    registered = KINDS[kind]
    return registered.make(registered.options(**options, allow_private=True), given)


class _Polling:
    """Another source, looked at again and again in a thread of its own."""

    def __init__(self, look: Callable[[], object]) -> None:
        self.waits: list[float] = []
        self._look = look
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._poll)

    def _poll(self) -> None:
        while not self._over.wait(0.05):
            began = time.perf_counter()
            self._look()
            self.waits.append(time.perf_counter() - began)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()


def run(rounds: int = 2) -> list[str]:
    """The best of some rounds, in turns: what else the machine does strikes all alike."""
    server = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.bench_feeds"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with server:
        assert server.stdout
        port = int(server.stdout.readline())
        given = Given({}, lambda: NOW, Hosts())
        other = _source(
            "hackernews", given, name="hn", query="crm", api_url=f"http://127.0.0.251:{port}"
        )
        with _Polling(lambda: other.fetch(None)) as quiet:
            time.sleep(2)
        busy, times = [], []
        for _ in range(rounds):
            with _Polling(lambda: other.fetch(None)) as polling:
                took = ours(port, given)
            workers.shared().close()
            busy += polling.waits
            times.append((took, feedparser_alone({}), feedparser_alone(_PLAIN)))
        server.terminate()
    took, usual, plain = (min(column) for column in zip(*times, strict=True))
    ratio = took / usual
    print(
        f"{FEEDS:,} feeds of {ENTRIES} entries: fetched, parsed and made posts in {took:.2f} s; "
        f"feedparser alone, two processes: {usual:.2f} s, with our settings {plain:.2f} s: "
        f"{ratio:.2f} x (bound {BOUND}) and {took / plain:.2f} x"
    )
    print(f"a poll of another source meanwhile: {_told(busy)}; in peace: {_told(quiet.waits)}")
    return [f"1,000 feeds take {ratio:.2f} x feedparser alone"] * (ratio > BOUND)


def _told(waits: Sequence[float]) -> str:
    ninety = statistics.quantiles(waits, n=100)[94]
    return f"median {statistics.median(waits) * 1000:.0f} ms, 95 % {ninety * 1000:.0f} ms"


if __name__ == "__main__":
    asyncio.run(_serve())
