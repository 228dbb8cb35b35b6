"""The `[console]` table, and what must be set before it may be reached from elsewhere."""

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Annotated, Any, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

PASSWORD = "GOODWORD_CONSOLE_PASSWORD"  # noqa: S105 - the name of a variable
SECRET_KEY = "GOODWORD_SECRET_KEY"  # noqa: S105
SIGNING_SECRET = "GOODWORD_SLACK_SIGNING_SECRET"  # noqa: S105
APP_TOKEN = "GOODWORD_SLACK_APP_TOKEN"  # noqa: S105

_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - compared with, not bound to
_SHORTEST_PASSWORD, _SHORTEST_KEY = 8, 16
_HIGHEST_PORT = 65_535


class Options(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    bind: Annotated[str, Field(min_length=1)] = "127.0.0.1:8080"  # port 0: any free one
    base_url: str = ""  # what stands in front of every link in a message; "" for that of `bind`
    time_zone: str = "UTC"  # of the reviewers: times are shown in it, "tomorrow" means theirs

    @field_validator("bind")
    @classmethod
    def _host_and_port(cls, bind: str) -> str:
        host, port = split(bind)
        if not host or not 0 <= port <= _HIGHEST_PORT:
            raise ValueError(f"{bind!r} is no host and port like '127.0.0.1:8080'")
        return bind

    @field_validator("base_url")
    @classmethod
    def _address(cls, url: str) -> str:
        parts = urlsplit(url)
        right = parts.scheme in ("http", "https") and parts.hostname and not parts.username
        if url and (not right or parts.path.strip("/") or parts.query or parts.fragment):
            raise ValueError(f"{url!r} is no address like 'https://goodword.example.com'")
        return url.rstrip("/")

    @field_validator("time_zone")
    @classmethod
    def _zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, OSError, ValueError) as error:
            raise ValueError(f"{name!r} is no time zone; write one like 'Europe/Berlin'") from error
        return name

    @model_validator(mode="before")
    @classmethod
    def _filled(cls, given: Any) -> Any:
        if not isinstance(given, dict) or given.get("base_url"):
            return given
        host, port = split(str(given.get("bind", cls.model_fields["bind"].default)))
        shown = "localhost" if host in _EVERYWHERE else f"[{host}]" if ":" in host else host
        return {**given, "base_url": f"http://{shown}:{port}"} if host else given

    @property
    def host(self) -> str:
        return split(self.bind)[0]

    @property
    def port(self) -> int:
        return split(self.bind)[1]

    @property
    def loopback(self) -> bool:
        """Only this machine can reach it."""
        return is_loopback(self.host)

    @property
    def public_host(self) -> str:
        return urlsplit(self.base_url).hostname or ""

    def bound_to(self, port: int) -> Self:
        """With the port that the system gave, where `bind` leaves it open."""
        return type(self)(
            **{
                **self.model_dump(),
                "bind": f"{self.bind.rpartition(':')[0]}:{port}",
                "base_url": self.base_url.removesuffix(":0")
                + (f":{port}" if self.base_url.endswith(":0") else ""),
            }
        )


def problems(options: Options, secrets: Mapping[str, str]) -> list[str]:
    """What keeps the console from starting, one line each; empty where nothing does."""
    password, key = secrets.get(PASSWORD, ""), secrets.get(SECRET_KEY, "")
    found = []
    if not password and not options.loopback:
        found.append(
            f"console.bind: {options.bind} can be reached from other machines: set {PASSWORD}, "
            "or bind to 127.0.0.1"
        )
    if password and len(password) < _SHORTEST_PASSWORD:
        found.append(f"{PASSWORD}: use at least {_SHORTEST_PASSWORD} characters")
    if not key and not options.loopback:
        found.append(
            f"console.bind: {options.bind} can be reached from other machines: set {SECRET_KEY}, "
            f"which signs links and sessions, to {2 * _SHORTEST_KEY} or more random characters"
        )
    if key and len(key) < _SHORTEST_KEY:
        found.append(f"{SECRET_KEY}: use at least {_SHORTEST_KEY} random characters")
    return found


def split(bind: str) -> tuple[str, int]:
    """ "[::1]:8080" is ("::1", 8080); ("", -1) where it cannot be read."""
    host, _, port = bind.rpartition(":")
    if not port.isascii() or not port.isdigit():
        return "", -1
    return host.removeprefix("[").removesuffix("]"), int(port)


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
