"""JSON Feed 1.0 and 1.1, and RSS written as JSON."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from listeners.feed_entries import Entry
from tests.listeners.feeds import NOW, entries, feed, refused


def only(body: str | bytes) -> Entry:
    (found,) = entries(body)
    return found


def json_feed(*items: dict[str, Any], **about: Any) -> str:
    whole = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Blog",
        **about,
        "items": items,
    }
    return json.dumps(whole)


def test_json_feed_1_1_is_read() -> None:
    found = only(
        json_feed(
            {
                "id": "1",
                "url": "/posts/1",
                "title": "Which?",
                "content_html": "<p>Is <b>this</b> it?</p><script>x</script>",
                "date_published": "2026-03-02T11:00:00+01:00",
                "authors": [{"url": "https://x.example"}, {"name": "ann"}],
                "language": "en-US",
                "attachments": [{"url": "https://x.example/a.mp3", "mime_type": "audio/mpeg"}],
            }
        ),
    )
    assert (found.id, found.url, found.author) == ("1", "https://blog.example/posts/1", "ann")
    assert (found.title, found.text, found.language) == ("Which?", "Is this it?", "en")
    assert found.posted_at == datetime(2026, 3, 2, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ({"id": 7}, {"id": "7"}),
        ({"id": None, "url": "https://x.example/1"}, {"id": "https://x.example/1"}),
        ({"external_url": "https://y.example/"}, {"url": "https://y.example/"}),
        ({"content_text": "a < b\n<i>c</i>"}, {"text": "a < b\n<i>c</i>"}),
        ({"summary": "short"}, {"text": "short"}),
        ({"author": {"name": "Bob"}}, {"author": "Bob"}),
        ({"authors": "ann"}, {"author": "All"}),
        (
            {"date_modified": "2026-03-01T00:00:00Z"},
            {"posted_at": datetime(2026, 3, 1, tzinfo=UTC)},
        ),
        ({"date_published": 5.5, "title": ["x"], "tags": 3}, {"title": "", "posted_at": NOW}),
    ],
)
def test_json_feed_is_read_with_what_it_has(part: dict[str, Any], expected: dict[str, Any]) -> None:
    found = only(json_feed({"id": "1", **part}, author={"name": "All"}))
    assert found._asdict() == {**found._asdict(), **expected}


def test_a_json_feed_may_say_that_it_is_over() -> None:
    assert feed(json_feed(expired=True, next_url="https://x.example/2")).over


def test_rss_written_as_json_is_read() -> None:
    one = {"guid": {"#value": "g"}, "link": "https://x.example/1", "description": "Which?"}
    dated = {**one, "pubDate": "Mon, 02 Mar 2026 10:00:00 GMT"}
    found = only(
        json.dumps({"rss": {"version": "2.0", "channel": {"title": "X", "item": [dated]}}})
    )
    assert (found.id, found.url, found.text) == ("g", "https://x.example/1", "Which?")
    assert found.posted_at == datetime(2026, 3, 2, 10, tzinfo=UTC)


def test_of_a_json_feed_that_breaks_off_the_whole_items_are_read() -> None:
    whole = json_feed(*[{"id": str(n), "content_text": f"Said {n}"} for n in range(3)])
    read = feed(whole[: whole.index("Said 2") + 3])
    assert ([one.id for one in read.entries], read.cut) == (["0", "1"], True)


@pytest.mark.parametrize(
    "body",
    [
        '{"version": "1"}',
        '{"items": [{"id": 1}]}',
        '{"version": "https://jsonfeed.org/version/1"}',
        "{",
        '{"items": [{"a": 1}',
    ],
)
def test_other_json_is_no_feed(body: str) -> None:
    assert refused(body).startswith("is not a feed but ")


def test_json_nested_without_end_is_refused() -> None:
    assert refused('{"items": [' + "[" * 100_000).startswith("is not a feed but broken JSON")


def test_an_item_that_is_none_is_left_out() -> None:
    read = feed(json_feed({"id": "1", "title": "One"}, 3, None))  # type: ignore[arg-type]
    assert (len(read.entries), read.broken) == (1, 2)
