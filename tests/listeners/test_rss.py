"""Feeds: conditional fetches, dates, ids, authors, and what is no feed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from demo.faults import Answer, html, huge, status
from domain.errors import SourceError
from domain.types import Post
from listeners import feed_dates, http, rss
from tests.listeners.played import NOW, Played

ITEM = "<item><guid isPermaLink='false'>1</guid><title>t</title></item>"


def feed(*items: str, head: str = "<title>Blog</title>", **headers: str) -> Answer:
    body = (
        f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{"".join(items)}</channel></rss>'
    )
    return Answer(200, {"content-type": "application/rss+xml", **headers}, body.encode())


def read(played: Played, answer: Answer, **options: Any) -> tuple[Post, ...]:
    played.server.fail("/feeds", answer)
    return played.listener("rss", **options).fetch(None).posts


@pytest.mark.parametrize("url", ["", "blog.example", "ftp://blog.example/x", "file:///etc/passwd"])
def test_only_web_addresses_are_options(url: str) -> None:
    with pytest.raises(ValidationError):
        rss.Options(name="r", url=url)


def test_what_has_not_changed_is_not_sent_again(played: Played) -> None:
    played.add("rss", 5)
    listener = played.listener("rss")
    first = listener.fetch(None)
    second = listener.fetch(first.cursor)
    assert (second.posts, second.cursor) == ((), first.cursor)
    asked = played.server.seen("/feeds")[1].headers
    assert asked["if-none-match"].startswith('W/"')
    assert "goodword" in asked["user-agent"]


def test_the_time_of_change_is_sent_back_as_it_came(played: Played) -> None:
    stamp = "Mon, 02 Mar 2026 11:00:00 GMT"
    played.server.fail(
        "/feeds", feed("<item><guid>1</guid><title>t</title></item>", **{"last-modified": stamp})
    )
    listener = played.listener("rss")
    listener.fetch(listener.fetch(None).cursor)
    assert played.server.seen("/feeds")[1].headers["if-modified-since"] == stamp


def test_a_feed_that_forgets_its_entries_for_once_repeats_none(played: Played) -> None:
    played.add("rss", 5, 10)
    listener = played.listener("rss")
    cursor = listener.fetch(None).cursor
    played.server.fail("/feeds", feed())
    cursor = listener.fetch(cursor).cursor
    assert listener.fetch(cursor).posts == ()


def test_an_entry_without_an_id_goes_by_its_link_or_its_words(played: Played) -> None:
    by_link, by_words, long = read(
        played,
        feed(
            "<item><link>https://a.example/1</link><title>One</title></item>",
            "<item><title>Two</title></item>",
            f"<item><guid isPermaLink='false'>{'x' * 500}</guid><title>Three</title></item>",
        ),
    )
    assert by_link.external_id == "https://a.example/1"
    assert len(by_words.external_id) == len(long.external_id) == 32
    assert by_words.url == ""


def test_the_instance_is_the_feeds_address_without_scheme_and_password(played: Played) -> None:
    url = f"{played.server.url}/feeds/blog.rss?key=1".replace("http://", "http://me:secret@")
    (post,) = read(
        played, feed("<item><guid isPermaLink='false'>1</guid><title>t</title></item>"), url=url
    )
    assert post.instance == f"{played.server.url.removeprefix('http://')}/feeds/blog.rss?key=1"
    assert post.key == f"rss:{post.instance}:1"
    played.server.fail("/feeds", status(500))
    with pytest.raises(SourceError) as caught:
        played.listener("rss", url=url).fetch(None)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("jane@example.com (Jane Doe)", "Jane Doe"),
        ("Jane Doe <jane@example.com>", "Jane Doe"),
        ("jane@example.com", ""),
        ("@jane", "jane"),
        ("<b>Jane</b>\nDoe", "Jane Doe"),
    ],
)
def test_an_author_is_kept_without_e_mail(written: str, kept: str, played: Played) -> None:
    said = written.replace("&", "&amp;").replace("<", "&lt;")
    (post,) = read(
        played, feed(f"<item><guid>1</guid><title>t</title><author>{said}</author></item>")
    )
    assert post.author == kept


def test_markup_becomes_text_and_scripts_vanish(played: Played) -> None:
    said = (
        "<![CDATA[<p>Which <b>CRM</b>?</p><script>alert(1)</script><ul><li>A</li><li>B</li></ul>"
        "<p style='display:none'>hidden</p><img src=x onerror=alert(1)>]]>"
    )
    (post,) = read(
        played,
        feed(
            "<item><title>A &amp;amp; B</title><guid>1</guid>"
            f"<description>{said}</description></item>"
        ),
    )
    assert post.title == "A & B"
    assert post.text == "Which CRM?\n\nA\nB"


def test_lines_that_software_adds_are_left_out(played: Played) -> None:
    said = (
        "<![CDATA[<p>Which one?</p><p>Article URL: https://a.example</p><p># Comments: 0</p>"
        "<p><small>3 posts - 2 participants</small></p><p><a href='x'>Read full topic</a></p>]]>"
    )
    (post,) = read(played, feed(f"<item><guid>1</guid><description>{said}</description></item>"))
    assert post.text == "Which one?"


def test_the_fuller_of_summary_and_content_is_kept_and_links_are_made_whole(
    played: Played,
) -> None:
    item = (
        '<item><guid isPermaLink="false">1</guid><link>/posts/1</link>'
        "<description>short</description>"
        '<content:encoded xmlns:content="http://purl.org/rss/1.0/modules/content/">'
        "the whole of it</content:encoded></item>"
    )
    (post,) = read(played, feed(item, head="<title>Blog</title><language>de-AT</language>"))
    assert post.text == "the whole of it"
    assert post.url == f"{played.server.url}/posts/1"
    assert (post.community, post.language) == ("Blog", "de")


@pytest.mark.parametrize("link", ["javascript:alert(1)", "data:text/html,x", "http://[bad", ""])
def test_a_link_that_leads_nowhere_safe_is_dropped(link: str, played: Played) -> None:
    (post,) = read(
        played,
        feed(f"<item><guid isPermaLink='false'>1</guid><title>t</title><link>{link}</link></item>"),
    )
    assert "script" not in post.url
    assert "data:" not in post.url


def test_a_good_feed_sent_as_html_is_still_a_feed(played: Played) -> None:
    answer = feed("<item><guid>1</guid><title>t</title></item>", **{"content-type": "text/html"})
    assert len(read(played, answer)) == 1


def test_a_feed_whose_xml_breaks_off_gives_what_could_be_read(played: Played) -> None:
    good = feed("<item><guid>1</guid><title>One</title></item><item><guid>2")
    assert len(read(played, good)) >= 1


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (html(), "is not a feed but a web page.*check `url`"),
        (status(200, "", content_type="application/rss+xml"), "is not a feed: check `url`"),
        (status(200, '{"version": "1"}', content_type="application/json"), "is not a feed"),
        (status(404), "check `url`"),
        (status(410), "remove this source"),
        (status(401), "not public"),
        (status(403), "does not let programs read"),
        (huge(6_000_000, "application/rss+xml"), "more than 5,000,000 bytes"),
    ],
    ids=["html", "empty", "json", "404", "410", "401", "403", "huge"],
)
def test_what_is_no_feed_says_what_to_do(answer: Answer, words: str, played: Played) -> None:
    played.server.fail("/feeds", answer)
    listener = rss.RssListener(
        rss.Options(name="blog", url=f"{played.server.url}/feeds/blog.rss", allow_private=True),
        lambda: NOW,
    )
    with pytest.raises(SourceError, match=words):
        listener.fetch(None)


def page(body: str, title: str = "A forum", head: str = "") -> Answer:
    whole = f"<!doctype html><html><head><title>{title}</title>{head}</head><body>{body}</body>"
    return Answer(200, {"content-type": "text/html"}, whole.encode())


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (page("<form><input type='PASSWORD'></form>"), "asks for a login: the feed is not public"),
        (page("Hello", title="Log in | A forum"), "asks for a login"),
        (page("<div class='h-captcha'></div>"), r"wants to see a person \(a captcha\)"),
        (page("", title="Just a moment..."), r"wants to see a person \(a captcha\)"),
        (page("Hello"), "look there for the feed's own address"),
        (
            page("", head="<link rel='alternate' type='application/rss+xml' href='/feed.xml'>"),
            r"names its feed: check `url`, and set it to http://127.0.0.1:\d+/feed.xml$",
        ),
        (
            page("", head="<link rel='Alternate' type='application/feed+json' href='a b'>" * 9),
            "look there for the feed's own address",
        ),
        (
            page("", head="<link rel=alternate type=application/rss+xml href='javascript:x()'>"),
            "look there for the feed's own address",
        ),
        (
            page(
                "", head="<link rel=alternate type=application/atom+xml href='https://x/\u202ea'>"
            ),
            r"set it to https://x/a$",
        ),
    ],
    ids=["password", "title", "captcha", "moment", "page", "named", "blank", "script", "bidi"],
)
def test_a_page_in_the_feeds_place_is_told_apart(
    answer: Answer, words: str, played: Played
) -> None:
    with pytest.raises(SourceError, match=f"is not a feed but a web page.*{words}"):
        read(played, answer)


def test_a_private_address_is_refused_unless_allowed(played: Played) -> None:
    listener = played.listener("rss", allow_private=False)
    with pytest.raises(SourceError, match="set allow_private = true"):
        listener.fetch(None)
    assert played.server.requests == []


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("Mon, 02 Mar 2026 10:00:00 GMT", NOW - timedelta(hours=2)),
        ("2026-03-02T11:00:00+01:00", NOW - timedelta(hours=2)),
        ("2026-03-02 10:00", NOW - timedelta(hours=2)),
        ("1772445600", NOW - timedelta(hours=2)),
        ("1772445600000", NOW - timedelta(hours=2)),
        ("2 Mar 2026", datetime(2026, 3, 2, tzinfo=UTC)),
        ("2026/3/2 10:00:00", NOW - timedelta(hours=2)),
        ("2026.03.02", datetime(2026, 3, 2, tzinfo=UTC)),
        ("2026/13/45 10:00", NOW),
        ("2021-13-45T99:00Z", NOW),
        ("1630946700", datetime(2021, 9, 6, 16, 45, tzinfo=UTC)),
        ("Tue, 02 Mar 2027 10:00:00 GMT", NOW),
        ("yesterday", NOW),
        ("", NOW),
        ("0001-01-01T00:00:00+14:00", NOW),
        ("9" * 400, NOW),
    ],
)
def test_a_date_is_believed_or_the_time_of_reading_stands(
    said: str, at: datetime, played: Played
) -> None:
    item = f"<item><guid>1</guid><title>t</title><pubDate>{said}</pubDate></item>"
    (post,) = read(played, feed(item), since="9000d")
    assert post.posted_at == at


def test_without_a_date_of_publication_that_of_change_counts() -> None:
    entry = {"updated": "2026-03-01T10:00:00Z"}
    assert feed_dates.written(entry, NOW) == datetime(2026, 3, 1, 10, tzinfo=UTC)


def test_a_clock_that_is_a_little_ahead_is_forgiven() -> None:
    entry = {"published": "2026-03-02T18:00:00Z"}
    assert feed_dates.written(entry, NOW) == NOW


def test_the_api_url_is_another_way_to_the_same_feed(played: Played) -> None:
    played.add("rss", 5)
    options = rss.Options(
        name="blog",
        url="https://blog.example/feed",
        api_url=f"{played.server.url}/feeds/blog.rss",
        allow_private=True,
    )
    (post,) = rss.RssListener(options, lambda: NOW, http.USUAL).fetch(None).posts
    assert post.instance == "blog.example/feed"
