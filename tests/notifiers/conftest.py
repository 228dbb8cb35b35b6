"""The played Slack and mailbox, started once for all tests here and emptied before each."""

from collections.abc import Iterator

import pytest

from demo.players.mailbox import MailboxPlayer
from demo.players.slack import CHANNEL, Member, SlackPlayer
from demo.server import LoopbackServer
from notifiers import email, slack

MEMBERS = (
    Member("U0ROBIN", "Robin"),
    Member("U0NADIA", "Nadia Flores", "nadia@brightside.example"),
)


@pytest.fixture(scope="module")
def played_slack() -> SlackPlayer:
    return SlackPlayer(members=MEMBERS, token="xoxb-played")


@pytest.fixture(scope="module")
def mailbox() -> Iterator[MailboxPlayer]:
    with MailboxPlayer() as box:
        yield box


@pytest.fixture(scope="module")
def loopback(played_slack: SlackPlayer, mailbox: MailboxPlayer) -> Iterator[LoopbackServer]:
    with LoopbackServer([played_slack, mailbox]) as server:
        yield server


@pytest.fixture
def server(loopback: LoopbackServer) -> LoopbackServer:
    loopback.reset()
    return loopback


def slack_at(url: str) -> slack.SlackNotifier:
    options = slack.Options(channel=CHANNEL, api_url=f"{url}/slack/api/", timeout=1)
    return slack.make(options, {slack.SECRET: "xoxb-played"})


def email_at(port: int, **changes: object) -> email.EmailNotifier:
    given: dict[str, object] = {
        "host": "127.0.0.1",
        "port": port,
        "sender": "Ada at Kingwren <ada@kingwren.example>",
        "postal_address": "Kingwren Software Ltd, 4 Ropewalk Yard, Millhaven",
        "tls": "none",
        "timeout": 2,
    }
    options = email.Options.model_validate({**given, **changes})
    return email.make(options, {email.SECRET: "hush"})


@pytest.fixture
def notifier(server: LoopbackServer) -> slack.SlackNotifier:
    return slack_at(server.url)


@pytest.fixture
def mailer(mailbox: MailboxPlayer) -> email.EmailNotifier:
    return email_at(mailbox.port)
