"""How a request becomes a page: who is asking, what they sent, and what they are shown.

A page is a plain function of a `Visit`. `Site.team` and `Site.public` make a door of it: they read
the form, check what has to be checked, run it in a thread (the store is synchronous), and turn the
errors that we foresee into pages.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import quote

from jinja2 import Environment
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from config.console import Options, is_loopback
from console import entrance
from console.desk import Desk
from console.guard import host_of
from domain.errors import StaleError, StorageError

log = logging.getLogger(__name__)

_FIELDS = 20

Page = Callable[["Visit"], Response]
Door = Callable[[Request], Awaitable[Response]]


class Visit(NamedTuple):
    site: "Site"
    request: Request
    form: Mapping[str, str]  # empty unless something was posted
    now: datetime

    @property
    def desk(self) -> Desk:
        return self.site.desk

    @property
    def session(self) -> dict[str, Any]:
        return self.request.session

    @property
    def who(self) -> str:
        """The reviewer's name."""
        return str(self.session.get("who") or entrance.UNNAMED)

    def query(self, name: str) -> str:
        return self.request.query_params.get(name, "")

    def part(self, name: str) -> str:
        """Of the path. No name of ours has a NUL, and PostgreSQL refuses to be asked for one."""
        return str(self.request.path_params[name]).replace("\0", "")

    def flash(self, text: str) -> None:
        """Said once, on the next page."""
        self.session["flash"] = [*self.session.get("flash", []), text][-3:]

    def show(self, template: str, status: int = 200, **values: Any) -> Response:
        """A page of the board."""
        shared = {
            "who": self.who,
            "must_sign_in": bool(self.site.password),
            "csrf": entrance.csrf_token(self.session),
            "flashes": self.session.pop("flash", []),
            "here": self.request.url.path,
        }
        return self.plain(template, status, **shared, **values)

    def plain(self, template: str, status: int = 200, **values: Any) -> Response:
        """A page without a session: no cookie is read or set."""
        made = self.site.pages.get_template(template)
        shared = {"now": self.now, "company": self.desk.company, "style": self.site.style}
        return HTMLResponse(made.render(**shared, **values), status)


def see_other(path: str) -> Response:
    return RedirectResponse(path, 303)


@dataclass
class Site:
    desk: Desk
    options: Options
    secret: str
    password: str
    pages: Environment
    style: str  # address of the style sheet, another one whenever it changes
    patience: entrance.Patience = field(default_factory=entrance.Patience)

    def team(self, page: Page) -> Door:
        """For reviewers: signed in where a password is set, every form with its token."""
        return self._door(lambda visit: self._let_in(visit) or page(visit))

    def at_the_door(self, page: Page) -> Door:
        """For those who are about to sign in."""
        return self._door(lambda visit: self._refused(visit) or page(visit))

    def public(self, page: Page) -> Door:
        """For whoever holds the address: no session, so there is nothing to forge a form for."""
        return self._door(page)

    def _door(self, page: Page) -> Door:
        async def open_door(request: Request) -> Response:
            form = await _form(request)
            return await run_in_threadpool(self._answer, page, request, form)

        return open_door

    def _answer(self, page: Page, request: Request, form: Mapping[str, str]) -> Response:
        visit = Visit(self, request, form, self.desk.clock())
        try:
            return page(visit)
        except StorageError as error:
            log.error("page=%s error=%s", request.url.path, error)  # noqa: TRY400 - foreseen
            return told(visit, 503, "Not just now", "The database does not answer. Try it again.")
        except HTTPException:
            raise
        except Exception:  # a bug of ours: Starlette's own answer would lack the safe headers
            log.exception("page=%s failed", request.url.path)
            return told(visit, 500, "Something broke", "This is our fault; the log says more.")

    def _let_in(self, visit: Visit) -> Response | None:
        """None where the visitor may go on."""
        if self.password and not visit.session.get("in"):
            target = quote(str(visit.request.url.path), safe="/:%")
            return see_other(f"/sign-in?next={target}" if not visit.form else "/sign-in")
        return self._refused(visit)

    def _refused(self, visit: Visit) -> Response | None:
        if not self.password and not _local(visit.request, self.options):
            return told(
                visit,
                403,
                "The board is closed here",
                "Without a password the board is open on its own machine only. To open it at this "
                "address, set GOODWORD_CONSOLE_PASSWORD.",
            )
        token = visit.form.get("csrf", "")
        if visit.request.method == "POST" and not entrance.csrf_right(visit.session, token):
            return told(
                visit,
                403,
                "Nothing was changed",
                "This form was too old, or not one of ours. Go back, load the page again, and "
                "send it once more.",
            )
        return None


def told(visit: Visit, status: int, title: str, text: str, back: str = "/") -> Response:
    """One thing said plainly, without a session: for whoever was not let in."""
    return visit.plain("told.html", status, title=title, text=text, back=back)


def stale(visit: Visit, error: StaleError, back: str) -> Response:
    """Somebody was faster: nothing was changed."""
    return visit.show("stale.html", 409, text=str(error), back=back)


def _local(request: Request, options: Options) -> bool:
    """Called by a name of this machine, and not through a proxy that says it is one."""
    host = host_of(request.headers)
    passed_on = any(name in request.headers for name in ("x-forwarded-for", "forwarded"))
    return (is_loopback(host) or host == options.host) and not passed_on


async def _form(request: Request) -> Mapping[str, str]:
    if request.method != "POST":
        return {}
    form = await request.form(max_files=0, max_fields=_FIELDS)
    return {name: value.replace("\0", "") for name, value in form.items() if isinstance(value, str)}


async def not_found(request: Request, error: Exception) -> Response:
    """For addresses that lead nowhere, and whatever else Starlette refuses by itself."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    title = {404: "There is nothing here", 405: "That cannot be done here"}.get(status, "Refused")
    text = "The address may be misspelt, or what it led to is no longer kept."
    if status != 404:  # noqa: PLR2004
        text = "The request was not one that this page understands. Nothing was changed."
    site: Site = request.app.state.site
    visit = Visit(site, request, {}, site.desk.clock())
    return told(visit, status, title, text)
