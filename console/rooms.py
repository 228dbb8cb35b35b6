"""The pages beside the queue: advocates, sources, messages; signing in and out."""

from starlette.responses import Response

from console import entrance
from console.operating import SHOWN
from console.site import Visit, see_other, stale
from domain.errors import StaleError


def advocates(visit: Visit) -> Response:
    wanted = visit.query("q").strip()
    loads = visit.desk.loads(wanted)
    return visit.show(
        "advocates.html", loads=loads[:SHOWN], found=len(loads), wanted=wanted, limit=SHOWN
    )


def sources(visit: Visit) -> Response:
    return visit.show(
        "sources.html", sources=visit.desk.sources(), posts=visit.desk.counts()["posts"]
    )


def messages(visit: Visit) -> Response:
    counts = visit.desk.counts()["messages"]
    return visit.show("messages.html", messages=visit.desk.messages(), counts=counts)


def retry(visit: Visit) -> Response:
    try:
        message = visit.desk.retry(visit.form.get("key", ""), visit.who)
    except StaleError as error:
        return stale(visit, error, "/messages")
    visit.flash(f"The {message.kind} is queued again.")
    return see_other("/messages")


def sign_in_page(visit: Visit, problem: str = "", status: int = 200) -> Response:
    back = entrance.way_back(visit.form.get("next") or visit.query("next"))
    name = visit.form.get("name", str(visit.session.get("who", "")))
    return visit.show("sign_in.html", status, back=back, name=name, problem=problem)


def sign_in(visit: Visit) -> Response:
    name = entrance.person(visit.form.get("name", ""))
    if not name:
        return sign_in_page(visit, "Say who you are: decisions are kept with a name.", 422)
    if visit.site.password and (refused := _wrong_password(visit)):
        return refused
    back = entrance.way_back(visit.form.get("next", ""))
    visit.session.clear()  # nothing of before lives on, so nobody can have prepared it
    visit.session.update({"who": name, "in": True})
    return see_other(back)


def _wrong_password(visit: Visit) -> Response | None:
    """None where it is right."""
    client, patience = visit.request.client, visit.site.patience
    address = client.host if client else ""
    if not patience.spend(address, visit.now):
        wait = "Too many wrong passwords. Wait five minutes, then try again."
        return sign_in_page(visit, wait, 429)
    if not entrance.right(visit.site.password, visit.form.get("password", "")):
        return sign_in_page(visit, "That is not the password.", 403)
    patience.forgive(address)
    return None


def sign_out(visit: Visit) -> Response:
    visit.session.clear()
    return see_other("/sign-in")
