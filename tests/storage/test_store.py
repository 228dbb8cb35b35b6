"""The contract of the store, on SQLite and on PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from domain.errors import ConfigError, StorageError
from domain.types import (
    Advocate,
    Ask,
    AskState,
    Decision,
    Dropped,
    Event,
    Message,
    MessageState,
    OpportunityState,
    Source,
    Value,
    Verdict,
)
from storage import schema
from storage.database import connect
from storage.rows import ROWS, table
from storage.store import Store
from tests.make import DAY, HOUR, NOW, advocate, ask, assessment, message, opportunity, post


@pytest.mark.parametrize("kind", ROWS)
def test_every_row_has_a_column_for_every_field_of_its_value(kind: type[Value]) -> None:
    assert set(kind.model_fields) <= set(table(kind).columns.keys())


def test_posts_and_cursor_are_stored_together_and_known_posts_are_left_alone(store: Store) -> None:
    source = Source(name="trades", cursor="7", read_at=NOW)
    assert store.save_source(source, [post(1), post(2), post(1)]) == 2
    again = post(1, text="another text under a known id")
    assert store.save_source(source.model_copy(update={"cursor": "8"}), [again, post(3)]) == 1
    assert store.source("trades").cursor == "8"
    assert store.post(post(1).key) == post(1)
    assert [s.name for s in store.sources()] == ["trades"]


def test_a_source_never_read_is_at_its_beginning(store: Store) -> None:
    assert store.source("new") == Source(name="new")


def test_every_value_comes_back_as_it_went_in(store: Store) -> None:
    heard = post(metrics={"replies": 3}, text="Zeichen: ü 漢 🌱 'quoted' ; DROP TABLE post; --")
    thought = assessment(heard)
    worth = opportunity(heard, claimed_by="kim", snoozed_until=NOW + HOUR)
    who = advocate(languages=("en", "de"), paused_until=NOW + DAY)
    asked = ask(heard, why="same industry", fit=0.5)
    said = message(worth.key)
    store.save_source(Source(name="s"), [heard])
    store.save_assessments([thought], NOW, opportunities=[worth], messages=[said])
    store.add_advocates([who])
    store.add_ask(asked)
    assert store.post(heard.key) == heard
    assert store.assessment(heard.key) == thought
    assert store.opportunity(heard.key) == worth
    assert store.item(heard.key) == (worth, heard, thought)
    assert store.advocates() == [who] == [store.advocate("anna")]
    assert store.ask(asked.key) == asked
    assert store.message(said.key) == said


def test_what_is_not_there_is_none(store: Store) -> None:
    assert [
        store.post("x"),
        store.assessment("x"),
        store.opportunity("x"),
        store.item("x"),
        store.advocate("x"),
        store.ask("x"),
        store.message("x"),
    ] == [None] * 7


def test_a_post_is_assessed_once_and_opens_one_opportunity(store: Store) -> None:
    store.save_source(Source(name="s"), [post(1), post(2)])
    waiting = store.posts_to_assess(limit=10)
    thoughts = [assessment(p) for p in waiting]
    worth = [opportunity(post(1))]
    card = [message(post(1).key)]
    for _ in range(2):
        store.save_assessments(thoughts, NOW, opportunities=worth, messages=card)
    assert store.posts_to_assess(limit=10) == []
    assert store.opportunities(OpportunityState.OPEN) == worth
    assert store.messages() == card


def test_assessing_says_how_many_opportunities_are_new(store: Store) -> None:
    store.save_source(Source(name="s"), [post(1), post(2)])
    first, second = opportunity(post(1)), opportunity(post(2))
    assert store.save_assessments([assessment(post(1))], NOW, opportunities=[first]) == 1
    both = [first, second]
    assert store.save_assessments([assessment(post(2))], NOW, opportunities=both) == 1
    assert store.save_assessments([], NOW, opportunities=both) == 0


def test_the_queue_shows_hot_ones_first_then_by_score_and_leaves_out_the_snoozed(
    store: Store,
) -> None:
    posts = [post(n) for n in range(1, 5)]
    worth = [
        opportunity(posts[0], score=0.7),
        opportunity(posts[1], score=0.9),
        opportunity(posts[2], score=0.6, hot=True),
        opportunity(posts[3], score=0.8, snoozed_until=NOW + HOUR),
    ]
    store.save_source(Source(name="s"), posts)
    store.save_assessments([assessment(p) for p in posts], NOW, opportunities=worth)
    now_shown = store.items(OpportunityState.OPEN, awake_at=NOW)
    later_shown = store.items(OpportunityState.OPEN, awake_at=NOW + HOUR)
    assert [i.post.external_id for i in now_shown] == ["t3_3", "t3_2", "t3_1"]
    assert [i.post.external_id for i in later_shown] == ["t3_3", "t3_2", "t3_4", "t3_1"]
    assert store.items(OpportunityState.OPEN, limit=1, offset=1)[0].post.external_id == "t3_2"
    asleep = store.items(OpportunityState.OPEN, asleep_at=NOW)
    assert [i.post.external_id for i in asleep] == ["t3_4"]
    assert len(store.items(OpportunityState.OPEN, platform="reddit")) == 4
    assert store.items(OpportunityState.OPEN, platform="x") == []


def test_only_one_of_two_decisions_wins_and_only_its_consequences_are_written(
    store: Store,
) -> None:
    heard, old = post(), opportunity()
    store.save_source(Source(name="s"), [heard])
    store.save_assessments([assessment(heard)], NOW, opportunities=[old])
    kim = old.revised(state=OpportunityState.APPROVED, decided_by="kim")
    lee = old.revised(state=OpportunityState.CLOSED, decided_by="lee")
    by_kim = Verdict(post_key=old.key, reviewer="kim", decision=Decision.APPROVED, at=NOW)
    told = Event(at=NOW, actor="kim", action="approved", subject=old.key)
    assert store.swap((old, kim), verdicts=[by_kim], events=[told], messages=[message(turn=1)])
    assert not store.swap((old, lee), events=[told], messages=[message(turn=2)])
    assert store.opportunity(old.key) == kim
    assert store.verdicts() == [by_kim]
    assert store.events(old.key) == [told]
    assert [m.turn for m in store.messages()] == [1]


def test_a_swap_of_several_is_all_or_nothing(store: Store) -> None:
    one, two = ask(post(1)), ask(post(2), "bo")
    assert store.add_ask(one)
    assert store.add_ask(two)
    sent, moved = one.revised(state=AskState.SENT), two.revised(state=AskState.SENT)
    assert store.swap((two, moved))
    assert not store.swap((one, sent), (two, moved))
    assert store.ask(one.key) == one


def test_a_hundred_decide_at_once_and_one_wins(database_url: str) -> None:
    store = Store(database_url)
    old = ask()
    store.add_ask(old)

    def decide(n: int) -> bool:
        return store.swap((old, old.revised(state=AskState.SENT, why=str(n))))

    with ThreadPoolExecutor(16) as pool:
        won = [n for n, done in enumerate(pool.map(decide, range(100))) if done]
    assert len(won) == 1
    kept = store.ask(old.key)
    assert kept
    assert kept.why == str(won[0])
    store.close()


@pytest.mark.parametrize(
    ("first", "second", "both"),
    [
        (ask(post(1), "anna"), ask(post(1), "bo"), False),  # one thread, two advocates
        (ask(post(1), "anna"), ask(post(1), "anna"), False),  # the same again
        (ask(post(1, author="kim"), "anna"), ask(post(2, author="kim"), "bo"), False),  # one author
        (ask(post(1, author=""), "anna"), ask(post(2, author=""), "bo"), True),  # unknown authors
        (ask(post(1), "anna"), ask(post(2), "anna"), True),
        (
            ask(post(1), "anna", state=AskState.DROPPED, dropped_as=Dropped.DECLINED),
            ask(post(1), "bo"),
            True,
        ),
        (ask(post(1), "anna", state=AskState.DONE), ask(post(1), "bo"), False),
    ],
)
def test_never_two_advocates_on_one_thread_or_author(
    store: Store, first: Ask, second: Ask, both: bool
) -> None:
    assert store.add_ask(first, messages=[message(first.key)])
    assert store.add_ask(second, messages=[message(second.key)]) is both
    assert len(store.asks()) == len(store.messages()) == 1 + both


def test_asks_are_found_by_what_is_known_of_them(store: Store) -> None:
    early = ask(post(1), "anna", drafted_at=NOW - DAY, due_at=NOW - DAY)
    late = ask(post(2), "bo", due_at=NOW + HOUR, state=AskState.SENT)
    store.add_ask(early)
    store.add_ask(late)
    assert store.asks(states=[AskState.SENT]) == [late]
    assert store.asks(since=NOW - HOUR) == [late]
    assert store.asks(occasion=post(1).key) == [early]
    assert store.asks(advocate="bo") == [late]
    assert store.asks(due_by=NOW) == [early]
    assert store.asks() == [early, late]


def test_messages_wait_their_turn(store: Store) -> None:
    early, late = message("a", due_at=NOW - HOUR), message("b", due_at=NOW + HOUR)
    store.queue([late, early, early])
    assert store.messages(states=[MessageState.QUEUED], due_by=NOW) == [early]
    assert store.messages(about="b") == [late]
    assert store.messages(limit=1) == [early]


def test_erasing_an_advocate_leaves_nothing_of_them(store: Store) -> None:
    mine = ask(post(1), "anna")
    store.add_advocates([advocate("anna"), advocate("bo")])
    store.add_ask(mine, messages=[message(mine.key, recipient="anna")])
    store.queue(
        [message(mine.key, turn=1)],
        [Event(at=NOW, actor="advocate:anna", action="accepted", subject=mine.key)],
    )
    heard = post(1)
    store.save_source(Source(name="s"), [heard])
    store.save_assessments([assessment(heard)], NOW, opportunities=[opportunity(chosen="anna")])
    told = Event(at=NOW, actor="kim", action="approved", subject=heard.key, detail="anna")
    again = Event(at=NOW, actor="kim", action="retried", subject=message(mine.key, turn=1).key)
    store.queue(events=[told, again])
    assert store.erase_advocate("anna")
    kept = store.opportunity(heard.key)
    assert kept
    assert kept.chosen == ""
    assert [e.detail for e in store.events(heard.key)] == [""]
    assert not store.events(again.subject)
    assert not store.erase_advocate("anna")
    assert [a.id for a in store.advocates()] == ["bo"]
    assert not store.asks()
    assert not store.messages()
    assert not store.events(mine.key)


def test_importing_leaves_known_advocates_alone(store: Store) -> None:
    store.add_advocates([advocate("anna")])
    assert store.add_advocates([advocate("anna", name="Other"), advocate("bo")]) == 1
    kept = store.advocate("anna")
    assert kept
    assert kept.name == "Anna"


def test_a_list_read_again_changes_known_advocates_and_adds_new_ones_all_or_none(
    store: Store,
) -> None:
    anna, bo = advocate("anna"), advocate("bo")
    store.add_advocates([anna, bo])
    told = Event(at=NOW, actor="ops", action="imported", subject="advocates")
    moved = anna.revised(company="New Ltd")
    assert store.put_advocates([advocate("cy")], [(anna, moved)], [told])
    assert {a.id: a.company for a in store.advocates()} == {"anna": "New Ltd", "bo": "", "cy": ""}
    assert not store.put_advocates([advocate("di")], [(anna, moved)], [told])  # changed since
    assert not store.put_advocates([advocate("cy")], [(bo, bo.revised(company="X"))])
    assert {a.id: a.company for a in store.advocates()} == {"anna": "New Ltd", "bo": "", "cy": ""}
    assert store.events("advocates") == [told]


def test_a_lease_is_held_by_one_and_passes_on_when_it_ends(store: Store) -> None:
    assert store.take_lease("work", "a", NOW + HOUR, NOW)
    assert store.take_lease("work", "a", NOW + 2 * HOUR, NOW)
    assert not store.take_lease("work", "b", NOW + HOUR, NOW + HOUR)
    assert store.take_lease("work", "b", NOW + 4 * HOUR, NOW + 3 * HOUR)
    store.release_lease("work", "a")  # not theirs any more
    assert not store.take_lease("work", "a", NOW + 5 * HOUR, NOW + 3 * HOUR)
    store.release_lease("work", "b")
    assert store.take_lease("work", "a", NOW + 5 * HOUR, NOW + 3 * HOUR)


def test_everything_is_counted(store: Store) -> None:
    store.save_source(Source(name="s"), [post(1), post(2)])
    store.save_assessments([assessment(post(1))], NOW, opportunities=[opportunity(post(1))])
    assert store.counts() == {
        "posts": {"reddit": 2, "waiting": 1},
        "assessments": {"compare": 1},
        "opportunities": {"open": 1},
        "advocates": {},
        "asks": {},
        "messages": {},
    }


def test_a_second_start_changes_nothing(database_url: str) -> None:
    first = Store(database_url)
    first.queue([message()])
    first.close()
    second = Store(database_url)
    assert second.revision() == schema.NEWEST
    assert second.messages() == [message()]
    second.close()


def test_ten_programs_start_at_once_on_an_empty_database(database_url: str) -> None:
    def start(_: int) -> str:
        store = Store(database_url)
        try:
            return store.revision()
        finally:
            store.close()

    with ThreadPoolExecutor(10) as pool:
        assert set(pool.map(start, range(10))) == {schema.NEWEST}


def test_the_tables_are_what_the_revisions_make(database_url: str) -> None:
    from alembic import command

    Store(database_url).close()
    engine = connect(database_url)
    with engine.begin() as connection:
        command.check(schema.alembic_config(connection))  # raises where they differ
    engine.dispose()


def test_a_database_of_a_newer_program_is_refused(database_url: str) -> None:
    Store(database_url).close()
    engine = connect(database_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()
    with pytest.raises(StorageError, match="written by a newer Goodword"):
        Store(database_url)


@pytest.mark.parametrize("url", ["", "goodword.db", "mysql://x/y", "oracle+nonsense://x"])
def test_a_wrong_url_is_a_problem_of_the_settings(url: str) -> None:
    with pytest.raises(ConfigError, match=r"storage\.url"):
        Store(url)


def test_a_database_that_cannot_be_used_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="folder of the database is missing"):
        Store(f"sqlite:///{tmp_path}/none/goodword.db")
    (tmp_path / "letter.db").write_text("Dear all, this is no database. " * 100)
    with pytest.raises(StorageError, match="no SQLite database"):
        Store(f"sqlite:///{tmp_path}/letter.db")


def test_an_error_never_carries_what_was_to_be_stored(quick_store: Store) -> None:
    private = message(about="secret-of-a-stranger", channel="log")
    with pytest.raises(StorageError) as raised, quick_store._transaction() as db:
        db.exec_driver_sql("INSERT INTO message (key) VALUES (?)", (private.about,))
    assert "secret-of-a-stranger" not in str(raised.value)


def test_a_backup_is_a_database_of_its_own(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'goodword.db'}")
    store.add_advocates([advocate()])
    store.backup(tmp_path / "copy.db")
    with pytest.raises(StorageError, match="exists"):
        store.backup(tmp_path / "copy.db")
    store.close()
    copy = Store(f"sqlite:///{tmp_path / 'copy.db'}")
    assert copy.advocates() == [advocate()]
    copy.close()


def test_writers_on_one_sqlite_file_lose_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'goodword.db'}"
    Store(url).close()
    old = advocate()

    def add_one(n: int) -> None:
        store = Store(url)
        for _ in range(50):
            current: Advocate = store.advocate("anna") or old
            if store.swap((current, current.revised(facts=(*current.facts, str(n))))):
                break
        store.close()

    first = Store(url)
    first.add_advocates([old])
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add_one, range(20)))
    kept = first.advocate("anna")
    assert kept
    assert sorted(kept.facts, key=int) == [str(n) for n in range(20)]
    first.close()


def test_a_message_is_claimed_by_one_of_many(database_url: str) -> None:
    store = Store(database_url)
    store.queue([message(str(n)) for n in range(20)])

    def work(_: int) -> list[Message]:
        claimed = []
        for waiting in store.messages(states=[MessageState.QUEUED]):
            mine = waiting.revised(state=MessageState.SENDING, claimed_at=NOW)
            if store.swap((waiting, mine)):
                claimed.append(mine)
        return claimed

    with ThreadPoolExecutor(4) as pool:
        keys = [m.key for claimed in pool.map(work, range(4)) for m in claimed]
    assert sorted(keys) == sorted({m.key for m in store.messages()})
    store.close()
