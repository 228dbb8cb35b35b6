"""The doors put together: which address leads to which page, and what stands in front of them."""

import hashlib
from collections.abc import Mapping

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from config.console import PASSWORD, SECRET_KEY, Options, problems
from console import advocate_page, board, entrance, health, rooms, show
from console.desk import Desk
from console.guard import Guard
from console.site import Site, not_found
from console.slack import SlackDoor
from domain.errors import ConfigError

__all__ = ["Options", "make_app", "problems"]

_STATIC = show.HERE / "static"
_STYLE = "board.css"


def make_app(
    desk: Desk,
    options: Options,
    secrets: Mapping[str, str],
    *,
    slack: SlackDoor | None = None,
) -> Starlette:
    """Raises ConfigError where `problems` finds any, or no secret key is given at all."""
    secret, password = secrets.get(SECRET_KEY, ""), secrets.get(PASSWORD, "")
    found = problems(options, secrets)
    if not secret and not found:
        found = [f"{SECRET_KEY} is not set: it signs links and sessions"]
    if found:
        raise ConfigError(found)
    site = Site(desk, options, secret, password, show.environment(desk.zone), _style())
    made = Starlette(
        routes=_routes(site, slack),
        middleware=[
            Middleware(Guard, hosts=_hosts(options), https=_https(options)),
            Middleware(
                SessionMiddleware,
                secret_key=entrance.session_key(secret, password),
                session_cookie="goodword",
                max_age=int(entrance.SIGNED_IN_FOR.total_seconds()),
                https_only=_https(options),
            ),
        ],
        exception_handlers={HTTPException: not_found},
    )
    made.state.site = site
    return made


def _routes(site: Site, slack: SlackDoor | None) -> list[BaseRoute]:
    team, public, door = site.team, site.public, site.at_the_door
    return [
        Route("/", team(board.queue)),
        Route("/o/{key:path}", team(board.opportunity), methods=["GET"]),
        Route("/o/{key:path}", team(board.decide), methods=["POST"]),
        Route("/advocates", team(rooms.advocates)),
        Route("/sources", team(rooms.sources)),
        Route("/messages", team(rooms.messages), methods=["GET"]),
        Route("/messages", team(rooms.retry), methods=["POST"]),
        Route("/sign-in", door(rooms.sign_in_page), methods=["GET"]),
        Route("/sign-in", door(rooms.sign_in), methods=["POST"]),
        Route("/sign-out", team(rooms.sign_out), methods=["POST"]),
        Route("/a/{token}", public(advocate_page.page), methods=["GET"]),
        Route("/a/{token}", public(advocate_page.act), methods=["POST"]),
        Route("/u/{token}", public(advocate_page.stop_page), methods=["GET"]),
        Route("/u/{token}", public(advocate_page.stop), methods=["POST"]),
        Route("/healthz", public(health.healthz)),
        Route("/metrics", public(health.metrics)),
        *([Route("/slack/events", slack.receive, methods=["POST"])] if slack else []),
        Mount("/static", StaticFiles(directory=_STATIC)),
    ]


def _style() -> str:
    """With a mark that changes with the file, so that browsers never show an old one."""
    mark = hashlib.sha256((_STATIC / _STYLE).read_bytes()).hexdigest()[:8]
    return f"/static/{_STYLE}?{mark}"


def _hosts(options: Options) -> set[str]:
    """Only a board on this machine can know all its names; others stand behind a password."""
    if not options.loopback:
        return set()
    return {options.host, options.public_host, "localhost", "127.0.0.1", "::1"} - {""}


def _https(options: Options) -> bool:
    return options.base_url.startswith("https://")
