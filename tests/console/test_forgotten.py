"""What people see of a question that was taken back, by the links and buttons that they have."""

import pytest

from console.links import opportunity_path
from domain.errors import StaleError
from domain.types import Closed, Dismissal
from tests.console.house import House, words
from tests.letting_go import forget
from tests.make import post

HERE = opportunity_path(post(1).key)


def test_the_team_finds_it_closed_and_without_a_word(house: House) -> None:
    house.heard(1, post=post(1, text="We run a slate quarry.", author="quillfeather"))
    assert forget(house.store, post(1).key)
    kim = house.reviewer()
    assert "Fernhill or Tidewell" not in kim.get("/").text
    assert "deleted" in words(kim.get("/?state=closed"))
    told = kim.get(HERE)  # a link from before leads there
    assert "This post was deleted" in words(told)
    for trace in ("quarry", "quillfeather", "Fernhill or Tidewell", post(1).url):
        assert trace not in told.text


def test_a_click_on_what_is_taken_back_changes_nothing_and_says_why(house: House) -> None:
    house.heard(1)
    assert forget(house.store, post(1).key)
    with pytest.raises(StaleError, match="deleted"):
        house.desk.approve(post(1).key, "Kim")
    with pytest.raises(StaleError, match="deleted"):
        house.desk.dismiss(post(1).key, "Kim", Dismissal.OTHER)
    kept = house.store.opportunity(post(1).key)
    assert kept
    assert kept.closed_as is Closed.GONE


def test_the_link_in_the_mail_still_leads_somewhere(house: House) -> None:
    ask = house.asked(1)
    path = house.ask_path(ask)
    assert forget(house.store, post(1).key)
    told = words(house.visitor().get(path))
    assert "The question was deleted" in told
    assert "Which of the two would you get" not in told
    late = house.visitor().post(path, data={"choice": "yes"})
    assert late.status_code == 409
    assert "the question was deleted" in words(late)


def test_a_pause_is_heard_all_the_same(house: House) -> None:
    ask = house.asked(1)
    assert forget(house.store, post(1).key)
    house.visitor().post(house.ask_path(ask), data={"choice": "pause"})
    person = house.store.advocate(ask.advocate)
    assert person
    assert person.paused_until
