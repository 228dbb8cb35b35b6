"""The processes in which feeds are parsed: when they begin and end, and what they outlive."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from listeners.workers import Bounds, GivenUpError, Workers


@pytest.fixture
def workers() -> Iterator[Workers]:
    made = Workers()
    yield made
    made.close()


def here() -> bool:
    return True


def never() -> bool:
    return False


def away(workers: Workers, function: Callable[..., Any], *arguments: Any) -> Any:
    """What it gives in another process."""
    return workers.run(function, arguments, easy=never)


def test_an_easy_job_is_done_in_the_callers_own_thread(workers: Workers) -> None:
    assert workers.run(threading.get_ident, (), easy=here) == threading.get_ident()
    assert workers.processes == ()


def test_an_easy_job_that_breaks_is_told_as_one_elsewhere_is(workers: Workers) -> None:
    with pytest.raises(GivenUpError, match=r"could not be read \(ValueError: invalid literal"):
        workers.run(int, ("x",), easy=here)


def test_another_job_is_done_in_a_process_that_is_kept(workers: Workers) -> None:
    pids = {away(workers, os.getpid) for _ in range(3)}
    assert pids == set(workers.processes)
    assert os.getpid() not in pids


def test_of_many_at_once_all_but_a_few_go_to_processes(workers: Workers) -> None:
    busy, go_on = threading.Semaphore(0), threading.Event()

    def wait() -> None:
        busy.release()
        go_on.wait(10)

    with ThreadPoolExecutor(4) as pool:
        few = [pool.submit(workers.run, wait, (), easy=here) for _ in range(4)]
        for _ in few:
            busy.acquire()
        assert workers.run(os.getpid, (), easy=here) in workers.processes
        go_on.set()
        assert {one.result() for one in few} == {None}


def test_there_are_never_more_processes_than_allowed() -> None:
    workers = Workers(Bounds(size=2))
    with ThreadPoolExecutor(8) as pool:
        pids = set(pool.map(lambda _: away(workers, os.getpid), range(40)))
    assert len(pids) <= 2
    workers.close()
    assert workers.processes == ()


@pytest.mark.parametrize(
    ("function", "argument", "words"),
    [
        (os._exit, 3, "broke what read it; given up"),
        (bytes, 1_000_000_000, r"could not be read \(it needs too much memory\)"),
        (int, "x", r"could not be read \(ValueError: invalid literal"),
        (eval, "lambda: 1", r"could not be read \("),
    ],
    ids=["dead", "greedy", "broken", "of no form"],
)
def test_a_bad_job_fails_alone(
    function: Callable[..., Any], argument: object, words: str, workers: Workers
) -> None:
    with pytest.raises(GivenUpError, match=words):
        away(workers, function, argument)
    assert away(workers, len, "fine") == 4


def test_a_slow_job_is_given_up_with_its_process() -> None:
    workers = Workers(Bounds(seconds=0.3))
    with pytest.raises(GivenUpError, match=r"took longer than 0\.3 s; given up"):
        away(workers, time.sleep, 60)
    assert workers.processes == ()


def test_what_a_job_prints_disturbs_nothing(workers: Workers) -> None:
    assert away(workers, print, "hello") is None
    assert away(workers, len, "fine") == 4


def test_a_large_job_and_a_large_answer_pass(workers: Workers) -> None:
    large = b"x" * 5_000_000
    assert away(workers, bytes, large) == large


def test_a_process_that_was_killed_while_idle_is_missed_by_nobody(workers: Workers) -> None:
    pid = away(workers, os.getpid)
    os.kill(pid, signal.SIGKILL)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    assert away(workers, os.getpid) != pid


def test_processes_end_when_they_are_idle() -> None:
    workers = Workers(Bounds(idle=0.05))
    away(workers, len, "")
    deadline = time.monotonic() + 10
    while workers.processes and time.monotonic() < deadline:
        time.sleep(0.01)
    assert workers.processes == ()
    assert away(workers, len, "fine") == 4
    workers.close()


def test_who_waits_too_long_for_a_process_is_told() -> None:
    workers = Workers(Bounds(size=1, patience=0.05))
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(away, workers, time.sleep, 0.5)
        while not workers.processes:
            time.sleep(0.001)
        with pytest.raises(GivenUpError, match="too many others are being read"):
            away(workers, len, "")
        slow.result()
    workers.close()


def test_a_process_knows_no_secrets_and_no_sdk(
    workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOODWORD_X_BEARER_TOKEN", "secret")
    monkeypatch.setenv("HARMLESS", "1")
    assert away(workers, os.getenv, "GOODWORD_X_BEARER_TOKEN") is None
    assert away(workers, os.getenv, "HARMLESS") == "1"
    away(workers, eval, "__import__('listeners.feed_parse') and 1")
    loaded = away(workers, eval, "list(__import__('sys').modules)")
    assert "feedparser" in loaded
    assert not {"praw", "tweepy", "httpx", "pydantic", "listeners.rss"} & set(loaded)


def test_closing_twice_is_closing_once(workers: Workers) -> None:
    away(workers, len, "")
    workers.close()
    workers.close()
    assert workers.processes == ()
