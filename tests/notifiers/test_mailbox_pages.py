"""The played mailbox as pages, and what survives a restart."""

from pathlib import Path

import httpx
import pytest

from demo.players.mailbox import Mail, MailboxPlayer
from demo.players.slack import SlackPlayer
from demo.server import LoopbackServer
from notifiers import email
from notifiers.base import Address
from tests.notifiers import world

NADIA = Address(name="Nadia Flores", email="nadia@brightside.example")


@pytest.fixture
def browser(
    server: LoopbackServer, mailer: email.EmailNotifier, mailbox: MailboxPlayer
) -> httpx.Client:
    mailer.send(NADIA, world.prompt())
    return httpx.Client(base_url=f"{server.url}/mail/", trust_env=False)


def test_the_list_shows_who_got_what(browser: httpx.Client) -> None:
    with browser:
        page = browser.get("").text
    assert "Nadia Flores" in page
    assert "Saddle or Slotwren for a small practice?" in page


def test_a_mail_shows_as_laid_out_and_as_text_with_links(
    browser: httpx.Client, mailbox: MailboxPlayer
) -> None:
    number = len(mailbox.mails) - 1
    with browser:
        page, plain = browser.get(f"{number}").text, browser.get(f"{number}?as=text").text
        laid_out = browser.get(f"{number}/html")
        assert browser.get("999").status_code == browser.get("999/html").status_code == 404
    assert f'src="/mail/{number}/html" sandbox=' in page
    assert f'href="{world.PAGE}&amp;choose=yes"' in plain
    assert laid_out.headers["content-security-policy"].startswith("sandbox")
    assert f'href="{world.PAGE}&amp;choose=yes"' in laid_out.text


def test_what_was_played_survives_a_restart(
    mailbox: MailboxPlayer, played_slack: SlackPlayer, tmp_path: Path
) -> None:
    mailbox.keep(Mail(("a@b.example",), b"Subject: kept\r\n\r\nwords\r\n"))
    mailbox.dump(tmp_path / "mail.json")
    played_slack.dump(tmp_path / "slack.json")
    box, slack = MailboxPlayer(), SlackPlayer()
    box.load(tmp_path / "mail.json")
    slack.load(tmp_path / "slack.json")
    assert box.mails == mailbox.mails
    assert slack.messages == played_slack.messages
