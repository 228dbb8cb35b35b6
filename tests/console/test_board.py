"""The board over HTTP, as a browser without scripts uses it."""

import re

import pytest

from console.links import opportunity_path
from domain.types import Evidence, Intent, Message, MessageState, Role, Source
from tests.console.house import House, send, token, words
from tests.make import DAY, HOUR, NOW, advocate, ask, assessment, mention, message, post

KEY = post(1).key
HERE = opportunity_path(KEY)
HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(2)> \u202eevil & <b>bold</b>'


def test_the_queue_tells_what_a_reviewer_goes_by(house: House) -> None:
    house.heard(1, score=0.91, hot=True, claimed_by="Lee")
    page = house.reviewer().get("/")
    told = words(page)
    for part in ("91 %", "Hot", "Lee is looking", "Fernhill or Tidewell?", "Waiting 1", "2 h ago"):
        assert part in told
    assert f'href="{HERE}"' in page.text


def test_filters_stay_in_the_address(house: House) -> None:
    house.heard(1)
    house.heard(2, post=post(2, platform="x"))
    house.heard(3, post=post(3, platform="x"), state="approved")
    reviewer = house.reviewer()
    page = reviewer.get("/?state=open&platform=x")
    assert opportunity_path("x::t3_2") in page.text
    assert HERE not in page.text
    assert 'href="/?state=approved&amp;platform=x' in page.text
    assert opportunity_path("x::t3_3") in reviewer.get("/?state=approved&platform=x").text
    assert '<a class="back" href="/?state=approved&amp;platform=x"' in reviewer.get(HERE).text


@pytest.mark.parametrize(
    "query", ["state=nonsense", "page=0", "page=-1", "page=99999999999", "page=²", "platform=%00"]
)
def test_an_address_that_somebody_made_up_is_no_error(house: House, query: str) -> None:
    assert house.reviewer().get(f"/?{query}").status_code == 200


def test_one_opportunity_shows_all_that_one_decides_by(house: House) -> None:
    heard = post(1)
    start = heard.reading.index("Which of the two")
    because = Evidence(text="Which of the two", start=start, end=start + 16, weight=0.5)
    thought = assessment(
        heard,
        mentions=(
            mention(heard, "Fernhill", ours=True),
            mention(heard, "Tidewell", Role.CANDIDATE),
        ),
        evidence=(because,),
    )
    house.heard(1, assessment=thought)
    house.store.add_advocates(
        [
            advocate("anna", communities=("reddit:r/trades",)),
            *(advocate(who) for who in ("bo", "di", "ed")),
            advocate("cy", paused_until=NOW + DAY),
        ]
    )
    page = house.reviewer().get(HERE)
    assert "<mark>Which of the two</mark>" in page.text
    assert '<span class="product ours" title="Fernhill, ours">Fernhill</span>' in page.text
    assert '<span class="product" title="Tidewell">Tidewell</span>' in page.text
    told = words(page)
    for part in (
        "Compares products: Fernhill",
        "Weighs Fernhill against Tidewell",
        "compare 90 %",
        "Ask Anna",
        "Choose another (1 may be asked)",
        "Cy Paused until 11 March",
        "Links to us not allowed",
        "Model test-1",
    ):
        assert part in told


def test_the_life_of_an_opportunity_by_its_forms(house: House) -> None:
    house.heard(1)
    house.store.add_advocates([advocate("anna", name="Anna Okafor")])
    kim = house.reviewer("Kim")
    assert send(kim, HERE, do="claim").headers["location"] == HERE
    assert "Let it go: Kim holds it" in words(kim.get(HERE))
    assert send(kim, HERE, do="release").status_code == 303
    assert send(kim, HERE, do="snooze", until="hour").headers["location"] == "/"
    assert "Out of sight until 10 Mar 2026, 16:00" in words(kim.get("/"))
    assert "Snoozed until" in words(kim.get(HERE))
    assert send(kim, HERE, do="approve", advocate="anna").status_code == 303
    page = words(kim.get(HERE))
    assert "Approved. Anna Okafor will be asked next." in page
    assert "Kim approved this: Anna Okafor" in page
    assert "Dismiss" not in page
    assert [e.action for e in house.store.events(KEY)] == [
        *("claimed", "released", "snoozed", "approved")
    ]


def test_a_flash_is_said_once(house: House) -> None:
    house.heard(1)
    kim = house.reviewer()
    send(kim, HERE, do="claim")
    assert "It is yours" in words(kim.get(HERE))
    assert "It is yours" not in words(kim.get(HERE))


def test_dismissing_needs_a_reason_and_leads_back_to_the_queue_as_it_was(house: House) -> None:
    house.heard(1)
    kim = house.reviewer()
    kim.get("/?state=open&platform=reddit")
    assert send(kim, HERE, do="dismiss", reason="").status_code == 400
    done = send(kim, HERE, do="dismiss", reason="too_late", note="a week ago")
    assert done.headers["location"] == "/?state=open&platform=reddit"
    page = words(kim.get(HERE))
    assert "Too late to help" in page
    assert "“a week ago”" in page


@pytest.mark.parametrize(
    "form",
    [{"do": "fly"}, {"do": "snooze", "until": "never"}, {"do": "dismiss", "reason": "x"}, {}],
)
def test_a_form_that_is_none_of_ours_changes_nothing(house: House, form: dict[str, str]) -> None:
    worth = house.heard(1)
    assert send(house.reviewer(), HERE, **form).status_code == 400
    assert house.store.opportunity(KEY) == worth


def test_of_two_reviewers_the_second_is_told_plainly(house: House) -> None:
    house.heard(1)
    kim, lee = house.reviewer("Kim"), house.reviewer("Lee")
    form = {"csrf": token(lee.get(HERE)), "do": "dismiss", "reason": "other"}
    send(kim, HERE, do="approve")
    late = lee.post(HERE, data=form)
    assert late.status_code == 409
    assert "Kim approved this at 15:00 UTC. Nothing was changed by your click." in words(late)
    assert len(house.store.verdicts()) == 1


def test_whom_the_gates_protect_cannot_be_chosen_by_a_made_up_form(house: House) -> None:
    house.heard(1)
    house.store.add_advocates([advocate("bo", paused_until=NOW + DAY)])
    refused = send(house.reviewer(), HERE, do="approve", advocate="bo")
    assert refused.status_code == 409
    assert "Bo cannot be asked now: Paused until 11 March" in words(refused)


def test_the_words_of_strangers_stay_words(house: House) -> None:
    heard = post(
        1,
        title=HOSTILE,
        text=HOSTILE,
        author=HOSTILE,
        community=HOSTILE,
        external_id=f"{HOSTILE}/../?#%2F",
    )
    worth = house.heard(
        1, post=heard, topic=HOSTILE, reason=HOSTILE, claimed_by=HOSTILE, note=HOSTILE
    )
    who = advocate("anna", name=HOSTILE, role=HOSTILE, company=HOSTILE, facts=(HOSTILE,))
    house.store.add_advocates([who, advocate("gone", name=HOSTILE, left_at=NOW)])
    asked = ask(heard, "anna", state="sent", why=HOSTILE)
    house.store.add_ask(asked)
    house.store.queue([message(HOSTILE, state="dead", error=HOSTILE)])
    house.store.save_source(Source(name=HOSTILE, failures=1, last_error=HOSTILE, read_at=NOW))
    reviewer = house.reviewer(HOSTILE)
    paths = ("/", "/advocates", "/sources", "/messages", opportunity_path(worth.key))
    for path in (*paths, house.ask_path(asked)):
        page = reviewer.get(path)
        assert page.status_code == 200
        assert "alert(1)" in page.text
        assert not re.search(r"<script|<img|<b>|\u202e", page.text)
        assert "</b>" not in page.text


def test_a_key_may_hold_any_character(house: House) -> None:
    heard = post(1, platform="rss", external_id="https://a.example/../x?y=1&z=%2F#q")
    worth = house.heard(1, post=heard)
    kim = house.reviewer()
    path = opportunity_path(worth.key)
    assert f'href="{path}"' in kim.get("/").text
    assert send(kim, path, do="claim").headers["location"] == path
    assert house.store.opportunity(worth.key) == worth.revised(claimed_by="Kim")


def test_a_deleted_post_is_not_shown_any_more(house: House) -> None:
    house.heard(1, post=post(1, state="gone", text="private", title="private"))
    kim = house.reviewer()
    for path in ("/", HERE):
        assert "private" not in kim.get(path).text
        assert "deleted" in words(kim.get(path))


def test_looking_changes_nothing(house: House) -> None:
    asked = house.asked(2)
    house.heard(1)
    house.store.queue([message(state="dead")])

    def kept() -> list[object]:
        store = house.store
        return [store.opportunity(KEY), store.asks(), store.messages(), store.advocates()]

    before, kim = kept(), house.reviewer()
    paths = ("/", HERE, "/advocates", "/sources", "/messages", "/sign-in", house.ask_path(asked))
    for path in paths:
        assert kim.get(path).status_code == kim.head(path).status_code == 200
    assert kept() == before


def test_advocates_show_their_load_and_can_be_searched(house: House) -> None:
    house.asked(1)
    house.store.add_advocates([advocate("bo", name="Bo Lind", company="Rör & Co")])
    kim = house.reviewer()
    assert "Anna anna ready 1 1" in words(kim.get("/advocates"))
    found = words(kim.get("/advocates?q=rör"))
    assert "Bo Lind" in found
    assert "Anna" not in found
    assert "Nobody of that name" in words(kim.get("/advocates?q=zz"))


def test_sources_show_their_health(house: House) -> None:
    house.store.save_source(
        Source(name="x", failures=3, last_error="refused: set the token", due_at=NOW + HOUR)
    )
    house.store.save_source(Source(name="y", failures=1, last_error="slow", due_at=NOW + HOUR))
    house.store.save_source(
        Source(
            name="trades",
            read_at=NOW - HOUR,
            newest_at=NOW - DAY,
            heard=3,
            heard_at=NOW - HOUR,
            arrivals=20,
            usual_gap=7200.0,
            budget_left=12,
        )
    )
    house.store.save_source(Source(name="z", read_at=NOW, notices=("r/q is banned: take it out",)))
    told = words(house.reviewer().get("/sources"))
    assert "x failing 3 looks in a row failed: refused: set the token It is tried again" in told
    assert "in 60 min" in told
    assert "y one failure slow" in told
    assert "trades well 3 posts the last 60 min ago , usually within 4 h" in told
    assert "12 posts left of the cap 60 min ago 24 h ago due" in told
    assert "z notice r/q is banned: take it out" in told


def test_dead_letters_can_be_tried_again_once(house: House) -> None:
    dead = message(KEY, state=MessageState.DEAD, error="550 no such user", attempts=5)
    house.store.queue([dead, message("other", state=MessageState.SENT, sent_at=NOW)])
    kim = house.reviewer()
    form = {"csrf": token(kim.get("/messages")), "key": dead.key}
    assert "550 no such user" in words(kim.get("/messages"))
    assert kim.post("/messages", data=form).status_code == 303
    again = house.store.message(dead.key)
    assert isinstance(again, Message)
    assert (again.state, again.attempts) == (MessageState.QUEUED, 0)
    assert kim.post("/messages", data=form).status_code == 409


def test_nowhere_is_said_plainly(house: House) -> None:
    kim = house.reviewer()
    for path in ("/nowhere", "/o/reddit::404", "/o/%00", "/o/%ff", "/static/nothing.css", "/o/"):
        page = kim.get(path)
        assert page.status_code == 404
        assert "There is nothing here" in words(page)
    assert kim.put("/messages").status_code == 405


def test_a_page_stays_small_and_asks_no_other_host(house: House) -> None:
    for n in range(60):
        house.heard(n, post=post(n, title="Fernhill " * 40, text="and so on " * 3000))
    house.store.add_advocates([advocate(f"advocate{n}", name="N" * 60) for n in range(400)])
    kim = house.reviewer()
    for path in ("/", HERE, "/advocates"):
        page = kim.get(path)
        assert len(page.content) < 100_000, path
        assert not re.search(r'(src|href)="(https?:)?//(?!www\.reddit\.com/)', page.text)


def test_every_intent_and_reason_has_words(house: House) -> None:
    for n, intent in enumerate(Intent):
        worth = house.heard(n, intent=intent)
        assert house.reviewer().get(opportunity_path(worth.key)).status_code == 200
