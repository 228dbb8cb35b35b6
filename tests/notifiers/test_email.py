"""A mail's headers and parts, as they arrive at a real SMTP server."""

import re
from email.utils import parsedate_to_datetime

import pytest
from pydantic import ValidationError

from demo.players.mailbox import Mail, MailboxPlayer
from notifiers import email
from notifiers.base import Address
from tests.notifiers import world
from tests.notifiers.conftest import email_at

NADIA = Address(name="Nadia Flores", email="nadia@brightside.example")


@pytest.fixture
def arrived(mailer: email.EmailNotifier, mailbox: MailboxPlayer) -> Mail:
    mailer.send(NADIA, world.prompt())
    return mailbox.mails[-1]


def test_it_says_from_whom_to_whom_and_when(arrived: Mail) -> None:
    assert arrived.headers["From"] == "Ada at Kingwren <ada@kingwren.example>"
    assert arrived.headers["To"] == "Nadia Flores <nadia@brightside.example>"
    assert arrived.to == ("nadia@brightside.example",)
    assert parsedate_to_datetime(arrived.headers["Date"]).tzinfo
    assert arrived.headers["Auto-Submitted"] == "auto-generated"


def test_it_can_be_unsubscribed_from_with_one_click(arrived: Mail) -> None:
    """RFC 8058."""
    assert arrived.headers["List-Unsubscribe"] == f"<{world.STOP}>"
    assert arrived.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_a_long_unsubscribe_address_is_not_folded(
    mailer: email.EmailNotifier, mailbox: MailboxPlayer
) -> None:
    stop = "https://goodword.example/u/" + "t0k3n-" * 60
    mailer.send(NADIA, world.prompt(unsubscribe_url=stop))
    assert f"\r\nList-Unsubscribe: <{stop}>\r\n".encode() in mailbox.mails[-1].raw


def test_a_letter_nobody_subscribed_to_has_no_such_headers(
    mailer: email.EmailNotifier, mailbox: MailboxPlayer
) -> None:
    mailer.send(Address(email="ops@kingwren.example"), world.alarm())
    assert "List-Unsubscribe" not in mailbox.mails[-1].headers


def test_its_id_is_the_same_whenever_the_same_letter_is_sent(
    mailer: email.EmailNotifier, mailbox: MailboxPlayer
) -> None:
    first, again = mailer.send(NADIA, world.prompt()), mailer.send(NADIA, world.prompt())
    other = mailer.send(NADIA, world.thanks())
    assert first == again != other
    assert re.fullmatch(r"<[0-9a-f]{40}@kingwren\.example>", first)
    assert [mail.message_id for mail in mailbox.mails[-3:]] == [first, again, other]


@pytest.mark.parametrize(
    "title",
    [
        "One\nBcc: everybody@bad.example",
        "One\r\nX-Evil: 1\r\n\r\nbody",
        "\u202egnp.exe",
        "Ünïcödé 字",
        "x" * 2_000,
    ],
)
def test_a_hostile_title_stays_one_line_of_the_subject(
    title: str, mailer: email.EmailNotifier, mailbox: MailboxPlayer
) -> None:
    mailer.send(NADIA, world.prompt(post=world.post(title=title)))
    mail = mailbox.mails[-1]
    assert mail.to == ("nadia@brightside.example",)
    assert not {"Bcc", "X-Evil"} & {*mail.headers}
    assert "\u202e" not in mail.subject
    assert len(mail.subject) <= 150


def test_both_parts_carry_the_postal_address_and_the_letters_words(arrived: Mail) -> None:
    letter = world.prompt()
    assert arrived.parsed.get_content_type() == "multipart/alternative"
    assert letter.text.rstrip() in arrived.text
    for body in (arrived.text, arrived.html):
        assert "4 Ropewalk Yard" in body
        assert "share your honest" in body


def test_lines_that_begin_with_a_dot_arrive_whole(
    mailer: email.EmailNotifier, mailbox: MailboxPlayer
) -> None:
    letter = world.alarm().model_copy(update={"text": "one\n.\n..two\n", "html": ""})
    mailer.send(NADIA, letter)
    assert mailbox.mails[-1].text.startswith("one\n.\n..two\n")
    assert mailbox.mails[-1].parsed.get_content_type() == "text/plain"


def test_a_name_with_a_comma_or_a_quote_is_one_recipient(
    mailer: email.EmailNotifier, mailbox: MailboxPlayer
) -> None:
    mailer.send(Address(name='Flores, "N"\n, Ph.D.', email="n@b.example"), world.alarm())
    assert mailbox.mails[-1].parsed["To"].addresses[0].addr_spec == "n@b.example"
    assert len(mailbox.mails[-1].parsed["To"].addresses) == 1


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"host": "mail.example"}, "for all to read"),
        ({"sender": "nobody"}, "is no address"),
        ({"postal_address": ""}, "postal_address"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_wrong_options_are_refused(changes: dict[str, object], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        email_at(25, **changes)
