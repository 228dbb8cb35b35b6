"""For machines that watch."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from console.desk import Desk
from console.health import exposition
from domain.errors import StorageError
from domain.types import Source
from storage.store import Item, Store
from tests.console.house import PASSWORD, House
from tests.make import HOUR, NOW, message, post


def test_a_working_program_is_healthy(house: House) -> None:
    answer = house.visitor().get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok", "database": "answers"})


class Broken(Store):
    """A database that went away."""

    def __init__(self) -> None:
        pass

    def revision(self) -> str:
        raise StorageError("storage: the database server does not answer; is it running?")

    def items(self, *_: object, **__: object) -> list[Item]:
        raise StorageError("storage: the database server does not answer; is it running?")

    def counts(self) -> dict[str, dict[str, int]]:
        raise StorageError("storage: the database server does not answer; is it running?")

    def sources(self) -> list[Source]:
        raise RuntimeError("a bug")


def test_a_database_that_does_not_answer_is_told_in_one_line(house: House) -> None:
    house.desk = Desk(store=Broken(), clock=house.clock)
    house.open()
    visitor = house.visitor()
    answer = visitor.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["status"] == "failing"
    assert "is it running" in answer.json()["database"]
    assert visitor.get("/metrics").status_code == 503
    assert visitor.get("/").status_code == 503


def test_a_bug_in_a_page_is_a_page_too(house: House, caplog: pytest.LogCaptureFixture) -> None:
    house.desk = Desk(store=Broken(), clock=house.clock)
    house.open()
    answer = house.visitor().get("/sources")
    assert answer.status_code == 500
    assert "a bug" not in answer.text
    assert "a bug" in caplog.text
    assert answer.headers["content-security-policy"]


def figures(text: str) -> dict[tuple[str, ...], float]:
    families = text_string_to_metric_families(text)
    return {(s.name, *s.labels.values()): s.value for f in families for s in f.samples}


def test_the_figures_say_how_much_there_is_of_everything(house: House) -> None:
    house.heard(1)
    house.store.queue([message(post(1).key, state="dead")])
    house.store.save_source(
        Source(name="x", failures=2, read_at=NOW - HOUR, newest_at=NOW - 2 * HOUR), [post(2)]
    )
    answer = house.visitor().get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    told = figures(answer.text)
    assert told["goodword_posts", "reddit"] == 2
    assert told["goodword_posts_waiting",] == 1
    assert told["goodword_opportunities", "open"] == 1
    assert told["goodword_messages", "dead"] == 1
    assert told["goodword_source_failures", "x"] == 2
    assert told["goodword_source_unread_seconds", "x"] == 3600
    assert told["goodword_source_newest_post_age_seconds", "x"] == 7200


def test_behind_a_password_the_figures_need_it_too(house: House) -> None:
    house.open(password=PASSWORD)
    visitor = house.visitor()
    assert visitor.get("/healthz").status_code == 200
    assert visitor.get("/metrics").status_code == 401
    assert visitor.get("/metrics", auth=("prometheus", "wrong")).status_code == 401
    assert visitor.get("/metrics", headers={"authorization": "Basic ???"}).status_code == 401
    assert visitor.get("/metrics", auth=("prometheus", PASSWORD)).status_code == 200


def test_every_scrape_stands_alone(quick_store: Store) -> None:
    desk = Desk(store=quick_store)
    assert exposition(desk, NOW) == exposition(desk, NOW)
