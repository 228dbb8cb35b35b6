"""What every notifier does, whatever the other side does: the same table for all kinds."""

import json
import socket
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import NamedTuple

import pytest

from demo import faults
from demo.players.mailbox import MailboxPlayer, Refusal
from demo.players.slack import SlackPlayer
from demo.server import LoopbackServer
from domain.errors import ConfigError, DeliveryError
from notifiers import KINDS, email, log, slack
from notifiers.base import Address, Letter, Notifier
from tests.notifiers import world
from tests.notifiers.conftest import email_at, slack_at

NADIA = Address(name="Nadia Flores", email="nadia@brightside.example", slack="U0NADIA")


class Expected(NamedTuple):
    permanent: bool = False
    unknown: bool = False
    retry_after: timedelta | None = None


AGAIN, NEVER, UNKNOWN = Expected(), Expected(permanent=True), Expected(unknown=True)
OPS = Expected(retry_after=timedelta(minutes=15))


def _told(error: DeliveryError) -> Expected:
    return Expected(error.permanent, error.unknown, error.retry_after)


def _says(code: str, **more: str) -> faults.Fault:
    body = json.dumps({"ok": False, "error": code, **more})
    return faults.Answer(200, {"content-type": "application/json"}, body.encode())


@pytest.fixture
def closed_port() -> Iterator[int]:
    """Bound but not listening: connecting is refused."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


SLACK_FAULTS: dict[str, tuple[faults.Fault, Expected]] = {
    "is told to slow down": (
        faults.too_many(retry_after=7),
        Expected(retry_after=timedelta(seconds=7)),
    ),
    "is told to slow down, not how long": (
        faults.too_many(),
        Expected(retry_after=timedelta(minutes=1)),
    ),
    "meets a failing server": (faults.status(503), AGAIN),
    "meets a login page": (faults.html(), UNKNOWN),
    "meets half a JSON": (faults.broken_json(), UNKNOWN),
    "hears nothing": (faults.Hang(5), UNKNOWN),
    "loses the connection": (faults.Reset(), UNKNOWN),
    "loses the answer": (faults.ResetAfter(), UNKNOWN),
    "hears half an answer": (faults.Cut(), UNKNOWN),
    "says ratelimited": (_says("ratelimited"), Expected(retry_after=timedelta(minutes=1))),
    "says internal_error": (_says("internal_error"), AGAIN),
    "says message_limit_exceeded": (_says("message_limit_exceeded"), AGAIN),
    "says channel_not_found": (_says("channel_not_found"), NEVER),
    "says invalid_blocks": (_says("invalid_blocks"), NEVER),
    "says restricted_action": (_says("restricted_action"), NEVER),
    "says token_revoked": (_says("token_revoked"), OPS),
    "says missing_scope": (_says("missing_scope", needed="chat:write"), OPS),
}


@pytest.mark.parametrize(("fault", "expected"), SLACK_FAULTS.values(), ids=SLACK_FAULTS.keys())
def test_when_slack(
    fault: faults.Fault, expected: Expected, server: LoopbackServer, notifier: slack.SlackNotifier
) -> None:
    server.fail("/slack/api/chat.postMessage", fault)
    with pytest.raises(DeliveryError) as caught:
        notifier.send(Address(), world.alarm())
    assert _told(caught.value) == expected
    assert caught.value.__cause__ is not None
    assert len(server.seen("/slack/api/chat.postMessage")) == 1  # no silent second try


REPEATABLE = ("hears nothing", "loses the answer", "meets half a JSON")


@pytest.mark.parametrize("name", REPEATABLE)
def test_an_update_may_be_repeated_when_slack(
    name: str, server: LoopbackServer, notifier: slack.SlackNotifier
) -> None:
    sent = notifier.send(Address(), world.alarm())
    server.fail("/slack/api/chat.update", SLACK_FAULTS[name][0])
    with pytest.raises(DeliveryError) as caught:
        notifier.update(sent, world.alarm())
    assert _told(caught.value) == AGAIN


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (_says("missing_scope", needed="channels:history"), UNKNOWN),
        (_says("channel_not_found"), UNKNOWN),
        (faults.status(500), AGAIN),
        (faults.too_many(retry_after=3), Expected(retry_after=timedelta(seconds=3))),
    ],
    ids=["may not read", "does not see the channel", "fails", "asks to wait"],
)
def test_what_find_says_when_it(
    fault: faults.Fault, expected: Expected, server: LoopbackServer, notifier: slack.SlackNotifier
) -> None:
    server.fail("/slack/api/conversations.history", fault)
    with pytest.raises(DeliveryError) as caught:
        notifier.find(Address(), "card:x")
    assert _told(caught.value) == expected


SMTP_REFUSALS: dict[str, tuple[Refusal, str, Expected]] = {
    "the recipient's box is busy": (450, "recipient", AGAIN),
    "there is no such recipient": (550, "recipient", NEVER),
    "the server wants it later": (451, "content", AGAIN),
    "the server refuses the content": (554, "content", NEVER),
    "the answer never comes": ("hang", "content", UNKNOWN),
    "the connection is lost after the content": ("drop", "content", UNKNOWN),
}


@pytest.mark.parametrize(
    ("code", "at", "expected"), SMTP_REFUSALS.values(), ids=SMTP_REFUSALS.keys()
)
def test_a_mail_when(code: Refusal, at: str, expected: Expected, mailbox: MailboxPlayer) -> None:
    mailbox.refuse(code, at="content" if at == "content" else "recipient")
    with pytest.raises(DeliveryError) as caught:
        email_at(mailbox.port, timeout=0.3).send(NADIA, world.prompt())
    assert _told(caught.value) == expected


def test_nothing_was_sent_where_nobody_listens(closed_port: int) -> None:
    nowhere: list[Notifier] = [slack_at(f"http://127.0.0.1:{closed_port}"), email_at(closed_port)]
    for notifier in nowhere:
        with pytest.raises(DeliveryError) as caught:
            notifier.send(Address(email=NADIA.email), world.alarm())
        assert _told(caught.value) == AGAIN


def test_a_server_that_cannot_encrypt_gets_no_mail(mailbox: MailboxPlayer) -> None:
    before = len(mailbox.mails)
    with pytest.raises(DeliveryError) as caught:
        email_at(mailbox.port, tls="starttls").send(NADIA, world.alarm())
    assert _told(caught.value) == OPS
    assert len(mailbox.mails) == before


def test_a_server_that_takes_no_login_gets_no_mail(mailbox: MailboxPlayer) -> None:
    with pytest.raises(DeliveryError) as caught:
        email_at(mailbox.port, username="ada").send(NADIA, world.alarm())
    assert _told(caught.value) == OPS


@pytest.mark.parametrize(
    "address", ["", "nobody", "a b@c.example", "x@y.example\nBcc: z@y.example", "jö@y.example"]
)
def test_what_is_no_address_gets_no_mail(address: str, mailer: email.EmailNotifier) -> None:
    with pytest.raises(DeliveryError) as caught:
        mailer.send(Address(email=address), world.alarm())
    assert _told(caught.value) == NEVER


@pytest.fixture(params=["slack", "email", "log"])
def any_notifier(
    request: pytest.FixtureRequest, notifier: slack.SlackNotifier, mailer: email.EmailNotifier
) -> Notifier:
    made: dict[str, Notifier] = {"slack": notifier, "email": mailer, "log": log.LogNotifier()}
    return made[request.param]


@pytest.mark.parametrize(("name", "letter"), world.letters().items())
def test_every_kind_delivers_every_letter_and_says_under_which_id(
    name: str, letter: Letter, any_notifier: Notifier
) -> None:
    assert any_notifier.send(NADIA, letter)


def test_after_a_crash_every_kind_knows_or_says_that_nobody_knows(any_notifier: Notifier) -> None:
    letter = world.thanks()
    sent = any_notifier.send(NADIA, letter)
    if any_notifier.kind == "slack":
        assert any_notifier.find(NADIA, letter.key) == sent
        assert any_notifier.find(NADIA, "thanks:never sent") is None
        return
    with pytest.raises(DeliveryError) as caught:
        any_notifier.find(NADIA, letter.key)
    assert _told(caught.value) == UNKNOWN


def test_every_kind_can_be_told_to_update(any_notifier: Notifier) -> None:
    sent = any_notifier.send(NADIA, world.card())
    any_notifier.update(sent, world.letters()["card, approved"])


def test_the_kinds_are_what_the_settings_offer() -> None:
    assert {name: kind.secrets for name, kind in KINDS.items()} == {
        "slack": ("GOODWORD_SLACK_BOT_TOKEN",),
        "email": ("GOODWORD_SMTP_PASSWORD",),
        "log": (),
    }


MISSING: dict[str, tuple[Callable[[], Notifier], str]] = {
    "slack": (lambda: slack.make(slack.Options(channel="C0TEAM"), {}), slack.SECRET),
    "email": (
        lambda: email.make(
            email.Options(
                host="mail.example", sender="a@b.example", postal_address="1 Road", username="ada"
            ),
            {},
        ),
        email.SECRET,
    ),
}


@pytest.mark.parametrize(("make", "secret"), MISSING.values(), ids=MISSING.keys())
def test_a_missing_secret_is_named(make: Callable[[], Notifier], secret: str) -> None:
    with pytest.raises(ConfigError, match=secret):
        make()


def test_slack_says_it_once_and_finds_it_after_a_lost_answer(
    server: LoopbackServer, notifier: slack.SlackNotifier, played_slack: SlackPlayer
) -> None:
    letter = world.card(opportunity=world.opportunity(post_key="reddit::lost"))
    server.fail("/slack/api/chat.postMessage", faults.ResetAfter())
    with pytest.raises(DeliveryError):
        notifier.send(Address(), letter)
    found = notifier.find(Address(), letter.key)
    kept = [m for m in played_slack.messages if letter.key in json.dumps(m["metadata"])]
    assert found == f"{kept[0]['channel']}:{kept[0]['ts']}"
    assert len(kept) == 1
