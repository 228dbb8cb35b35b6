"""What entries say, in every kind of feed and however their software writes them."""

from datetime import UTC, datetime

import pytest

from listeners.feed_entries import MOST, Entry
from tests.listeners.feeds import atom, entries, entry, feed, item, rss


def only(body: str | bytes, content_type: str = "application/xml") -> Entry:
    (found,) = entries(body, content_type)
    return found


# ------------------------------------------------------------------ kinds of feeds


def test_rss_1_0_goes_by_what_it_is_about() -> None:
    found = only(
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        '<channel rdf:about="https://x.example/"><title>X</title></channel>'
        '<item rdf:about="https://x.example/1"><title>One</title><link>https://x.example/1</link>'
        "<dc:creator>ann</dc:creator><dc:date>2026-03-01T10:00:00Z</dc:date></item></rdf:RDF>"
    )
    assert (found.id, found.url, found.author) == (
        "https://x.example/1",
        "https://x.example/1",
        "ann",
    )
    assert found.posted_at == datetime(2026, 3, 1, 10, tzinfo=UTC)


def test_a_podcast_is_read_by_what_is_said_of_it() -> None:
    found = only(
        rss(
            item(
                1,
                "Episode 4",
                "<itunes:author>ann</itunes:author><itunes:summary>Which CRM?</itunes:summary>"
                '<enclosure url="https://x.example/4.mp3" type="audio/mpeg" length="1"/>',
            ),
            spaces='xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"',
        )
    )
    assert (found.title, found.text, found.author) == ("Episode 4", "Which CRM?", "ann")


def test_titles_in_cdata_lose_their_markup() -> None:
    assert (
        only(rss(item(1, "<![CDATA[A <b>bold</b> &amp; plain one]]>"))).title
        == "A bold & plain one"
    )


def test_a_picture_alone_has_no_words() -> None:
    found = only(rss(item(1, "", "<description>&lt;img src='a.png'&gt;</description>")))
    assert (found.title, found.text) == ("", "")


def test_blanks_before_the_xml_do_no_harm() -> None:
    read = feed("\n\n  " + rss(item(1)))
    assert (len(read.entries), read.odd) == (1, "")


@pytest.mark.parametrize("code", ["utf-16", "utf-8-sig", "windows-1252", "iso-8859-1", "koi8-r"])
def test_every_encoding_that_is_declared_is_read(code: str) -> None:
    word = "Käse" if code != "koi8-r" else "Сыр"
    body = rss(item(1, word)).replace("utf-8", code.removesuffix("-sig"), 1).encode(code)
    assert only(body).title == word


@pytest.mark.parametrize(
    "content_type", ["text/xml", "text/html", "text/plain", "application/json+x", ""]
)
def test_a_wrong_type_changes_nothing(content_type: str) -> None:
    assert only(rss(item(1, "Käse")), content_type).title == "Käse"


def test_utf8_with_a_wrong_byte_is_not_taken_for_something_else() -> None:
    body = rss(item(1, "Käse, Brötchen, Öl, Äpfel, Süßes, Möhren, Prünellen")).encode()
    assert only(body.replace(b"Pr\xc3\xbc", b"Pr\xfc")).title.startswith("Käse, Brötchen, Öl")


def test_of_very_many_entries_the_newest_are_read_wherever_they_stand() -> None:
    dates = [f"2026-02-{1 + n // 100:02}T{n % 24:02}:00:00Z" for n in range(MOST + 100)]
    read = entries(
        rss(
            *[item(n, "t", f"<dc:date>{date}</dc:date>") for n, date in enumerate(dates)],
            spaces='xmlns:dc="http://purl.org/dc/elements/1.1/"',
        )
    )
    assert len(read) == MOST
    assert min(one.posted_at for one in read).day > 1


# ------------------------------------------------------------------ feeds that break off


def test_an_entry_in_which_a_feed_breaks_off_waits_for_the_rest() -> None:
    whole = rss(item(1), item(2), item(3, "Three", "<description>a long text</description>"))
    read = feed(whole[: whole.index("long")])
    assert ([one.id for one in read.entries], read.cut) == (["1", "2"], True)


def test_a_feed_that_lacks_only_its_end_is_whole() -> None:
    read = feed(rss(item(1), item(2)).replace("</channel></rss>", ""))
    assert (len(read.entries), read.cut) == (2, False)


def test_a_feed_that_breaks_off_within_a_letter_keeps_the_others() -> None:
    body = rss(item(1, "Käse und Öl"), item(2, "Brötchen")).encode()
    first = entries(body[: body.index(b"Br\xc3") + 3])[0]
    assert first.title == "Käse und Öl"


# ------------------------------------------------------------------ links


@pytest.mark.parametrize(
    ("said", "url"),
    [
        ('<link href="/t/1"/>', "https://blog.example/t/1"),
        (
            '<link rel="alternate" type="application/pdf" href="https://x.example/a.pdf"/>',
            "https://x.example/a.pdf",
        ),
        ('<link rel="self" href="https://x.example/a.atom"/>', "https://x.example/id"),
        ('<link href=""/>', "https://x.example/id"),
        ("", "https://x.example/id"),
    ],
)
def test_an_atom_entry_leads_to_its_page_or_to_what_it_is_named_after(said: str, url: str) -> None:
    assert only(atom(entry("https://x.example/id", more=said))).url == url


def test_xml_base_counts_before_the_feeds_own_address() -> None:
    body = atom(
        entry(more='<link href="1.html"/>'), spaces='xml:base="https://other.example/posts/"'
    )
    assert only(body).url == "https://other.example/posts/1.html"


def test_a_base_that_is_relative_itself_counts_from_the_feeds_address() -> None:
    body = atom(entry(more='<link href="1.html"/>'), spaces='xml:base="/posts/"')
    assert only(body).url == "https://blog.example/posts/1.html"


@pytest.mark.parametrize("said", ["", "<description>what is base=?</description>"])
def test_an_id_that_is_no_address_is_made_none(said: str) -> None:
    found = only(rss(f"<item><guid>post-1</guid><title>t</title>{said}</item>"))
    assert (found.id, found.url) == ("post-1", "")


def test_an_empty_link_does_not_lead_to_the_base() -> None:
    body = atom(
        entry("https://x.example/?p=1", more='<link href=""/>'),
        spaces='xml:base="https://x.example/atom.php"',
    )
    assert only(body).url == "https://x.example/?p=1"


def test_where_there_is_no_link_the_comments_page_is_one() -> None:
    assert (
        only(rss(item(1, more="<comments>/t/1#c</comments>"))).url == "https://blog.example/t/1#c"
    )


# ------------------------------------------------------------------ authors


PLANET = "<source><title>Ann's blog</title><author><name>Ann</name></author></source>"


@pytest.mark.parametrize(
    ("head", "more", "author"),
    [
        ("<author><name>Blog</name></author>", "<author><name>Ann</name></author>", "Ann"),
        ("<author><name>Bob</name></author>", PLANET, "Ann"),
        ("<author><name>Bob</name></author>", "", "Bob"),
        ("<author><name>Blog</name></author>", "", ""),  # a guest: signed by the forum itself
        ("", "", ""),
    ],
    ids=["own", "planet", "of all", "the forum's", "none"],
)
def test_an_author_is_the_entrys_own_or_inherited(head: str, more: str, author: str) -> None:
    assert only(atom(entry(more=more), head=f"<title>Blog</title>{head}")).author == author


def test_whoever_edits_an_rss_feed_has_not_written_its_entries() -> None:
    head = "<title>Blog</title><managingEditor>boss@x.example (Boss)</managingEditor>"
    assert only(rss(item(1), head=head)).author == ""
