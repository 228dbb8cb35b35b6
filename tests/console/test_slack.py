"""Clicks in Slack: the real SDK and real signed requests; only Slack itself is played."""

import hmac
import json
import time
from collections.abc import Iterator
from urllib.parse import urlencode

import httpx
import pytest

from console.slack import SlackDoor, make
from demo.players.slack import CHANNEL, Member, SlackPlayer
from demo.server import LoopbackServer
from domain.types import Dismissal, MessageKind, MessageState
from notifiers import messages
from notifiers.base import Address
from notifiers.clicks import ask_action
from notifiers.slack import Options, SlackNotifier
from tests.console.house import House
from tests.make import DAY, NOW, advocate, message, post

KEY = post(1).key
SECRET = "signed and sealed"
KIM, LEE = Member("U0KIM", "Kim"), Member("U0LEE", "Lee")
SECRETS = {"GOODWORD_SLACK_BOT_TOKEN": "xoxb-test", "GOODWORD_SLACK_SIGNING_SECRET": SECRET}


class Channel:
    """The team's channel, with the card of one opportunity in it."""

    def __init__(self, house: House, player: SlackPlayer, server: LoopbackServer) -> None:
        self.house, self.player = house, player
        self.options = Options(channel=CHANNEL, api_url=f"{server.url}/slack/api/")
        door = make(house.desk, self.options, SECRETS)
        house.open(slack=door)
        player.actions_url = f"{house.base}/slack/events"
        self.ts = self._card()

    def _card(self) -> str:
        view = self.house.desk.view(KEY)
        assert view
        letter = messages.card(
            *view.item, view.shortlist, view.people, f"{self.house.base}/o/{KEY}", NOW
        )
        sent = SlackNotifier(self.options, "xoxb-test").send(Address(), letter)
        row = message(KEY, channel="slack", state=MessageState.SENT, provider_id=sent)
        self.house.store.queue([row])
        return sent.partition(":")[2]

    def click(self, action: str, value: str | None = None, who: Member = KIM) -> str:
        """What the one who clicked was told; the click itself has to be acknowledged at once."""
        before = len(self.player.workspace.asides)
        answer = self.player.click(self.ts, action, value, user=who.id)
        assert (answer.status_code, answer.text) == (200, "")
        for _ in range(500):  # it is answered after it is acknowledged, in a thread of Bolt's
            if len(self.player.workspace.asides) > before:
                return str(self.player.workspace.asides[-1]["text"])
            time.sleep(0.01)
        raise AssertionError("the click was never answered")


@pytest.fixture(scope="module")
def played() -> Iterator[tuple[SlackPlayer, LoopbackServer]]:
    player = SlackPlayer(members=(KIM, LEE), signing_secret=SECRET)
    with LoopbackServer([player]) as server:
        yield player, server


@pytest.fixture
def channel(house: House, played: tuple[SlackPlayer, LoopbackServer]) -> Channel:
    house.heard(1)
    near = {"communities": ("reddit:r/trades",)}
    house.store.add_advocates(
        [advocate("anna", name="Anna Okafor", **near), advocate("bo", **near)]
    )
    return Channel(house, *played)


@pytest.mark.parametrize(
    ("action", "value", "told", "kept"),
    [
        ("approve", None, "Approved. The best one free", {"state": "approved", "chosen": ""}),
        (ask_action("anna"), None, "Approved. Anna Okafor is asked", {"chosen": "anna"}),
        ("dismiss", "too_late", "Dismissed: too late", {"dismissal": Dismissal.TOO_LATE}),
        ("snooze", None, "Out of sight until 11 March, 09:00", {"state": "open"}),
        ("claim", None, "It is yours", {"claimed_by": "Kim"}),
    ],
)
def test_each_button_does_what_it_says_and_the_card_is_drawn_again(
    channel: Channel, action: str, value: str | None, told: str, kept: dict[str, object]
) -> None:
    assert channel.click(action, value).startswith(told)
    became = channel.house.store.opportunity(KEY)
    assert became
    assert {name: getattr(became, name) for name in kept} == kept
    assert channel.house.store.events(KEY)[0].actor == "Kim"
    redraws = [m for m in channel.house.store.messages() if m.kind is MessageKind.REDRAW]
    assert [(m.about, m.turn) for m in redraws] == [(KEY, became.version)]


def test_the_second_click_of_a_double_one_and_of_a_colleague_are_told_who_was_first(
    channel: Channel,
) -> None:
    channel.click("approve")
    for who in (KIM, LEE):
        assert channel.click("dismiss", "other", who) == "Kim approved this at 15:00 UTC"
    assert len(channel.house.store.verdicts()) == 1
    assert len([m for m in channel.house.store.messages() if m.kind is MessageKind.REDRAW]) == 1


def test_a_click_after_a_decision_on_the_board_is_told_so(channel: Channel) -> None:
    channel.house.desk.dismiss(KEY, "<!channel> *Robin*", Dismissal.NOT_OURS)
    told = channel.click("claim")
    assert "&lt;!channel&gt;" in told
    assert "<!channel>" not in told


def test_whom_the_gates_protect_is_not_asked_by_an_old_card(channel: Channel) -> None:
    anna = channel.house.store.advocate("anna")
    assert anna
    channel.house.store.swap((anna, anna.revised(paused_until=NOW + DAY)))
    assert "cannot be asked now: Paused" in channel.click(ask_action("anna"))


def test_the_button_that_leads_to_the_board_is_acknowledged(channel: Channel) -> None:
    assert channel.player.click(channel.ts, "open").status_code == 200
    assert channel.house.store.events(KEY) == []


def payload(**changes: object) -> str:
    said = {
        "type": "block_actions",
        "user": {"id": "U0KIM", "name": "Kim", "team_id": "T0GOODWORD"},
        "team": {"id": "T0GOODWORD"},
        "api_app_id": "A0",
        "container": {"type": "message", "message_ts": "1.1", "channel_id": CHANNEL},
        "actions": [{"type": "button", "action_id": "approve", "value": KEY, "block_id": "b"}],
        **changes,
    }
    return urlencode({"payload": json.dumps(said)})


def sign(body: str, *, secret: str = SECRET, age: int = 0) -> dict[str, str]:
    stamp = str(int(time.time()) - age)
    signed = hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), "sha256").hexdigest()
    return {
        "content-type": "application/x-www-form-urlencoded",
        "x-slack-request-timestamp": stamp,
        "x-slack-signature": f"v0={signed}",
    }


def post_to(house: House, body: str | bytes, headers: dict[str, str]) -> httpx.Response:
    return house.visitor().post("/slack/events", content=body, headers=headers)


def forged() -> dict[str, tuple[str | bytes, dict[str, str]]]:
    body = payload()
    good = sign(body)
    return {
        "signed with another secret": (body, sign(body, secret="guessed")),
        "signed with no secret": (body, sign(body, secret="")),
        "signed for another body": (payload(token="x"), good),
        "replayed six minutes later": (body, sign(body, age=360)),
        "from the future": (body, sign(body, age=-360)),
        "without a signature": (body, {**good, "x-slack-signature": ""}),
        "without a time": (body, {**good, "x-slack-request-timestamp": ""}),
        "with a time that is no number": (body, {**good, "x-slack-request-timestamp": "soon"}),
        "with a time in other digits": (
            body,
            {**good, "x-slack-request-timestamp": good["x-slack-request-timestamp"] + "e1"},
        ),
        "no text": (b"\xff\xfe", good),
        "no payload": ("payload=not json", good),
        "nothing": ("", good),
    }


@pytest.mark.parametrize("how", forged())
def test_what_slack_did_not_sign_just_now_is_refused(channel: Channel, how: str) -> None:
    body, headers = forged()[how]
    answer = post_to(channel.house, body, headers)
    assert answer.status_code in (400, 401), answer.text
    assert channel.house.store.events(KEY) == []


def test_asking_for_a_certificate_check_opens_no_way_around_the_signature(channel: Channel) -> None:
    body = f"ssl_check=1&{payload()}"
    answer = post_to(channel.house, body, sign(body, secret="guessed"))
    assert answer.status_code in (200, 401)  # of Bolt; it never comes to the click
    assert channel.house.store.events(KEY) == []


def test_members_of_other_workspaces_cannot_decide(channel: Channel) -> None:
    stranger = {"id": "U0SPY", "name": "Kim", "team_id": "T0ELSEWHERE"}
    body = payload(user=stranger)
    assert post_to(channel.house, body, sign(body)).status_code == 200
    assert channel.house.store.events(KEY) == []


@pytest.mark.parametrize(
    "action",
    [
        {"type": "button", "action_id": "fly", "value": KEY},
        {"type": "button", "action_id": "approve"},
        {"type": "static_select", "action_id": "dismiss", "selected_option": {"value": "x"}},
    ],
)
def test_buttons_that_are_none_of_ours_change_nothing(
    channel: Channel, action: dict[str, object]
) -> None:
    body = payload(actions=[{**action, "block_id": "b"}])
    assert post_to(channel.house, body, sign(body)).status_code in (200, 404)
    assert channel.house.store.opportunity(KEY) == channel.house.heard(1)


def test_slack_finds_our_address_right(channel: Channel) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "say this"})
    headers = {**sign(body), "content-type": "application/json"}
    assert "say this" in post_to(channel.house, body, headers).text


def test_without_a_signing_secret_nothing_is_taken_by_http(house: House) -> None:
    house.heard(1)
    secrets = {"GOODWORD_SLACK_BOT_TOKEN": "xoxb-test", "GOODWORD_SLACK_APP_TOKEN": "xapp-test"}
    door = make(house.desk, Options(channel=CHANNEL), secrets)
    assert door
    assert door.by_socket
    house.open(slack=door)
    body = payload()
    for secret in ("", "no request is taken by HTTP"):
        assert post_to(house, body, sign(body, secret=secret)).status_code == 404


def test_without_any_of_slacks_secrets_there_is_no_door(house: House) -> None:
    options = Options(channel=CHANNEL)
    assert make(house.desk, options, {"GOODWORD_SLACK_BOT_TOKEN": "xoxb-test"}) is None
    assert house.visitor().post("/slack/events").status_code == 404


def test_socket_mode_is_made_only_when_it_is_asked_for(
    channel: Channel, played: tuple[SlackPlayer, LoopbackServer]
) -> None:
    secrets = {**SECRETS, "GOODWORD_SLACK_APP_TOKEN": "xapp-test"}
    door = make(channel.house.desk, channel.options, secrets)
    assert isinstance(door, SlackDoor)
    connection = door.connection()
    connection.close()
