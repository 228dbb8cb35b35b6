"""What an advocate meets behind a link, and who else opens links."""

import httpx
import pytest
from itsdangerous import TimestampSigner, URLSafeTimedSerializer

from console import links
from domain.types import Ask, AskState
from tests.console.house import KEY, House, words
from tests.make import DAY, NOW, advocate, post

REPLY = "https://www.reddit.com/r/trades/comments/1/_/c9/"


def kept(house: House, ask: Ask) -> Ask:
    found = house.store.ask(ask.key)
    assert found
    return found


def test_the_page_says_who_asks_why_you_and_what_matters(house: House) -> None:
    ask = house.asked(1, why="same industry; moved from Tidewell")
    page = house.visitor().get(house.ask_path(ask))
    told = words(page)
    for part in (
        "Kingwren",
        "Could you help somebody decide?",
        "On r/trades (Reddit)",
        "Which of the two would you get?",
        "same industry; moved from Tidewell",
        "I am a customer of Kingwren, and they pointed me to this thread.",
        "Please leave out links to Kingwren.",
        "It helps most until Wed 11 March, 15:00 (Europe/London)",
        "first time this quarter",
    ):
        assert part in told
    assert page.headers.get("set-cookie") is None
    assert post(1).url in page.text


@pytest.mark.parametrize(
    ("choice", "told"),
    [
        ("yes", "You said yes on Tue 10 March, 15:00 (Europe/London)"),
        ("not_this", "You passed on this one"),
        ("not_now", "Another time, then"),
        ("pause", "You are having a pause until Thu 9 April"),
        ("leave", "You will not hear from us again"),
    ],
)
def test_one_tap_is_an_answer_and_the_link_then_tells_what_was_answered(
    house: House, choice: str, told: str
) -> None:
    path = house.ask_path(house.asked(1))
    visitor = house.visitor()
    done = visitor.post(path, data={"choice": choice})
    assert (done.status_code, done.headers["location"]) == (303, path)
    assert told in words(visitor.get(path))


def test_the_mails_choice_stands_out_and_decides_nothing(house: House) -> None:
    ask = house.asked(1)
    page = house.visitor().get(f"{house.ask_path(ask)}?choose=not_now")
    assert '<button class="first" name="choice" value="not_now">Not now</button>' in page.text
    assert "You chose “Not now” in our message. One more tap makes it so." in words(page)
    assert kept(house, ask) == ask
    assert house.visitor().get(f"{house.ask_path(ask)}?choose=<script>").status_code == 200


def test_from_yes_to_the_link_to_the_reply(house: House) -> None:
    ask = house.asked(1)
    path, visitor = house.ask_path(ask), house.visitor()
    visitor.post(path, data={"choice": "yes"})
    wrong = visitor.post(path, data={"url": "https://evil.example/me"})
    assert wrong.status_code == 422
    assert "the question stands on reddit.com" in words(wrong)
    assert 'value="https://evil.example/me"' in wrong.text
    assert kept(house, ask).state is AskState.ACCEPTED
    assert visitor.post(path, data={"url": REPLY}).status_code == 303
    assert (kept(house, ask).state, kept(house, ask).reply_url) == ("done", REPLY)
    assert "we will have a look" in words(visitor.get(path))


def test_a_reply_may_be_told_without_a_yes_before(house: House) -> None:
    ask = house.asked(1)
    house.visitor().post(house.ask_path(ask), data={"url": REPLY})
    assert kept(house, ask).state is AskState.DONE


def test_who_said_yes_may_still_say_no(house: House) -> None:
    ask = house.asked(1, state="accepted", answered_at=NOW)
    house.visitor().post(house.ask_path(ask), data={"choice": "not_this"})
    assert kept(house, ask).dropped_as == "declined"


def test_an_ask_that_is_over_says_so_and_still_lets_one_leave(house: House) -> None:
    ask = house.asked(1, state="dropped", dropped_as="silent")
    path, visitor = house.ask_path(ask), house.visitor()
    assert "This one has passed" in words(visitor.get(path))
    late = visitor.post(path, data={"choice": "yes"})
    assert late.status_code == 409
    assert "This ask is over: no answer came in time" in words(late)
    assert visitor.post(path, data={"choice": "leave"}).status_code == 303
    assert "You asked us on Tue 10 March" in words(visitor.get(path))


@pytest.mark.parametrize("form", [{}, {"choice": "everything"}, {"choice": ""}])
def test_a_form_without_an_answer_changes_nothing(house: House, form: dict[str, str]) -> None:
    ask = house.asked(1)
    assert house.visitor().post(house.ask_path(ask), data=form).status_code == 409
    assert kept(house, ask) == ask


def test_facts_are_held_back_where_nobody_may_be_asked_and_words_when_the_post_is_gone(
    house: House,
) -> None:
    house.heard(1, post=post(1, state="gone", text="private words"))
    ask = house.asked(1)
    told = words(house.visitor().get(house.ask_path(ask)))
    assert "The question was deleted" in told
    assert "private words" not in told
    assert "I'll answer" not in told


def old_link(secret: str, key: str, days: int) -> str:
    """As `ask_link` would have made it `days` ago."""

    class Earlier(TimestampSigner):
        def get_timestamp(self) -> int:
            return super().get_timestamp() - days * 86_400

    made = links._ask_signer(secret)
    serializer = URLSafeTimedSerializer(
        secret, salt=made.salt, signer=Earlier, signer_kwargs=made.signer_kwargs
    )
    return f"/a/{serializer.dumps({'ask': key})}"


def test_a_link_runs_out_after_two_weeks_and_says_so_kindly(house: House) -> None:
    ask = house.asked(1)
    visitor = house.visitor()
    assert visitor.get(old_link(KEY, ask.key, 13)).status_code == 200
    for answer in (
        visitor.get(old_link(KEY, ask.key, 15)),
        visitor.post(old_link(KEY, ask.key, 15), data={"choice": "yes"}),
    ):
        assert answer.status_code == 410
        assert "Nothing is expected of you" in words(answer)
    assert kept(house, ask) == ask


def tampered(path: str) -> dict[str, str]:
    token = path.removeprefix("/a/")
    body, stamp, signature = token.rsplit(".", 2)
    other = links.ask_link("", KEY, "reddit::t3_1@bo").removeprefix("/a/").split(".")[0]
    return {
        "cut short": f"/a/{token[:-3]}",
        "another ask": f"/a/{other}.{stamp}.{signature}",
        "a later time": f"/a/{body}.{'z' + stamp[1:]}.{signature}",
        "another key": links.ask_link("", "x" * 32, "reddit::t3_1@anna"),
        "for another purpose": links.unsubscribe_link("", KEY, "anna").replace("/u/", "/a/"),
        "none at all": "/a/hello",
        "strange letters": "/a/%00%ff%E2%80%AE",
        "far too long": "/a/" + "a" * 20_000,
    }


@pytest.mark.parametrize("how", tampered(links.ask_link("", KEY, "x")))
def test_a_link_that_somebody_changed_leads_nowhere(house: House, how: str) -> None:
    ask = house.asked(1)
    path = tampered(house.ask_path(ask))[how]
    visitor = house.visitor()
    for answer in (visitor.get(path), visitor.post(path, data={"choice": "yes"})):
        assert answer.status_code == 404
        assert "This link is not complete" in words(answer)
    assert kept(house, ask) == ask


def test_what_we_no_longer_keep_is_said_so(house: House) -> None:
    ask = house.asked(1)
    house.store.erase_advocate("anna")
    visitor = house.visitor()
    assert "no longer keep" in words(visitor.get(house.ask_path(ask)))
    assert visitor.post(house.ask_path(ask), data={"choice": "yes"}).status_code == 404


# One-click unsubscribing, RFC 8058


def stop_path(who: str = "anna") -> str:
    return links.unsubscribe_link("", KEY, who)


def one_click_urlencoded(visitor: httpx.Client) -> httpx.Response:
    return visitor.post(stop_path(), data={"List-Unsubscribe": "One-Click"})


def one_click_multipart(visitor: httpx.Client) -> httpx.Response:
    return visitor.post(stop_path(), files={"List-Unsubscribe": (None, "One-Click")})


@pytest.mark.parametrize("click", [one_click_urlencoded, one_click_multipart])
def test_one_post_without_cookie_or_redirect_ends_all_messages(house: House, click) -> None:  # type: ignore[no-untyped-def]
    ask = house.asked(1)
    answer = click(house.visitor())
    assert answer.status_code == 200
    assert answer.headers.get("set-cookie") is None
    anna = house.store.advocate("anna")
    assert anna
    assert anna.left_at == NOW
    assert kept(house, ask).dropped_as == "left"
    assert click(house.visitor()).status_code == 200


def test_opening_the_unsubscribe_link_only_offers_the_button(house: House) -> None:
    house.store.add_advocates([advocate()])
    visitor = house.visitor()
    assert visitor.head(stop_path()).status_code == 200
    page = visitor.get(stop_path())
    assert "Stop all messages" in words(page)
    assert house.store.advocates() == [advocate()]
    one_click_urlencoded(visitor)
    assert "You will not hear from us again" in words(visitor.get(stop_path()))


def test_an_unsubscribe_link_never_expires_and_outlives_the_person(house: House) -> None:
    assert house.visitor().post(stop_path("erased long ago")).status_code == 200


def test_an_unsubscribe_link_that_somebody_changed_leads_nowhere(house: House) -> None:
    house.store.add_advocates([advocate()])
    visitor = house.visitor()
    for path in (stop_path()[:-2], "/u/x", house.ask_path(house.asked(2)).replace("/a/", "/u/")):
        assert visitor.get(path).status_code == visitor.post(path).status_code == 404
    assert house.store.advocate("anna") == advocate()


def test_a_pause_is_shown_with_its_end(house: House) -> None:
    house.store.add_advocates([advocate("bo", paused_until=NOW + 3 * DAY)])
    ask = house.asked(1, "bo")
    assert "You are having a pause until Fri 13 March" in words(
        house.visitor().get(house.ask_path(ask))
    )
