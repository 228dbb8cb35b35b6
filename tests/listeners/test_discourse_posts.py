"""Discourse's JSON made posts, and what an address of a forum means. Nothing is asked."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from domain.types import PostState
from listeners import discourse, discourse_posts, discourse_scope
from listeners.discourse_posts import Topic
from listeners.discourse_scope import Scope

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SITE = "https://forum.example.com"
SAID: dict[str, Any] = {
    "id": 71,
    "username": "ann",
    "user_id": 5,
    "created_at": "2026-03-02T11:00:00.000Z",
    "cooked": "<p>Which CRM?</p>",
    "post_number": 1,
    "post_type": 1,
    "topic_id": 12,
    "topic_slug": "which",
    "topic_title": "Which CRM?",
}


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        (SITE, Scope(SITE)),
        (f"{SITE}/", Scope(SITE)),
        (f"{SITE}/posts.json", Scope(SITE)),
        (f"{SITE}/posts.rss", Scope(SITE)),
        (f"{SITE}/latest", Scope(SITE, topics="/latest")),
        (f"{SITE}/latest.json?order=created", Scope(SITE, topics="/latest")),
        (f"{SITE}/c/crm/5", Scope(SITE, topics="/c/crm/5")),
        (f"{SITE}/c/crm/5.rss", Scope(SITE, topics="/c/crm/5")),
        (f"{SITE}/c/sales/crm/7/l/latest", Scope(SITE, topics="/c/sales/crm/7")),
        (f"{SITE}/tag/advice", Scope(SITE, topics="/tag/advice")),
        (f"{SITE}/tags/c/crm/5/advice", Scope(SITE, topics="/tags/c/crm/5/advice")),
        (f"{SITE}/search?q=which%20crm", Scope(SITE, search="which crm")),
        ("https://example.com/forum", Scope("https://example.com/forum")),
        (
            "https://example.com/forum/c/crm/5",
            Scope("https://example.com/forum", topics="/c/crm/5"),
        ),
        ("https://example.com/a/latest/x", Scope("https://example.com/a/latest/x")),
        ("https://me:pass@forum.example.com/latest", Scope(SITE, topics="/latest")),
    ],
)
def test_the_narrowest_thing_that_an_address_names_is_read(url: str, meant: Scope) -> None:
    assert discourse_scope.of(url) == meant


@pytest.mark.parametrize(
    ("options", "meant"),
    [
        ({"category": "crm/5"}, Scope(SITE, topics="/c/crm/5")),
        ({"category": "/c/crm/5/"}, Scope(SITE, topics="/c/crm/5")),
        ({"tag": "cr m?"}, Scope(SITE, topics="/tag/cr%20m%3F")),
        ({"search": " which crm "}, Scope(SITE, search="which crm")),
    ],
)
def test_an_option_names_a_part_of_the_forum(options: dict[str, str], meant: Scope) -> None:
    assert discourse.Options(name="f", url=SITE, **options).scope == meant


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"url": f"{SITE}/t/which/12/3"}, "is a topic"),
        ({"url": f"{SITE}/u/ann"}, "is a person's page"),
        ({"url": f"{SITE}/filter?q=x"}, "is a filtered list"),
        ({"url": f"{SITE}/search"}, "say what to search for"),
        ({"url": f"{SITE}/search?q=ab"}, "needs 3 characters"),
        ({"url": SITE, "search": "ab"}, "needs 3 characters"),
        ({"url": SITE, "tag": "a", "search": "which"}, "tag and search each choose a part"),
        ({"url": f"{SITE}/latest", "tag": "a"}, "the path of `url` and tag each choose"),
        ({"url": "forum.example.com"}, "pattern"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_a_remedy(options: dict[str, str], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        discourse.Options(name="f", **options)


QUOTE = (
    '<aside class="quote" data-username="bo"><div class="title">bo:</div>'
    "<blockquote><p>Buy A.</p></blockquote></aside>"
)
ONEBOX = (
    '<aside class="onebox allowlistedgeneric"><header class="source">a.com</header>'
    '<article class="onebox-body"><h3>The best CRM</h3></article></aside>'
)
IMAGE = (
    '<div class="lightbox-wrapper"><a class="lightbox" href="/u.png"><img src="u.png">'
    '<div class="meta"><span class="filename">u</span><span>690 KB</span></div></a></div>'
)
POLL = (
    '<div class="poll"><div class="poll-container"><ul><li>Fernhill</li><li>Other</li></ul></div>'
    '<div class="poll-info">0 voters</div></div>'
)
COMPANION = (
    "<hr><small>This is a companion discussion topic for the original entry at "
    '<a href="https://b.example">b</a></small>'
)
MAIL = '<details class="elided"><summary>...</summary>On Monday bo wrote</details>'


@pytest.mark.parametrize(
    ("cooked", "kept"),
    [
        ("<p>One</p><p>two</p>", "One\n\ntwo"),
        (f"{QUOTE}<p>Why not B?</p>", "Why not B?"),
        ("<blockquote><p>Buy A</p><blockquote>deep</blockquote></blockquote>No.", "No."),
        (f"<p>See</p>{ONEBOX}", "See"),
        (f"{IMAGE}ok", "ok"),
        (f"<p>Which?</p>{POLL}", "Which?\n\nFernhill\nOther"),
        ('<p><a class="mention" href="/u/bo">@bo</a> is right</p>', "@bo is right"),
        ('<p>It is <span class="spoiler">too dear</span></p>', "It is too dear"),
        ("<pre><code>a &lt; b</code></pre><p>fails</p>", "a < b\n\nfails"),
        (f"{MAIL}Yes", "Yes"),
        (f"<p>Mine</p>{COMPANION}", "Mine"),
        ("<p>Mine</p><hr><small>PS: in Leeds</small>", "Mine\n\nPS: in Leeds"),
        ("<script>alert(1)</script><p onclick=x>Hello</p>", "Hello"),
        ("no markup at all", "no markup at all"),
        ("<b>" * 6000, ""),
    ],
)
def test_only_the_author_s_own_words_are_kept(cooked: str, kept: str) -> None:
    assert discourse_posts.words(cooked) == kept


def test_a_post_that_opens_a_topic_has_its_title_and_names_the_thread() -> None:
    post = discourse_posts.post_of(SAID | {"reply_count": 1, "posts_count": 4}, SITE, NOW)
    assert post
    assert (post.external_id, post.thread_id, post.parent_id) == ("71", "71", "")
    assert (post.title, post.text) == ("Which CRM?", "Which CRM?")
    assert (post.instance, post.community) == ("forum.example.com", "forum.example.com")
    assert post.place_key == "discourse:forum.example.com"
    assert post.url == f"{SITE}/t/which/12"
    assert (post.author, post.author_id) == ("ann", "5")
    assert post.metrics == {"replies": 3}


@pytest.mark.parametrize(
    ("known", "thread", "parent"),
    [
        ({}, "topic-12", "topic-12"),
        ({"thread": "70"}, "70", "70"),
        ({"topic": Topic("12", "T", "t", "70", locked=False, posts=3)}, "70", "70"),
        ({"thread": "70", "numbered": {2: "75"}}, "70", "75"),
    ],
)
def test_a_reply_names_the_thread_by_its_first_post_or_a_stand_in(
    known: dict[str, Any], thread: str, parent: str
) -> None:
    said = SAID | {"id": 80, "post_number": 4, "reply_to_post_number": 2}
    post = discourse_posts.post_of(said, SITE, NOW, **known)
    assert post
    assert (post.title, post.thread_id, post.parent_id) == ("", thread, parent)
    assert post.url == f"{SITE}/t/which/12/4"
    assert discourse_posts.topic_id(post) == "12"


@pytest.mark.parametrize(
    "change",
    [
        {"post_type": 3, "action_code": "closed.enabled"},
        {"post_type": 2},
        {"post_type": 4},
        {"hidden": True},
        {"cooked_hidden": True},
        {"deleted_at": "2026-03-02T11:30:00Z"},
        {"user_deleted": True},
        {"username": "system", "user_id": -1},
        {"username": "discobot"},
        {"user_id": -2},
    ],
    ids=str,
)
def test_what_no_person_shows_to_guests_is_left_out(change: dict[str, Any]) -> None:
    assert discourse_posts.post_of(SAID | change, SITE, NOW) is None


def test_a_bare_record_of_an_old_version_is_enough() -> None:
    said = {"id": "9", "created_at": "2013-02-05T21:29:00.174+00:00", "cooked": None, "username": 5}
    post = discourse_posts.post_of(said, SITE, NOW)
    assert post
    assert (post.external_id, post.thread_id, post.author, post.text) == ("9", "9", "", "")
    assert post.url == f"{SITE}/p/9"


@pytest.mark.parametrize("lacks", [{"id": None}, {"created_at": "soon"}, {"id": "x"}], ids=str)
def test_a_record_without_id_or_time_is_broken(lacks: dict[str, Any]) -> None:
    with pytest.raises((TypeError, ValueError)):
        discourse_posts.post_of(SAID | lacks, SITE, NOW)


def test_edits_languages_likes_and_locks_are_told() -> None:
    topic = Topic("12", "Which CRM?", "which", "71", locked=True, posts=3)
    acted = [{"id": 4, "count": 1}, "odd", {"id": 2, "count": 6}]
    said = SAID | {"version": 2, "locale": "pt_BR", "actions_summary": acted}
    post = discourse_posts.post_of(said, SITE, NOW, topic=topic)
    assert post
    assert post.state is PostState.EDITED
    assert post.language == "pt"
    assert post.metrics == {"score": 6, "replies": 2, "locked": 1}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (
            {"id": 12, "title": "T", "slug": "t", "closed": True, "posts_count": 2,
             "post_stream": {"posts": [{"id": 71, "post_number": 1}], "stream": [71, 80]}},
            Topic("12", "T", "t", "71", locked=True, posts=2),
        ),
        (
            {"id": 12, "fancy_title": "A &amp; B", "archived": True,
             "post_stream": {"posts": [{"id": 80, "post_number": 2}], "stream": [71, 80]}},
            Topic("12", "A & B", "", "71", locked=True, posts=None),
        ),
        ({"post_stream": []}, Topic("", "", "", "", locked=False, posts=None)),
    ],
)  # fmt: skip
def test_a_topic_is_read_from_what_is_there(said: dict[str, Any], expected: Topic) -> None:
    assert discourse_posts.topic_of(said) == expected
