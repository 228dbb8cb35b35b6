"""What arrives in Slack, and what comes back when somebody clicks."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from pydantic import ValidationError
from slack_sdk.signature import SignatureVerifier
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from demo.players.slack import CHANNEL, SlackPlayer
from demo.server import LoopbackServer
from domain.errors import DeliveryError
from domain.types import Dismissal
from notifiers import clicks, slack
from notifiers.base import Address, Letter
from notifiers.clicks import Action, Click
from tests.notifiers import world

_SAMPLES = Path(__file__).parents[3] / "shared/samples/slack/payloads"


def test_a_card_goes_to_the_teams_channel_with_its_key(
    notifier: slack.SlackNotifier, played_slack: SlackPlayer, server: LoopbackServer
) -> None:
    channel, _, ts = notifier.send(Address(), world.card()).partition(":")
    message = played_slack.workspace.message(ts)
    assert channel == message["channel"] == CHANNEL
    assert message["metadata"]["event_payload"] == {"key": "card:reddit::1abcde"}
    asked = server.seen("/slack/api/chat.postMessage")[-1].json()
    assert asked["unfurl_links"] is asked["unfurl_media"] is False
    assert not {"link_names", "parse"} & {*asked}


def test_a_prompt_goes_to_a_conversation_with_the_advocate(
    notifier: slack.SlackNotifier, played_slack: SlackPlayer
) -> None:
    sent = notifier.send(Address(slack="U0NADIA"), world.prompt())
    assert sent.startswith("D0NADIA:")
    assert notifier.find(Address(slack="U0NADIA"), world.prompt().key) == sent


def test_what_notifications_say_is_escaped(
    notifier: slack.SlackNotifier, played_slack: SlackPlayer
) -> None:
    asked = world.opportunity(topic="<!channel> & co")
    _, _, ts = notifier.send(Address(), world.card(opportunity=asked)).partition(":")
    said = played_slack.workspace.message(ts)["text"]
    assert "&lt;!channel&gt; &amp; co" in said


def test_an_update_replaces_words_buttons_and_keeps_the_key(
    notifier: slack.SlackNotifier, played_slack: SlackPlayer
) -> None:
    sent = notifier.send(Address(), world.card())
    notifier.update(sent, world.letters()["card, approved"])
    message = played_slack.workspace.message(sent.partition(":")[2])
    assert "Approved by" in json.dumps(message["blocks"])
    assert "dismiss" not in json.dumps(message["blocks"])
    assert message["metadata"]["event_payload"] == {"key": "card:reddit::1abcde"}


def test_find_reads_on_past_the_first_page(
    notifier: slack.SlackNotifier, server: LoopbackServer
) -> None:
    old = notifier.send(Address(slack="U0ROBIN"), world.thanks())
    for _ in range(201):
        notifier.send(Address(slack="U0ROBIN"), Letter(key="other", subject="s", text="t"))
    server.reset()
    assert notifier.find(Address(slack="U0ROBIN"), world.thanks().key) == old
    assert len(server.seen("/slack/api/conversations.history")) == 2


@pytest.mark.parametrize(
    "blocks",
    [
        [{"type": "divider"}] * 51,
        [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2_900}}] * 5,
    ],
    ids=["too many blocks", "too much text"],
)
def test_a_letter_too_large_is_not_even_sent(
    blocks: list[dict[str, Any]], notifier: slack.SlackNotifier, server: LoopbackServer
) -> None:
    with pytest.raises(DeliveryError) as caught:
        notifier.send(Address(), Letter(key="k", subject="s", text="t", blocks=blocks))
    assert caught.value.permanent
    assert not server.seen("/slack/api/chat.postMessage")


@pytest.mark.parametrize("channel", ["Sales Team", "#", "sales!", ""])
def test_a_channel_is_an_id_or_a_name(channel: str) -> None:
    with pytest.raises(ValidationError, match="channel"):
        slack.Options(channel=channel)


# Clicks


class App:
    """Where the played Slack sends what people click."""

    prefix = "/app"

    def __init__(self) -> None:
        self.heard: list[tuple[Mapping[str, str], bytes]] = []
        self.status = 200

    def routes(self) -> list[BaseRoute]:
        return [Route("/slack/events", self._events, methods=["POST"])]

    async def _events(self, request: Request) -> Response:
        self.heard.append((dict(request.headers), await request.body()))
        return Response(status_code=self.status)

    def payload(self) -> dict[str, Any]:
        return dict(json.loads(parse_qs(self.heard[-1][1].decode())["payload"][0]))


@pytest.fixture
def app() -> App:
    return App()


@pytest.fixture
def clicked(app: App) -> Iterator[tuple[SlackPlayer, LoopbackServer]]:
    player = SlackPlayer(signing_secret="s3cret")
    with LoopbackServer([player, app]) as server:
        player.actions_url = f"{server.url}/app/slack/events"
        yield player, server


def _post(server: LoopbackServer) -> str:
    options = slack.Options(channel=CHANNEL, api_url=f"{server.url}/slack/api/")
    sent = slack.make(options, {slack.SECRET: "xoxb-any"}).send(Address(), world.card())
    return sent.partition(":")[2]


CLICKS = {
    "approve": (("approve", None), (Action.APPROVE, "", None)),
    "ask one": (("ask:a2", None), (Action.ASK, "a2", None)),
    "dismiss": (("dismiss", "too_late"), (Action.DISMISS, "", Dismissal.TOO_LATE)),
    "snooze": (("snooze", None), (Action.SNOOZE, "", None)),
    "claim": (("claim", None), (Action.CLAIM, "", None)),
}


@pytest.mark.parametrize(("click", "expected"), CLICKS.values(), ids=CLICKS.keys())
def test_a_click_arrives_signed_and_is_read_back(
    click: tuple[str, str | None],
    expected: tuple[Action, str, Dismissal | None],
    clicked: tuple[SlackPlayer, LoopbackServer],
    app: App,
) -> None:
    player, server = clicked
    ts = _post(server)
    assert player.click(ts, *click).status_code == 200
    headers, body = app.heard[-1]
    assert SignatureVerifier("s3cret").is_valid_request(body, dict(headers))
    action, advocate, reason = expected
    assert clicks.read(app.payload()) == Click(
        action, "reddit::1abcde", advocate, reason, "Robin Reviewer", "U0REVIEWER", CHANNEL, ts
    )


def test_a_click_on_what_is_not_there_is_refused(
    clicked: tuple[SlackPlayer, LoopbackServer],
) -> None:
    player, server = clicked
    ts = _post(server)
    for action, value in (("approve-all", None), ("dismiss", "because")):
        with pytest.raises(LookupError):
            player.click(ts, action, value)


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"actions": []},
        {"actions": [{"action_id": "somebody-elses", "value": "x"}]},
        {"actions": [{"action_id": "approve"}]},
        {"actions": [{"action_id": "dismiss", "value": "k", "selected_option": {"value": "no"}}]},
    ],
)
def test_what_is_no_click_on_a_card_is_none(payload: dict[str, Any]) -> None:
    assert clicks.read(payload) is None


@pytest.mark.skipif(not _SAMPLES.is_dir(), reason="Slack's payloads are not beside this checkout")
def test_payloads_of_other_apps_are_none() -> None:
    for sample in sorted(_SAMPLES.glob("block_actions_*.json")):
        assert clicks.read(json.loads(sample.read_text())) is None


def test_clicking_on_the_page_reaches_the_app_and_leads_back(
    clicked: tuple[SlackPlayer, LoopbackServer], app: App
) -> None:
    _, server = clicked
    ts = _post(server)
    form = {"channel": CHANNEL, "ts": ts, "action_id": "dismiss", "value": "other"}
    with httpx.Client(base_url=server.url, trust_env=False) as browser:
        page = browser.get("/slack/").text
        assert "Ask Nadia Flores" in page
        answer = browser.post("/slack/click", data=form)
        assert answer.status_code == 303
        assert app.payload()["actions"][0]["selected_option"]["value"] == "other"
        app.status = 404
        browser.post("/slack/click", data=form)
        assert "did not take the click: it answered 404" in browser.get("/slack/").text


def test_hostile_words_do_nothing_on_the_page(
    clicked: tuple[SlackPlayer, LoopbackServer],
) -> None:
    _, server = clicked
    nasty = "<!channel> <script>alert(1)</script> <https://bad.example|here>"
    options = slack.Options(channel=CHANNEL, api_url=f"{server.url}/slack/api/")
    letter = world.card(post=world.post(title=nasty, text=nasty, author=nasty))
    slack.make(options, {slack.SECRET: "x"}).send(Address(), letter)
    page = httpx.get(f"{server.url}/slack/", trust_env=False).text
    assert "<script>alert" not in page
    assert 'class="mention"' not in page
    assert 'href="https://bad.example' not in page


def test_a_response_url_replaces_the_message_or_tells_one_person(
    clicked: tuple[SlackPlayer, LoopbackServer], app: App
) -> None:
    player, server = clicked
    ts = _post(server)
    player.click(ts, "claim")
    url = app.payload()["response_url"]
    httpx.post(url, json={"text": "Ada was first"}, trust_env=False)
    assert "Ada was first" in httpx.get(f"{server.url}/slack/", trust_env=False).text
    httpx.post(url, json={"text": "Gone", "blocks": [], "replace_original": True}, trust_env=False)
    assert player.workspace.message(ts)["text"] == "Gone"
