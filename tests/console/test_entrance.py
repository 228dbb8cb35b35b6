"""Who is let in."""

from datetime import timedelta

import httpx
import pytest

from console.links import opportunity_path
from tests.console.house import KEY, PASSWORD, House, send, token, words
from tests.make import post

HERE = opportunity_path(post(1).key)
TEAM = ("/", HERE, "/advocates", "/sources", "/messages")


def test_behind_a_password_the_board_asks_who_you_are_first(house: House) -> None:
    house.open(password=PASSWORD)
    stranger = house.visitor()
    for path in TEAM:
        page = stranger.get(path)
        assert (page.status_code, page.headers["location"]) == (303, f"/sign-in?next={path}")
    for path in (HERE, "/messages"):
        assert stranger.post(path, data={"do": "approve"}).headers["location"] == "/sign-in"


def test_signing_in_leads_to_where_one_wanted_to_go_and_out_again(house: House) -> None:
    house.open(password=PASSWORD)
    house.heard(1)
    kim = house.visitor()
    said = {"name": "Kim", "password": PASSWORD}
    entered = send(kim, f"/sign-in?next={HERE}", **said, next=HERE)
    assert entered.headers["location"] == HERE
    assert send(kim, HERE, do="claim").status_code == 303
    left = kim.post("/sign-out", data={"csrf": token(kim.get("/"))})
    assert left.headers["location"] == "/sign-in"
    assert kim.get("/").status_code == 303


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "",
        "\t/",
    ],
)
def test_signing_in_never_leads_to_another_site(house: House, target: str) -> None:
    house.open(password=PASSWORD)
    said = {"name": "Kim", "password": PASSWORD, "next": target}
    assert send(house.visitor(), "/sign-in", **said).headers["location"] == "/"


def test_a_wrong_password_is_refused_and_five_are_enough(house: House) -> None:
    house.open(password=PASSWORD)
    guesser = house.visitor()
    wrong = {"name": "Kim", "password": "open sesam"}
    assert [send(guesser, "/sign-in", **wrong).status_code for _ in range(6)] == [*[403] * 5, 429]
    right = {"name": "Kim", "password": PASSWORD}
    assert send(guesser, "/sign-in", **right).status_code == 429
    assert guesser.get("/").status_code == 303
    house.clock.now += timedelta(minutes=6)
    assert send(guesser, "/sign-in", **right).status_code == 303


def test_a_nameless_reviewer_is_asked_for_a_name(house: House) -> None:
    house.open(password=PASSWORD)
    nobody = send(house.visitor(), "/sign-in", name=" \u202e ", password=PASSWORD)
    assert nobody.status_code == 422
    assert "Say who you are" in words(nobody)


def test_no_reviewer_can_sign_as_an_advocate(house: House) -> None:
    house.heard(1)
    send(house.reviewer("advocate:anna"), HERE, do="claim")
    assert house.store.events(post(1).key)[0].actor == "advocate anna"


def test_another_password_ends_all_sessions(house: House) -> None:
    house.open(password=PASSWORD)
    kim = house.reviewer("Kim", PASSWORD)
    assert kim.get("/").status_code == 200
    house.open(password="another one")
    assert kim.get("/").status_code == 303


def test_a_session_that_somebody_made_is_none(house: House) -> None:
    house.open(password=PASSWORD)
    forger = house.visitor()
    forger.cookies.set("goodword", "eyJpbiI6IHRydWV9.aaaaaa.bbbbbb")
    assert forger.get("/").status_code == 303


@pytest.mark.parametrize("given", ["", "x" * 32, None])
def test_a_form_without_its_token_changes_nothing(house: House, given: str | None) -> None:
    worth = house.heard(1)
    kim = house.reviewer()
    kim.get(HERE)
    form = {"do": "approve"} | ({} if given is None else {"csrf": given})
    refused = kim.post(HERE, data=form)
    assert refused.status_code == 403
    assert "Nothing was changed" in words(refused)
    assert house.store.opportunity(worth.key) == worth


def test_the_token_of_another_session_is_worth_nothing(house: House) -> None:
    worth = house.heard(1)
    kim, lee = house.reviewer("Kim"), house.reviewer("Lee")
    theirs = token(lee.get(HERE))
    assert kim.post(HERE, data={"csrf": theirs, "do": "approve"}).status_code == 403
    assert house.store.opportunity(worth.key) == worth


@pytest.mark.parametrize("path", ["/sign-in", "/messages", "/sign-out"])
def test_every_other_form_needs_its_token_too(house: House, path: str) -> None:
    assert house.reviewer().post(path, data={"name": "x", "key": "y"}).status_code == 403


def test_on_this_machine_nobody_has_to_sign_in(house: House) -> None:
    house.heard(1)
    visitor = house.visitor()
    assert send(visitor, HERE, do="claim").status_code == 303
    assert house.store.events(post(1).key)[0].actor == "board"
    assert send(visitor, "/sign-in", name="Kim").status_code == 303
    assert ">Kim<" in visitor.get("/").text


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", ""])
def test_on_this_machine_it_answers_to_its_own_names_only(house: House, host: str) -> None:
    answer = house.visitor().get("/", headers={"host": host})
    assert answer.status_code == 421
    assert "goodword" not in answer.cookies


def test_without_a_password_the_board_stays_closed_to_all_but_this_machine(house: House) -> None:
    asked = house.asked(1)
    house.open(options={"base_url": "https://goodword.example.com"})
    outside = {"host": "goodword.example.com"}
    visitor = house.visitor()
    for path in (*TEAM, "/sign-in"):
        assert visitor.get(path, headers=outside).status_code == 403
    assert visitor.get("/", headers={"x-forwarded-for": "203.0.113.9"}).status_code == 403
    assert visitor.get(house.ask_path(asked), headers=outside).status_code == 200
    assert visitor.get("/").status_code == 200


def test_every_answer_carries_the_headers_that_keep_browsers_safe(house: House) -> None:
    house.open(password=PASSWORD, options={"base_url": "https://goodword.example.com"})
    visitor = house.visitor()
    for path in ("/", "/sign-in", "/nowhere", "/static/board.css", "/healthz", "/a/x"):
        headers = visitor.get(path).headers
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["strict-transport-security"]
        assert "server" not in headers


def test_the_cookie_is_for_this_site_and_not_for_scripts(house: House) -> None:
    house.open(password=PASSWORD, options={"base_url": "https://goodword.example.com"})
    cookie = house.visitor().get("/sign-in").headers["set-cookie"].lower()
    for mark in ("httponly", "samesite=lax", "secure"):
        assert mark in cookie
    assert KEY not in cookie


def test_too_much_is_refused_before_it_is_read(house: House) -> None:
    kim = house.reviewer()
    assert kim.post("/sign-in", content=b"a" * 1_000_001).status_code == 413

    def without_a_length() -> httpx.Response:
        parts = (b"a" * 100_000 for _ in range(20))
        form = {"content-type": "application/x-www-form-urlencoded"}
        return kim.post("/sign-in", content=parts, headers=form)

    assert without_a_length().status_code == 413
    assert kim.post("/sign-in", data={f"f{n}": "" for n in range(1000)}).status_code == 400
    assert kim.post("/sign-in", files={"f": b"x"}).status_code == 400
