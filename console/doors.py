"""Opening the doors: the board, the advocates' pages, Slack's clicks; for the daemon or alone."""

import logging
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from config.console import SECRET_KEY
from config.settings import Settings
from console import links, slack
from console.app import make_app
from console.desk import Desk
from console.serving import serve
from domain.errors import ConfigError
from domain.text import one_line, shorten
from storage.store import Store

log = logging.getLogger(__name__)

_AGAIN = 60.0  # seconds, until Slack is called again
_JOIN = 3.0  # seconds for requests under way

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Addresses:
    """Links to our own pages, as the messages carry them."""

    base_url: str
    key: str

    def opportunity(self, key: str) -> str:
        return links.opportunity_link(self.base_url, key) if key else f"{self.base_url}/"

    def ask(self, key: str) -> str:
        return links.ask_link(self.base_url, self.key, key)

    def unsubscribe(self, advocate: str) -> str:
        return links.unsubscribe_link(self.base_url, self.key, advocate)


def addresses(settings: Settings) -> Addresses:
    return Addresses(settings.console.base_url, signing_key(settings))


def signing_key(settings: Settings) -> str:
    """From the environment; on loopback, one of this installation's own, kept beside the database.

    Raises ConfigError where no such file can be kept.
    """
    if key := settings.secrets.get(SECRET_KEY):
        return key
    kind, _, database = settings.storage.url.partition(":///")
    file = Path(database if kind == "sqlite" and database else "goodword").with_suffix(".key")
    try:
        return links.kept_key(file)
    except OSError as error:
        raise ConfigError(
            [f"{SECRET_KEY} is not set, and no key can be kept in {file}: {error.strerror}"]
        ) from error


@contextmanager
def open_doors(settings: Settings, store: Store, clock: Clock) -> Iterator[str]:
    """Serve in a thread until the end of the block; gives the board's address."""
    listening = _bind(settings.console.host, settings.console.port)
    options = settings.console.bound_to(listening.getsockname()[1])
    desk = Desk(
        store=store,
        policy=settings.policy,
        places=settings.places,
        company=settings.company,
        catalogue=settings.catalogue.products,
        clock=clock,
        zone=ZoneInfo(options.time_zone),
    )
    door = _slack_door(settings, desk)
    app = make_app(
        desk, options, {**settings.secrets, SECRET_KEY: signing_key(settings)}, slack=door
    )
    server = serve(app, options.host, options.port)
    thread = threading.Thread(target=server.run, args=([listening],), name="console", daemon=True)
    thread.start()
    connection = door.connection() if door and door.by_socket else None
    closing = threading.Event()
    if connection:
        arguments = (connection, closing)
        threading.Thread(target=_connect, args=arguments, name="slack", daemon=True).start()
    log.info("console=%s", options.base_url)
    try:
        yield options.base_url
    finally:
        closing.set()
        if connection:
            connection.close()
        server.should_exit = True
        thread.join(_JOIN)
        listening.close()


def _connect(connection: slack.Connection, closing: threading.Event) -> None:
    """Slack may be down, or the token wrong, when we start: everything else works all the same."""
    while not closing.is_set():
        try:
            connection.connect()
        except Exception as error:  # noqa: BLE001  (the SDK's, urllib's, the websocket's)
            said = shorten(one_line(str(error)), 200)
            log.error("slack: clicks do not come in; tried again in a minute (%s)", said)  # noqa: TRY400
            closing.wait(_AGAIN)
        else:
            return


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(128)
    except OSError as error:
        listening.close()
        raise ConfigError(
            [f"console.bind: {host}:{port} cannot be used ({error.strerror}); choose another port"]
        ) from error
    return listening


def _slack_door(settings: Settings, desk: Desk) -> slack.SlackDoor | None:
    return slack.make(desk, settings.slack, settings.secrets) if settings.slack else None
