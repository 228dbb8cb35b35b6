"""Hosts that are shared: between listeners, between threads, between two clocks."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from demo import faults
from demo.server import LoopbackServer
from domain.errors import PausedError, SourceError
from listeners import http
from listeners.hosts import Breaker, Hosts, Pace
from tests.listeners.played import NOW

KEY = "forum.example:443 "
PACE = Pace()


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def move(self, **length: float) -> None:
        self.now += timedelta(**length)


@pytest.fixture
def clock() -> Clock:
    return Clock()


class Slow:
    prefix = "/slow"

    def routes(self) -> list[BaseRoute]:
        return [Route("/500", self._fail)]

    def _fail(self, _: Request) -> Response:
        time.sleep(0.2)
        return Response(status_code=500)


@pytest.fixture(scope="module")
def server() -> Iterator[LoopbackServer]:
    with LoopbackServer([Slow()]) as running:
        yield running


@pytest.fixture(autouse=True)
def _empty(server: LoopbackServer) -> Iterator[None]:
    yield
    server.reset()


def fetcher(
    hosts: Hosts, clock: Clock, credential: str = "", pace: Pace | None = None
) -> http.Fetcher:
    return http.Fetcher(
        "feed", hosts, allow_private=True, clock=clock, credential=credential, pace=pace
    )


# ------------------------------------------------------------------ staying away


def test_what_one_listener_is_told_holds_for_all_of_that_host(
    server: LoopbackServer, clock: Clock
) -> None:
    hosts = Hosts()
    one, other = fetcher(hosts, clock), fetcher(hosts, clock)
    server.fail("/", faults.too_many(retry_after=90))
    assert one.get(f"{server.url}/a").status == 429
    with pytest.raises(PausedError, match=r"feed: 127.* asked us to stay away; .* in 90 s") as held:
        other.get(f"{server.url}/b")
    assert held.value.retry_after == timedelta(seconds=90)
    assert len(server.requests) == 1
    clock.move(seconds=91)
    assert other.get(f"{server.url}/b").status == 404


def test_who_is_known_by_another_name_is_not_meant(server: LoopbackServer, clock: Clock) -> None:
    hosts = Hosts()
    server.fail("/", faults.too_many(retry_after=90))
    fetcher(hosts, clock, "token of one").get(server.url)
    assert fetcher(hosts, clock, "token of another").get(server.url).status == 404
    with pytest.raises(PausedError):
        fetcher(hosts, clock, "token of one").get(server.url)


def test_another_host_is_not_meant(server: LoopbackServer, clock: Clock) -> None:
    hosts = Hosts()
    server.fail("/", faults.too_many(retry_after=90))
    fetcher(hosts, clock).get(server.url)
    assert fetcher(hosts, clock).get(server.url.replace("127.0.0.1", "localhost")).status == 404


@pytest.mark.parametrize(
    "fault",
    [
        faults.too_many(retry_after=60),
        faults.too_many(retry_after="Mon, 02 Mar 2026 12:01:00 GMT"),
        faults.too_many(reset=int(NOW.timestamp()) + 60),
        faults.status(503, retry_after="60"),
        faults.status(403, retry_after="60"),
        faults.status(200, x_ratelimit_remaining="0.0", x_ratelimit_reset="60"),
        faults.status(
            200, x_rate_limit_remaining="0", x_rate_limit_reset=str(int(NOW.timestamp()) + 60)
        ),
    ],
    ids=["seconds", "a date", "an epoch", "503", "403", "Reddit's last", "X's last"],
)
def test_an_answer_that_asks_for_a_pause_gets_it(
    fault: faults.Fault, server: LoopbackServer, clock: Clock
) -> None:
    asking = fetcher(Hosts(), clock)
    server.fail("/", fault)
    asking.get(server.url)
    with pytest.raises(PausedError, match="asked us to stay away; it goes on in 60 s"):
        asking.get(server.url)


@pytest.mark.parametrize(
    "fault",
    [
        faults.too_many(),
        faults.status(200, retry_after="60"),
        faults.status(
            404, x_rate_limit_remaining="7", x_rate_limit_reset=str(int(NOW.timestamp()) + 60)
        ),
        faults.status(200, x_ratelimit_remaining="7", x_ratelimit_reset="60"),
    ],
    ids=["429 that names no time", "200", "X", "Reddit"],
)
def test_other_answers_do_not(fault: faults.Fault, server: LoopbackServer, clock: Clock) -> None:
    asking = fetcher(Hosts(), clock)
    server.fail("/", fault)
    asking.get(server.url)
    assert asking.get(server.url).status == 404


def test_a_pause_that_is_asked_for_in_words_of_its_own_is_kept_too(
    server: LoopbackServer, clock: Clock
) -> None:
    asking = fetcher(Hosts(), clock)
    asking.stay_away(f"{server.url}/any", timedelta(minutes=10))
    with pytest.raises(PausedError, match="in 10 min"):
        asking.get(server.url)
    assert server.requests == []


# ------------------------------------------------------------------ the breaker


def broken(server: LoopbackServer, clock: Clock, hosts: Hosts) -> http.Fetcher:
    """A fetcher whose host has failed as often as it may."""
    asking = fetcher(hosts, clock)
    server.fail("/", faults.status(500), times=5)
    for _ in range(5):
        assert asking.get(server.url).status == 500
    return asking


def test_after_failures_in_a_row_a_host_is_left_alone(server: LoopbackServer, clock: Clock) -> None:
    asking = broken(server, clock, Hosts())
    with pytest.raises(SourceError, match="failed 5 times in a row and is left alone") as open_:
        asking.get(server.url)
    assert not isinstance(open_.value, PausedError)
    assert open_.value.retry_after == timedelta(seconds=30)
    assert len(server.requests) == 5


def test_then_one_probe_goes_through_and_its_success_lets_all_in(
    server: LoopbackServer, clock: Clock
) -> None:
    asking = broken(server, clock, Hosts())
    clock.move(seconds=31)
    with ThreadPoolExecutor(8) as many:
        said = list(many.map(lambda _: outcome(asking, f"{server.url}/slow/500"), range(8)))
    assert len(server.requests) == 6
    assert said.count("500") == 1
    assert sum("is being tried" in one or "left alone" in one for one in said) == 7
    clock.move(seconds=61)
    assert asking.get(server.url).status == 404
    assert asking.get(server.url).status == 404


def outcome(asking: http.Fetcher, url: str) -> str:
    try:
        return str(asking.get(url).status)
    except SourceError as error:
        return str(error)


def test_connections_that_fail_count_and_refusals_do_not(
    server: LoopbackServer, clock: Clock
) -> None:
    asking = fetcher(Hosts(), clock)
    server.fail("/", faults.Reset(), times=4)
    server.fail("/", faults.status(403), times=1)
    server.fail("/", faults.Reset(), times=4)
    for _ in range(9):
        outcome(asking, server.url)
    assert asking.get(server.url).status == 404


def test_with_a_clock_that_stands_still_a_breaker_closes_all_the_same(
    server: LoopbackServer, clock: Clock
) -> None:
    asking = broken(server, clock, Hosts(breaker=Breaker(first=0.5)))
    with pytest.raises(SourceError, match="left alone"):
        asking.get(server.url)
    time.sleep(0.6)  # the machine's clock is what is tested
    assert asking.get(server.url).status == 404


# ------------------------------------------------------------------ turns


def test_no_more_are_under_way_than_may_be_in_all_and_at_one_host(clock: Clock) -> None:
    hosts, lock = Hosts(at_once=5), threading.Lock()
    under_way: list[str] = []
    most = {"all": 0, "a": 0, "b": 0, "c": 0}

    def ask(n: int) -> None:
        key = "abc"[n % 3]
        with hosts.turn("x", key, Pace(at_once=2), clock) as turn:
            with lock:
                under_way.append(key)
                most["all"] = max(most["all"], len(under_way))
                most[key] = max(most[key], under_way.count(key))
            time.sleep(0.002)
            with lock:
                under_way.remove(key)
            turn.heard()

    with ThreadPoolExecutor(32) as many:
        list(many.map(ask, range(200)))
    assert most == {"all": 5, "a": 2, "b": 2, "c": 2}


def test_who_would_wait_long_for_a_turn_is_told_to_come_back(clock: Clock) -> None:
    hosts = Hosts(patience=0.05)
    with (
        hosts.turn("x", KEY, Pace(at_once=1), clock),
        pytest.raises(PausedError, match=r"x: forum is asked as often as it may be; .* 10 s"),
    ):
        hosts.turn("x: forum", KEY, Pace(at_once=1), clock)
    with hosts.turn("x", KEY, Pace(at_once=1), clock):
        pass


def test_where_too_much_else_is_read_nobody_waits_long_either(clock: Clock) -> None:
    hosts = Hosts(at_once=1, patience=0.05)
    with (
        hosts.turn("x", "one", PACE, clock),
        pytest.raises(PausedError, match="too much else is being read"),
    ):
        hosts.turn("x", "other", PACE, clock)
    with hosts.turn("x", "other", PACE, clock):
        pass


def test_a_short_gap_is_waited_for_and_a_long_one_is_not(clock: Clock) -> None:
    hosts = Hosts()
    for _ in range(2):
        with hosts.turn("x", KEY, Pace(per_minute=600), clock):  # a gap of 0.1 s
            pass
    slow = Pace(per_minute=6, burst=2)
    for _ in range(2):
        with hosts.turn("x", "slow", slow, clock):
            pass
    with pytest.raises(PausedError) as early:
        hosts.turn("x", "slow", slow, clock)
    assert timedelta(seconds=5) < (early.value.retry_after or timedelta()) < timedelta(seconds=14)


def test_the_first_of_those_who_wait_goes_as_soon_as_another_is_done(clock: Clock) -> None:
    hosts, entered = Hosts(patience=30), threading.Event()
    first = hosts.turn("x", KEY, Pace(at_once=1), clock)

    def wait() -> None:
        with hosts.turn("x", KEY, Pace(at_once=1), clock):
            entered.set()

    waiting = threading.Thread(target=wait)
    waiting.start()
    assert not entered.wait(0.05)
    with first:
        pass
    assert entered.wait(5)
    waiting.join()


def test_what_goes_wrong_of_our_own_says_nothing_of_the_host(clock: Clock) -> None:
    hosts = Hosts()
    for _ in range(20):
        with pytest.raises(ZeroDivisionError), hosts.turn("x", KEY, PACE, clock):
            raise ZeroDivisionError
    with hosts.turn("x", KEY, PACE, clock):
        pass


def test_hosts_that_tell_nothing_any_more_are_forgotten(clock: Clock) -> None:
    hosts = Hosts()
    hosts.hold("held", 3600, clock)
    for n in range(5000):
        with hosts.turn("x", str(n), PACE, clock) as turn:
            turn.heard()
    assert len(hosts._entries) <= 1001
    with pytest.raises(PausedError):
        hosts.turn("x", "held", PACE, clock)


def test_a_clock_may_be_told_in_any_zone() -> None:
    hosts = Hosts()
    hosts.hold(KEY, 60, lambda: datetime(2026, 3, 2, 12, tzinfo=UTC))
    zone = datetime.fromisoformat("2026-03-02T14:00:30+02:00")
    with pytest.raises(PausedError, match="in 30 s"):
        hosts.turn("x", KEY, PACE, lambda: zone)
