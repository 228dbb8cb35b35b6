"""Closed subreddits among many: named, left out, tried again; the others go on."""

from datetime import timedelta

import pytest

from demo.faults import status
from domain.errors import SourceError
from tests.listeners.played import Played
from tests.listeners.test_reddit_many import NAMES, Clock, ids, listener, look, post

CLOSED = {
    "missing": "r/hidden does not exist, and is left out: check its spelling in `subreddits`",
    "private": (
        "r/hidden is private or closed to this app, and is left out: take it out of `subreddits`, "
        "or ask to be let in"
    ),
    "quarantined": (
        "r/hidden is quarantined, which no app without an account may read, and is left out: "
        "take it out of `subreddits`"
    ),
    "banned": (
        "r/hidden does not exist or is banned, and is left out: take it out of `subreddits`"
    ),
}


@pytest.mark.parametrize("closed", CLOSED)
def test_a_closed_subreddit_is_named_each_time_and_does_not_silence_the_others(
    closed: str, played: Played
) -> None:
    getattr(played.reddit, closed).add("hidden")
    played.reddit.add(post("crm"))
    batch, _ = look(played, ["hidden", "crm"])
    assert ids(batch) == {"t3_crm0"}
    assert batch.notices == (CLOSED[closed],)
    again, requests = look(played, ["hidden", "crm"], batch.cursor)  # by another process
    assert (again.notices, requests) == (batch.notices, 1)  # it is not asked for again at once
    with pytest.raises(SourceError, match=CLOSED[closed].partition(",")[0]):
        look(played, ["hidden"])


def test_for_legal_reasons(played: Played) -> None:
    played.server.fail("/reddit/r/crm/new", status(451))
    with pytest.raises(SourceError, match="may not be shown for legal reasons"):
        listener(played, Clock(), subreddits=["crm"]).fetch(None)


def test_a_few_closed_ones_among_many_are_found_in_few_requests(played: Played) -> None:
    played.reddit.private.add("sub17")
    played.reddit.banned.add("sub18")
    played.reddit.missing.add("sub230")
    played.reddit.add(*(post(name) for name in NAMES))
    batch, requests = look(played, NAMES)
    assert len(batch.posts) == 247
    assert len(batch.notices) == 3
    assert requests < 35
    _, requests = look(played, NAMES, batch.cursor)
    assert requests == 3


def test_comments_of_a_closed_subreddit_are_not_asked_for(played: Played) -> None:
    played.reddit.private.add("hidden")
    played.reddit.add(post("crm"), post("sales"))
    look(played, ["crm", "hidden", "sales"], comments=True)
    paths = [seen.path for seen in played.server.seen("/reddit/r/") if "comments" in seen.path]
    assert paths == ["/reddit/r/crm+sales/comments"]


def test_after_an_hour_it_is_tried_again_and_what_was_missed_is_read(played: Played) -> None:
    clock, names = Clock(), ["crm", "hidden"]
    source = listener(played, clock, subreddits=names)
    played.reddit.add(post("hidden"), post("crm"))
    cursor = source.fetch(None).cursor
    played.reddit.private.add("hidden")
    cursor = source.fetch(cursor).cursor
    played.reddit.private.clear()
    clock.now += timedelta(minutes=30)
    missed = post("hidden", 1, minutes_ago=-1)
    played.reddit.add(missed, post("crm", 1, minutes_ago=-29))
    batch = source.fetch(cursor)
    assert ids(batch) == {"t3_crm1"}
    clock.now += timedelta(minutes=31)
    batch = source.fetch(batch.cursor)
    assert (ids(batch), batch.notices) == ({"t3_hidden1"}, ())


def test_while_it_stays_closed_trying_again_costs_one_request(played: Played) -> None:
    clock, names = Clock(), ["crm", "hidden", "sales"]
    played.reddit.private.add("hidden")
    played.reddit.add(post("crm"), post("sales"))
    cursor = listener(played, clock, subreddits=names).fetch(None).cursor
    clock.now += timedelta(hours=2)
    played.server.reset()
    batch = listener(played, clock, subreddits=names).fetch(cursor)
    assert len(played.server.seen("/reddit/r/")) == 2
    assert len(batch.notices) == 1


def test_subreddits_that_are_all_closed_are_all_named(played: Played) -> None:
    played.reddit.private.add("one1")
    played.reddit.missing.add("two2")
    with pytest.raises(SourceError) as caught:
        look(played, ["one1", "two2"])
    assert "r/one1 is private" in str(caught.value)
    assert "r/two2 does not exist" in str(caught.value)
    assert str(caught.value).endswith("check `subreddits`")


def test_a_search_goes_on_though_all_subreddits_are_closed(played: Played) -> None:
    played.reddit.private.add("hidden")
    played.reddit.add(post("crm"))
    batch, _ = look(played, ["hidden"], search="A OR B")
    assert ids(batch) == {"t3_crm0"}
    assert len(batch.notices) == 1
    _, requests = look(played, ["hidden"], batch.cursor, search="A OR B")
    assert requests == 1


def test_an_app_that_may_read_nothing_does_not_ask_for_each(played: Played) -> None:
    played.server.fail("/reddit/r/", status(403, "{}"), times=None)
    with pytest.raises(SourceError, match=r"the first 20 subreddits .* closed to this app: check"):
        look(played, NAMES, comments=True)
    assert len(played.server.seen("/reddit/r/")) < 60


def test_a_list_that_is_missing_does_not_close_a_subreddit_whose_other_list_is_there(
    played: Played,
) -> None:
    played.reddit.add(post("crm"))
    played.server.fail("/reddit/r/crm/comments", status(404, "{}"))
    batch, _ = look(played, ["crm"], comments=True)
    assert ids(batch) == {"t3_crm0"}
    assert str(batch.failed).startswith("comments of r/crm could not be read this time")


def test_a_closed_one_of_which_reddit_says_nothing_is_found_by_and_by(played: Played) -> None:
    """A request for many may leave it out without a word."""
    played.reddit.omits = True
    played.reddit.private.add("hidden")
    played.reddit.add(post("crm"))
    source = listener(played, Clock(), subreddits=["crm", "quiet", "hidden"])
    cursor = source.fetch(None).cursor
    assert source.fetch(cursor).notices == ()  # it asked for r/quiet alone, and all is well there
    batch = source.fetch(cursor)
    assert batch.notices == (CLOSED["private"],)
    played.server.reset()
    source.fetch(batch.cursor)
    assert len(played.server.seen("/reddit/r/")) == 1  # neither is asked about for a day


def test_that_a_silent_one_cannot_be_asked_about_spoils_nothing(played: Played) -> None:
    played.reddit.add(post("crm"))
    source = listener(played, Clock(), subreddits=["crm", "quiet"])
    played.server.fail("/reddit/r/quiet/", status(503))
    batch = source.fetch("{}")
    assert (ids(batch), batch.notices) == ({"t3_crm0"}, ())
