"""Reddit: sign-in, and the requests that all sources of one app share."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from demo.faults import html, status
from domain.errors import SourceError
from listeners import reddit, sessions
from tests.listeners.played import NOW, SECRETS, Played, given
from tests.listeners.test_reddit import COMMENT, THREAD, of


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (status(401, "{}"), "check GOODWORD_REDDIT_CLIENT_ID and GOODWORD_REDDIT_CLIENT_SECRET"),
        (status(400, '{"error": 400}'), "does not let us sign in .HTTP 400.: check GOODWORD"),
        (status(200, '{"error": "invalid_grant"}'), "check GOODWORD_REDDIT_CLIENT_ID"),
        (status(503), "HTTP 503"),
        (status(404), "HTTP 404"),
        (status(429, retry_after="60"), "too often"),
        (html(), "something that is not"),
        (status(200, "{}"), "something that is not"),
        (status(200, "[]"), "something that is not"),
        (status(200, '{"access_token": "a", "expires_in": 1, "scope": 1}'), "something that is"),
    ],
    ids=["401", "400", "grant", "503", "404", "429", "html", "empty", "list", "scope"],
)
def test_a_sign_in_that_fails_says_what_to_do(fault: Any, words: str, played: Played) -> None:
    played.server.fail("/reddit/api/v1/access_token", fault)
    with pytest.raises(SourceError, match=words):
        of(played).fetch(None)


def test_wrong_and_missing_credentials_name_their_secrets(played: Played) -> None:
    options = reddit.Options(name="r", subreddits=("crm",), api_url=f"{played.server.url}/reddit")
    wrong = dict.fromkeys(SECRETS, "wrong")
    with pytest.raises(SourceError, match="check GOODWORD_REDDIT_CLIENT_ID"):
        reddit.make(options, given(secrets=wrong)).fetch(None)
    with pytest.raises(SourceError, match="set GOODWORD_REDDIT_CLIENT_ID, GOODWORD_REDDIT_CLIENT"):
        reddit.make(options, given(secrets={})).fetch(None)
    assert played.server.seen("/reddit/r") == []


def test_the_sign_in_is_kept_between_looks(played: Played) -> None:
    listener = of(played)
    for _ in range(2):  # each look may come from another thread
        with ThreadPoolExecutor(4) as pool:
            assert len({batch.cursor for batch in pool.map(listener.fetch, [None] * 4)}) == 1
    assert len(played.server.seen("/reddit/api/v1/access_token")) == 1
    assert "goodword" in played.server.seen("/reddit/r")[0].headers["user-agent"]


def test_a_token_that_is_withdrawn_is_replaced_once(played: Played) -> None:
    listener = of(played, comments=False)
    listener.fetch(None)
    played.reddit.withdraw_tokens()
    played.reddit.add(THREAD)
    assert len(listener.fetch(None).posts) == 1
    assert len(played.server.seen("/reddit/api/v1/access_token")) == 2
    played.server.fail("/reddit/r", status(401, '{"error": 401}'), times=None)
    with pytest.raises(SourceError, match=r"does not know us \(HTTP 401\): check GOODWORD"):
        listener.fetch(None)
    assert len(played.server.seen("/reddit/api/v1/access_token")) == 3


def test_a_right_that_the_app_lacks_is_not_taken_for_a_closed_subreddit(played: Played) -> None:
    said = 'Bearer realm="reddit", error="insufficient_scope"'
    played.server.fail("/reddit/r", status(403, "{}", www_authenticate=said), times=None)
    with pytest.raises(SourceError, match="the app lacks the right to read; check GOODWORD"):
        of(played).fetch(None)


def test_all_sources_of_one_app_share_its_requests(played: Played) -> None:
    """The last answer of a period says so; after it nobody asks, whichever source it was."""
    played.reddit.add(THREAD)
    played.reddit.budget = 1
    options = reddit.Options(name="r", subreddits=("crm",), api_url=f"{played.server.url}/reddit")
    one, other = (reddit.make(options, known) for known in [given()] * 2)
    batch = one.fetch(None)
    assert [post.external_id for post in batch.posts] == ["t3_abc"]
    assert batch.again_in == timedelta(minutes=10)
    assert "comments of r/crm could not be read this time" in str(batch.failed)
    with pytest.raises(SourceError) as caught:
        other.fetch(None)
    assert caught.value.retry_after == timedelta(minutes=10)
    assert len(played.server.seen("/reddit/r")) == 1


def test_nobody_sleeps_though_reddit_says_that_few_requests_are_left(played: Played) -> None:
    """prawcore would wait up to ten seconds before each."""
    played.reddit.add(THREAD)
    played.reddit.budget = 12
    listener = of(played)
    for _ in range(5):
        assert len(listener.fetch(None).posts) == 1


def test_a_look_that_fails_half_way_keeps_what_it_has_read(played: Played) -> None:
    played.reddit.add(THREAD, COMMENT)
    listener = of(played)
    played.server.fail("/reddit/r/crm/comments", status(503))
    batch = listener.fetch(None)
    assert [post.external_id for post in batch.posts] == ["t3_abc"]
    assert str(batch.failed).startswith(
        "comments of r/crm could not be read this time: reddit: Reddit is out"
    )
    assert [post.external_id for post in listener.fetch(batch.cursor).posts] == ["t1_def"]
    played.server.fail("/reddit/r/crm/comments", status(503))
    with pytest.raises(SourceError, match="HTTP 503"):  # nothing else is new
        listener.fetch(batch.cursor)


def test_a_huge_answer_is_not_read(played: Played) -> None:
    options = reddit.Options(name="r", subreddits=("crm",), api_url=f"{played.server.url}/reddit")
    listener = reddit.RedditListener(
        options, SECRETS, lambda: NOW, sessions.Timeouts(1.2, 1.2, size=2000)
    )
    played.reddit.add(*(THREAD.model_copy(update={"id": f"t3_{n}"}) for n in range(20)))
    with pytest.raises(SourceError, match="sent more than 2,000 bytes"):
        listener.fetch(None)
