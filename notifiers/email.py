"""E-mail, through an SMTP server.

Nobody can be asked later whether a mail arrived, so a connection lost after the content was
handed over counts as sent. The Message-ID follows from the letter's key: some receivers drop a
repetition by it.
"""

import hashlib
import re
import smtplib
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import timedelta
from email.errors import MessageError
from email.headerregistry import Address as MailAddress
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import localtime, parseaddr
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from domain.errors import ConfigError, DeliveryError
from domain.text import one_line, shorten
from notifiers.base import Address, Letter
from notifiers.mail_html import FOOTER, small_print

SECRET = "GOODWORD_SMTP_PASSWORD"  # noqa: S105 - the name of a secret, not one

_ADDRESS = re.compile(r"[^@\s<>()\[\]\\,;:\"]+@[^@\s<>()\[\]\\,;:\"]+")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_OPS_NEED = timedelta(minutes=15)

# Header lines as long as SMTP allows: folded ones break long List-Unsubscribe addresses.
_POLICY = SMTP.clone(max_line_length=900)


class Options(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    host: Annotated[str, Field(min_length=1)]
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    sender: str  # "Ada at Kingwren <ada@kingwren.example>"
    postal_address: Annotated[str, Field(min_length=5)]  # the law asks for one in every mail
    username: str = ""  # "" to send without logging in
    # "" is "starttls", and "none" to a server on this machine, the only one that "none" is for
    tls: Literal["", "starttls", "tls", "none"] = ""
    timeout: Annotated[float, Field(gt=0, le=120)] = 20.0  # seconds, for each answer

    @property
    def starttls(self) -> bool:
        return self.tls == "starttls" or (not self.tls and self.host not in _LOOPBACK)

    @field_validator("sender")
    @classmethod
    def _reachable(cls, sender: str) -> str:
        if not _ADDRESS.fullmatch(parseaddr(sender)[1]):
            raise ValueError(f"{sender!r} is no address like 'Ada <ada@example.com>'")
        return sender

    @model_validator(mode="after")
    def _private(self) -> Self:
        if self.tls == "none" and self.host not in _LOOPBACK:
            raise ValueError(f"tls 'none' would send mails to {self.host} for all to read")
        return self


class EmailNotifier:
    kind = "email"

    def __init__(self, options: Options, password: str = "") -> None:
        self._options = options
        self._password = password
        self._sender_name, self._sender = parseaddr(options.sender)
        self._domain = _ascii_domain(self._sender.rpartition("@")[2])

    def send(self, to: Address, letter: Letter) -> str:
        recipient = _recipient(to.email)
        try:
            mail = self._mail(to.name, recipient, letter)
            content = mail.as_bytes(policy=_POLICY)
        except (ValueError, MessageError) as error:  # ".." in an address, for one
            what = f"no mail can be made for {one_line(to.email)!r}: {error}"
            raise DeliveryError(what, permanent=True) from error
        with self._session() as session:
            _deliver(session, self._sender, recipient, content)
        return str(mail["Message-ID"])

    def find(self, to: Address, key: str) -> str | None:  # noqa: ARG002 - the protocol's names
        raise DeliveryError("a mail server cannot be asked what it has delivered", unknown=True)

    def update(self, provider_id: str, letter: Letter) -> None:
        """A mail stays as it was sent."""

    def message_id(self, key: str) -> str:
        """Always the same for a letter."""
        return f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{self._domain}>"

    def _mail(self, name: str, recipient: str, letter: Letter) -> EmailMessage:
        mail = EmailMessage(policy=_POLICY)
        mail["From"] = _named(self._sender_name, self._sender)
        mail["To"] = _named(name, recipient)
        mail["Subject"] = shorten(one_line(letter.subject), 150)
        mail["Date"] = localtime()
        mail["Message-ID"] = self.message_id(letter.key)
        mail["Auto-Submitted"] = "auto-generated"
        if letter.unsubscribe_url:
            mail["List-Unsubscribe"] = f"<{_header_url(letter.unsubscribe_url)}>"
            mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        self._fill(mail, letter)
        return mail

    def _fill(self, mail: EmailMessage, letter: Letter) -> None:
        postal = one_line(self._options.postal_address)
        mail.set_content(f"{letter.text.rstrip()}\n\n-- \n{postal}\n", cte="quoted-printable")
        if letter.html:
            footer = small_print(postal)
            page = letter.html.replace(FOOTER, footer)
            page += "" if FOOTER in letter.html else footer
            mail.add_alternative(page, subtype="html", cte="quoted-printable")

    @contextmanager
    def _session(self) -> Iterator[smtplib.SMTP]:
        """Connected, encrypted, logged in; errors of all that mean that nothing was handed over."""
        options = self._options
        with _translated(f"the mail server {options.host}:{options.port}"):
            session = self._connect()
        try:
            with _translated(f"the mail server {options.host}:{options.port}"):
                session.ehlo_or_helo_if_needed()
                if options.starttls:
                    session.starttls(context=ssl.create_default_context())
                if options.username:
                    session.login(options.username, self._password)
            yield session
            with suppress(smtplib.SMTPException, OSError):
                session.quit()  # it is delivered, whatever the farewell is
        finally:
            session.close()

    def _connect(self) -> smtplib.SMTP:
        options = self._options
        # The greeting's name, given so that smtplib does not look for one in the DNS.
        if options.tls == "tls":
            return smtplib.SMTP_SSL(
                options.host,
                options.port,
                local_hostname=self._domain,
                timeout=options.timeout,
                context=ssl.create_default_context(),
            )
        return smtplib.SMTP(
            options.host, options.port, local_hostname=self._domain, timeout=options.timeout
        )


def make(options: Options, secrets: Mapping[str, str]) -> EmailNotifier:
    password = secrets.get(SECRET, "")
    if options.username and not password:
        raise ConfigError([f"{SECRET} is not set: give it the password of {options.username}"])
    return EmailNotifier(options, password)


def _recipient(address: str) -> str:
    """`address` as SMTP can carry it."""
    local, _, domain = address.strip().rpartition("@")
    recipient = f"{local}@{_ascii_domain(domain)}"
    if not recipient.isascii() or not _ADDRESS.fullmatch(recipient):
        raise DeliveryError(f"{one_line(address)!r} is no e-mail address", permanent=True)
    return recipient


def _ascii_domain(domain: str) -> str:
    with suppress(UnicodeError):
        return domain.encode("idna").decode()
    return domain


def _named(name: str, address: str) -> MailAddress:
    return MailAddress(display_name=one_line(name), addr_spec=address)


def _header_url(url: str) -> str:
    """`url` without what could end it, or the header, early."""
    return re.sub(r"[\s<>]", "", url)


def _deliver(session: smtplib.SMTP, sender: str, recipient: str, content: bytes) -> None:
    """The steps of `smtplib.sendmail`, apart: what a lost connection means depends on the step."""
    with _translated("the mail server"):
        _expect(session.mail(sender), "the sender", ours=True)
        _expect(session.rcpt(recipient), "the recipient")
        _expect(session.docmd("DATA"), "mails")
    with _translated("the mail server", handed_over=True):
        session.send(re.sub(rb"(?m)^\.", b"..", content).rstrip() + b"\r\n.\r\n")
        _expect(session.getreply(), "the mail")


def _expect(reply: tuple[int, bytes], what: str, *, ours: bool = False) -> None:
    code, words = reply
    if code >= 400:  # noqa: PLR2004 - SMTP's own numbers
        raise _refused(code, words, f"refuses {what}", ours=ours)


def _refused(code: int, words: bytes | str, what: str, *, ours: bool = False) -> DeliveryError:
    """`ours`: it is us that it refuses (a sender, an account), whoever the mail is for: that is for
    ops to put right, and no fault of the message."""
    said = words.decode(errors="replace") if isinstance(words, bytes) else words
    told = f"the mail server {what}: {code} {shorten(one_line(said), 200)}"
    if ours and code >= 500:  # noqa: PLR2004
        return DeliveryError(told, retry_after=_OPS_NEED)
    return DeliveryError(told, permanent=code >= 500)  # noqa: PLR2004


@contextmanager
def _translated(who: str, *, handed_over: bool = False) -> Iterator[None]:
    """Errors of smtplib as ours; with `handed_over` a lost connection has an unknown outcome."""
    try:
        yield
    except smtplib.SMTPAuthenticationError as error:
        what = f"{who} refuses the login: check username and {SECRET}"
        raise DeliveryError(what, retry_after=_OPS_NEED) from error
    except smtplib.SMTPNotSupportedError as error:
        what = f"{who} cannot do what [email] asks (tls, username): {error}"
        raise DeliveryError(what, retry_after=_OPS_NEED) from error
    except smtplib.SMTPResponseException as error:
        raise _refused(error.smtp_code, error.smtp_error, "refuses us", ours=True) from error
    except ssl.SSLError as error:
        raise DeliveryError(f"no safe connection to {who}: {error}") from error
    except (smtplib.SMTPException, OSError) as error:
        lost = "was lost after the mail was handed over" if handed_over else "failed"
        raise DeliveryError(
            f"the connection to {who} {lost}: {error}", unknown=handed_over
        ) from error
