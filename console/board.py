"""The review board: what waits, one opportunity with all one decides by, and the decisions."""

from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.responses import Response

from console import entrance, show
from console.desk import ItemView, Shelf
from console.highlight import marked
from console.links import opportunity_path
from console.reviewing import PAGE
from console.site import Visit, see_other, stale
from domain.errors import StaleError
from domain.types import Dismissal
from notifiers import standing
from routing.history import IN_HAND

_MOST_SHOWN = 150  # of advocates in a list or menu; the command line's `match` prints all of them


def queue(visit: Visit) -> Response:
    shelf = _shelf(visit.query("state"))
    platform = visit.query("platform")
    page = int(visit.query("page")) if visit.query("page").isdecimal() else 1
    page = min(max(page, 1), 1_000)
    items, more = visit.desk.queue(shelf, platform, page)
    counts = visit.desk.counts()
    here = str(visit.request.url.path) + (
        f"?{visit.request.url.query}" if visit.request.url.query else ""
    )
    if visit.session.get("queue", "/") != here:
        visit.session["queue"] = here  # to come back to

    def address(**changes: str | int) -> str:
        kept = {"state": shelf.value, "platform": platform, "page": 1, **changes}
        return "/?" + urlencode({name: value for name, value in kept.items() if value})

    return visit.show(
        "queue.html",
        items=items,
        shelf=shelf,
        shelves=Shelf,
        platform=platform,
        platforms=sorted(set(counts["posts"]) - {"waiting"}),
        counts=counts["opportunities"],
        page=page,
        more=more,
        first=(page - 1) * PAGE + 1,
        address=address,
    )


def _shelf(said: str) -> Shelf:
    try:
        return Shelf(said)
    except ValueError:
        return Shelf.OPEN


def opportunity(visit: Visit) -> Response:
    view = visit.desk.view(visit.part("key"))
    if view is None:
        raise HTTPException(404)
    lines = standing.lines(view.item.opportunity, view.asks, view.people, visit.now)
    return visit.show(
        "opportunity.html",
        view=view,
        o=view.item.opportunity,
        post=view.item.post,
        assessment=view.item.assessment,
        place=view.shortlist.place,
        marks_of=marked(view.item.post, view.item.assessment),
        stated=show.stated(view),
        asked_now=_asked_now(view),
        standing=list(lines),
        history=show.history(view),
        components=show.shares(view.item.opportunity.components),
        labels=show.shares(view.item.assessment.scores),
        limit=_MOST_SHOWN,
        queue=visit.session.get("queue", "/"),
    )


def _asked_now(view: ItemView) -> str:
    """The name of whoever is being asked, "" for nobody."""
    who = next((ask.advocate for ask in view.asks if ask.state in IN_HAND), "")
    return view.people[who].name if who in view.people else who


def decide(visit: Visit) -> Response:
    """Back to the queue after what takes the opportunity off it, else to its page again."""
    key = visit.part("key")
    here = opportunity_path(key)
    decision = _DECISIONS.get(visit.form.get("do", ""))
    if decision is None:
        raise HTTPException(400)
    try:
        visit.flash(decision(visit, key))
    except StaleError as error:
        return stale(visit, error, here)
    stays = visit.form["do"] in ("claim", "release", "approve")
    return see_other(here if stays else entrance.way_back(visit.session.get("queue", "/")))


def _approve(visit: Visit, key: str) -> str:
    advocate = visit.form.get("advocate", "")
    visit.desk.approve(key, visit.who, advocate)
    person = visit.desk.store.advocate(advocate) if advocate else None
    return f"Approved. {person.name if person else 'The best one free'} will be asked next."


def _dismiss(visit: Visit, key: str) -> str:
    try:
        reason = Dismissal(visit.form.get("reason", ""))
    except ValueError as error:
        raise HTTPException(400) from error
    visit.desk.dismiss(key, visit.who, reason, visit.form.get("note", ""))
    return f"Dismissed: {standing.DISMISSED[reason].lower()}."


def _claim(visit: Visit, key: str) -> str:
    visit.desk.claim(key, visit.who)
    return "It is yours; the others see that you are looking at it."


def _release(visit: Visit, key: str) -> str:
    visit.desk.release(key, visit.who)
    return "Free for the others again."


def _snooze(visit: Visit, key: str) -> str:
    try:
        until = visit.desk.snooze_until(visit.form.get("until", ""))
    except KeyError as error:
        raise HTTPException(400) from error
    became = visit.desk.snooze(key, visit.who, until)
    return f"Out of sight until {show.moment(became.snoozed_until or until, visit.desk.zone)}."


_DECISIONS: Mapping[str, Callable[[Visit, str], str]] = {
    "approve": _approve,
    "dismiss": _dismiss,
    "claim": _claim,
    "release": _release,
    "snooze": _snooze,
}
