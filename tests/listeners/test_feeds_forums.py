"""What the feeds of forums tell besides the words: who answers whom, and what software adds."""

import pytest

from listeners import feed_threads
from listeners.feed_entries import Entry
from tests.listeners.feeds import atom, entries, entry, item, rss


def only(body: str | bytes) -> Entry:
    (found,) = entries(body)
    return found


PHPBB = (
    '<content type="html" xml:base="{link}"><![CDATA[\n<p>Which CRM?</p>'
    '<p>Statistics: Posted by <a href="https://f.example/memberlist.php?u=2">ann</a> — '
    "Mon Mar 02, 2026 10:00 am — Replies 3 — Views {views}</p><hr />\n]]></content>"
)


def phpbb(title: str, link: str, views: int = 7, category: str = "Sales") -> str:
    filed = f'<category term="{category}" label="{category}"/>' if category else ""
    said = PHPBB.format(link=link, views=views)
    link = link.replace("&", "&amp;")
    return (
        f'<entry><author><name>ann</name></author><id>{link}</id><link href="{link}"/>'
        f"<updated>2026-03-02T10:00:00+00:00</updated><title><![CDATA[{title}]]></title>"
        f"{filed}{said.replace('&', '&amp;')}</entry>"
    )


def test_phpbb_files_posts_under_forums_and_counts_views() -> None:
    link = "https://f.example/viewtopic.php?t=12&p=34#p34"
    one = only(atom(phpbb("Sales • Which CRM?", link)))
    again = only(atom(phpbb("Sales • Which CRM?", link, views=99)))
    assert (one.title, one.text, one.url) == ("Which CRM?", "Which CRM?", link)
    assert one.words == again.words


def test_a_bullet_in_a_title_elsewhere_is_the_authors_own() -> None:
    assert only(rss(item(1, "This • and that"))).title == "This • and that"


def test_lines_that_lemmy_and_reddit_add_are_left_out() -> None:
    lemmy = (
        "&lt;p&gt;submitted by &lt;a href='x'&gt;ann&lt;/a&gt; to &lt;a href='x'&gt;crm&lt;/a&gt;"
        "&lt;br&gt;12 points | &lt;a href='x'&gt;3 comments&lt;/a&gt;&lt;/p&gt;"
        "&lt;p&gt;Which?&lt;/p&gt;"
    )
    assert only(rss(item(1, more=f"<description>{lemmy}</description>"))).text == "Which?"


@pytest.mark.parametrize(
    ("said", "replies"),
    [
        ("<slash:comments>4</slash:comments>", 4),
        ("<thr:total>5</thr:total>", 5),
        ("<slash:comments>many</slash:comments>", 0),
        ("", None),
    ],
)
def test_how_many_replies_there_are_is_read(said: str, replies: int | None) -> None:
    spaces = (
        'xmlns:slash="http://purl.org/rss/1.0/modules/slash/" '
        'xmlns:thr="http://purl.org/syndication/thread/1.0"'
    )
    assert only(rss(item(1, more=said), spaces=spaces)).replies == replies


def places(body: str) -> list[tuple[str, str]]:
    found = entries(body)
    told = feed_threads.places(found, [one.id for one in found])
    return [(place.thread, place.parent) for place in told]


def test_an_answer_names_what_it_answers() -> None:
    def answer(own: str, to: str) -> str:
        return entry(own, more=f'<thr:in-reply-to ref="{to}"/>')

    spaces = 'xmlns:thr="http://purl.org/syndication/thread/1.0"'
    body = atom(answer("urn:3", "urn:2"), answer("urn:2", "urn:1"), entry("urn:1"), spaces=spaces)
    assert places(body) == [("urn:1", "urn:2"), ("urn:1", "urn:1"), ("urn:1", "")]


def test_answers_in_a_circle_end() -> None:
    def answer(own: str, to: str) -> str:
        return entry(own, more=f'<thr:in-reply-to ref="{to}"/>')

    spaces = 'xmlns:thr="http://purl.org/syndication/thread/1.0"'
    assert len(places(atom(answer("urn:1", "urn:2"), answer("urn:2", "urn:1"), spaces=spaces))) == 2


TOPIC = "https://f.example/viewtopic.php?t=12"


def test_phpbbs_replies_belong_to_the_post_that_opened_the_topic() -> None:
    reply = phpbb("Sales • Re: Which CRM?", f"{TOPIC}&p=35#p35")
    opening = phpbb("Sales • Which CRM?", f"{TOPIC}&p=34#p34")
    own = f"{TOPIC}&p=34#p34"
    assert places(atom(reply, opening)) == [(own, own), (own, "")]


def test_where_the_opening_is_not_shown_the_topics_address_stands_for_it() -> None:
    reply = phpbb("Sales • Re: Which CRM?", f"{TOPIC}&p=35#p35")
    assert places(atom(reply)) == [(TOPIC, TOPIC)]


@pytest.mark.parametrize(
    ("title", "link", "thread"),
    [
        ("Which CRM?", "https://d.example/t/which-crm/12/3", "https://d.example/t/which-crm/12"),
        (
            "Which CRM?",
            "https://d.example/t/which-crm/12?page=2#post_31",
            "https://d.example/t/which-crm/12",
        ),
        (
            "Which CRM?",
            "https://x.example/threads/which.5/post-9",
            "https://x.example/threads/which.5/",
        ),
        ("By: ann", "https://b.example/post/#comment-7", "https://b.example/post/"),
    ],
    ids=["discourse", "discourse, a later page", "xenforo", "wordpress"],
)
def test_a_reply_is_known_by_its_address(title: str, link: str, thread: str) -> None:
    assert places(rss(item(1, title, f"<link>{link}</link>"))) == [(thread, thread)]


@pytest.mark.parametrize(
    "title",
    [
        "Re: Which CRM?",
        "AW: Which CRM?",
        'New comment by bob in "Which CRM?"',
        "Answer by Bob B for Which CRM?",
    ],
)
def test_a_reply_is_known_by_its_title(title: str) -> None:
    said = title.replace('"', "&quot;")
    assert places(rss(item(2, said), item(1, "Which CRM?"))) == [("1", "1"), ("1", "")]
    ((thread, parent),) = places(rss(item(2, said)))
    assert thread == parent == "subject:" + thread.removeprefix("subject:")
    assert len(thread) == 24


@pytest.mark.parametrize(
    "link",
    [
        "https://d.example/t/which-crm/12",
        "https://d.example/t/which-crm/12/1",
        "https://x.example/threads/w.5/",
    ],
)
def test_what_opens_a_thread_is_its_own(link: str) -> None:
    assert places(rss(item(1, "Which CRM?", f"<link>{link}</link>"))) == [("1", "")]
