"""The pure parts: pacing, answers, links, text."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import SourceError
from domain.types import Post, Source
from listeners import answers, links, markup, pacing
from listeners.base import Batch
from listeners.batches import posts_of
from tests.listeners.played import NOW

EVERY = timedelta(minutes=5)
SOURCE = Source(name="s", cursor="old", failures=3, last_error="bad", newest_at=NOW)


def post(at: datetime) -> Post:
    return Post(platform="x", external_id="1", text="t", posted_at=at, fetched_at=NOW)


def test_after_a_success_the_source_is_well_and_comes_again_in_its_time() -> None:
    later = NOW + timedelta(hours=1)
    after = pacing.read(SOURCE, Batch((post(later),), "new"), EVERY, NOW)
    assert after == Source(name="s", cursor="new", due_at=NOW + EVERY, read_at=NOW, newest_at=later)


def test_the_newest_post_stays_the_newest() -> None:
    earlier = Batch((post(NOW - timedelta(days=1)),), "new")
    assert pacing.read(SOURCE, earlier, EVERY, NOW).newest_at == NOW
    assert pacing.read(Source(name="s"), Batch((), "c"), EVERY, NOW).newest_at is None


def test_each_failure_doubles_the_wait_up_to_a_bound() -> None:
    source, waits = Source(name="s", cursor="old"), []
    for _ in range(15):
        source = pacing.failed(source, SourceError("down"), EVERY, NOW)
        assert source.due_at is not None
        waits.append(source.due_at - NOW)
    assert EVERY <= waits[0] <= EVERY * 1.1
    assert EVERY * 2 <= waits[1] <= EVERY * 2.2
    assert pacing.LONGEST <= waits[-1] <= pacing.LONGEST * 1.1
    assert (source.cursor, source.failures, source.last_error) == ("old", 15, "down")


def test_a_source_that_is_read_seldom_does_not_come_sooner_when_it_fails() -> None:
    after = pacing.failed(Source(name="s"), SourceError("x"), timedelta(days=1), NOW)
    assert after.due_at is not None
    assert after.due_at >= NOW + timedelta(days=1)


def test_what_the_platform_asks_for_is_honoured() -> None:
    error = SourceError("busy", retry_after=timedelta(hours=9))
    after = pacing.failed(Source(name="s"), error, EVERY, NOW)
    assert after.due_at is not None
    assert timedelta(hours=9) <= after.due_at - NOW <= timedelta(hours=10)


def test_another_error_is_told_with_its_name_on_one_line() -> None:
    after = pacing.failed(Source(name="s"), KeyError("a\nb"), EVERY, NOW)
    assert after.last_error == "KeyError: 'a\\nb'"


items = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 10_000)), max_size=60)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "30"}, 30),
        ({"retry-after": " 1.5 "}, 1.5),
        ({"retry-after": "Mon, 02 Mar 2026 12:01:00 GMT"}, 60),
        ({"retry-after": "Mon, 02 Mar 2026 12:01:00 -0000"}, 60),
        ({"retry-after": "Mon, 02 Mar 2026 11:00:00 GMT"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "1e400"}, None),
        ({"retry-after": "99999999"}, 86400),
        ({"x-rate-limit-reset": str(int(NOW.timestamp()) + 90)}, 90),
        ({"x-rate-limit-reset": "later"}, None),
        ({"x-ratelimit-reset": "7"}, 7),
        ({}, None),
    ],
)
def test_how_long_a_platform_asks_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    expected = None if seconds is None else timedelta(seconds=seconds)
    assert answers.wait_of(headers, NOW) == expected


@pytest.mark.parametrize(
    ("platform", "url", "found"),
    [
        ("reddit", "https://www.reddit.com/r/crm/comments/1abc/which_one/", "t3_1abc"),
        ("reddit", "https://old.reddit.com/r/crm/comments/1abc/which_one/k9z/?context=3", "t1_k9z"),
        ("reddit", "https://www.reddit.com/r/crm/comments/1abc/comment/k9z/", "t1_k9z"),
        ("reddit", "https://www.reddit.com/r/crm/comments/1abc/_/k9z", "t1_k9z"),
        ("reddit", "https://redd.it/1abc", "t3_1abc"),
        ("reddit", "https://www.reddit.com/r/crm/s/AbCdEf", ""),
        ("reddit", "https://reddit.com.evil.example/r/crm/comments/1abc/", ""),
        ("x", "https://x.com/ann/status/1790000000000000001?s=20", "1790000000000000001"),
        ("x", "https://mobile.twitter.com/ann/statuses/17#x", "17"),
        ("x", "https://x.com/i/web/status/17", "17"),
        ("x", "https://x.com/ann", ""),
        ("x", "https://notx.com/ann/status/17", ""),
        ("hackernews", "https://news.ycombinator.com/item?id=123", "123"),
        ("hackernews", "https://news.ycombinator.com/item?id=123#456", "456"),
        ("hackernews", "https://news.ycombinator.com/reply?id=123&goto=x", "123"),
        ("hackernews", "https://news.ycombinator.com/user?id=123", ""),
        ("hackernews", "https://news.ycombinator.com/item?id=ann", ""),
        (
            "linkedin",
            "https://www.linkedin.com/posts/ann_crm-activity-7302225660000000000-x1Yz?utm=1",
            "activity:7302225660000000000",
        ),
        (
            "linkedin",
            "https://de.linkedin.com/feed/update/urn%3Ali%3AugcPost%3A7302225660000000000/",
            "ugcPost:7302225660000000000",
        ),
        (
            "linkedin",
            (
                "https://www.linkedin.com/feed/update/urn:li:activity:7302225660000000000?commentUrn="
                "urn%3Ali%3Acomment%3A%28activity%3A7302225660000000000%2C7302225660000000009%29"
            ),
            "comment:7302225660000000009",
        ),
        ("linkedin", "https://www.linkedin.com/in/ann/", ""),
        ("rss", "https://blog.example/1", ""),
        ("reddit", "not a link", ""),
        ("reddit", "http://[bad", ""),
        ("reddit", "", ""),
    ],
)
def test_a_pasted_link_tells_the_posts_id(platform: str, url: str, found: str) -> None:
    assert links.post_id(platform, url) == found


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("plain", "plain"),
        ("a &lt; b &amp; c", "a < b & c"),
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("one<br>two<br/><br/>three", "one\ntwo\n\nthree"),
        ("<b>bo</b>ld <i>word</i>s", "bold words"),
        ("<td>a</td><td>b</td>", "a b"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
        ("<script>x</script>a<style>y</style>", "a"),
        ("<p hidden>x</p>a<span style='color:red; display:none'>y</span>", "a"),
        ("a<!-- b -->c", "ac"),
        ("<p>unclosed <b>bold", "unclosed bold"),
        ("a\n  b\t c <p>", "a b c"),
        ("<a href='javascript:x'>link</a>", "link"),
        ("zero\u200bwidth <b></b>", "zerowidth"),
        ("", ""),
    ],
)
def test_markup_becomes_what_a_reader_sees(said: str, text: str) -> None:
    assert markup.from_html(said) == text


@given(st.text(max_size=300))
def test_no_markup_breaks_the_reading(said: str) -> None:
    assert "\x1d" not in markup.from_html(f"<p>{said}</p>")
    markup.from_markdown(said)
    markup.author(said)
    assert markup.link(said, "https://a.example/").startswith(("https://", "http://", ""))
    markup.any_moment(said)


@pytest.mark.parametrize(
    "hostile",
    [
        "<div>",
        "<ul>",
        "<a><b>",
        "<table><tr><td>",
        "<",
        "&lt;",
        "<!--",
        "<td ",
        " \n",
        "<p hidden>",
    ],
)
@pytest.mark.parametrize("repeats", [1_600, 80_000])
def test_no_markup_costs_the_square_of_its_length(hostile: str, repeats: int) -> None:
    began = time.monotonic()
    markup.from_html(hostile * repeats + "deep")
    assert time.monotonic() - began < 5  # usually 0.1; squared it was 20 and more


@pytest.mark.parametrize("hostile", ["[", "[a](", "[a](b(", "**a", "__a", "\\", "&#", "a@a-", "a."])
def test_no_markdown_and_no_name_cost_the_square_of_their_length(hostile: str) -> None:
    began = time.monotonic()
    markup.from_markdown(hostile * 20_000)
    markup.author(hostile * 20_000)
    assert time.monotonic() - began < 5  # as above


def test_nesting_is_read() -> None:
    assert markup.from_html("<div>" * 4_000 + "deep") == "deep"
    assert markup.from_html("<div>" * 20_000 + "deep &amp; <i>wide</i>") == "deep &  wide"


@pytest.mark.parametrize(
    ("said", "at"),
    [
        (1772445600, NOW - timedelta(hours=2)),
        (1772445600.0, NOW - timedelta(hours=2)),
        (1772445600000, NOW - timedelta(hours=2)),
        ("1772445600", NOW - timedelta(hours=2)),
        (0, None),
        (-5, None),
        ("x", None),
        (None, None),
        ([], None),
        (float("nan"), None),
        (1e30, None),
    ],
)
def test_moments(said: object, at: datetime | None) -> None:
    assert markup.moment(said) == at


def test_moments_of_many_digits_are_epochs_and_not_dates() -> None:
    assert markup.any_moment("1712010112345") == datetime.fromtimestamp(1712010112.345, UTC)
    assert markup.any_moment("20240312") == datetime(2024, 3, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "number"), [("1,203", 1203), (4, 4), ("4.9", 4), ("", 0), (None, 0), ("x", 0), ([], 0)]
)
def test_counts(said: object, number: int) -> None:
    assert markup.count(said) == number


def test_one_broken_record_is_left_out_and_all_broken_are_an_error() -> None:
    def build(record: dict[str, str]) -> Post | None:
        return post(NOW) if record["ok"] else None

    found = posts_of([{"ok": "1"}, {}, {"ok": ""}, {"ok": "again"}], build, "here")
    assert len(found) == 1
    with pytest.raises(SourceError, match="here sent 2 posts of which none could be read"):
        posts_of([{}, {}], build, "here")
    assert posts_of([], build, "here") == ()


def test_a_word_with_a_soft_hyphen_is_one_word() -> None:
    assert markup.from_html("<p>Fern\u00adhill</p>") == "Fernhill"
