"""What an advocate sees behind the link that we sent them. Looking changes nothing: scanners of
mail open every link. No sign-in, no cookie; the address is the key."""

from starlette.responses import Response

from console import links
from console.answering import CHOICES
from console.desk import Choice, ReplyLinkError
from console.links import VALID_DAYS, LinkError
from console.site import Visit, see_other, told
from domain.errors import StaleError
from domain.types import AskState, PostState
from notifiers import messages, phrases
from notifiers.layout import Moment, quoted

_TITLE, _QUOTE = 300, 1_500
_DAY_OF_PAUSE = 1


def page(visit: Visit, *, status: int = 200, problem: str = "", pasted: str = "") -> Response:
    try:
        key = links.read_ask(visit.site.secret, visit.part("token"))
    except LinkError as error:
        return no_link(visit, error)
    asked = visit.desk.asked(key)
    if asked is None:
        return _forgotten(visit)
    ask, advocate, post = asked.ask, asked.advocate, asked.post
    choose = visit.query("choose")
    return visit.plain(
        "ask.html",
        status,
        asked=asked,
        ask=ask,
        advocate=advocate,
        post=post,
        place=asked.place,
        gone=post.state is PostState.GONE,
        title=quoted(post.title, _TITLE),
        quote=quoted(post.text, _QUOTE),
        place_name=phrases.place_name(post),
        nth=phrases.ordinal(max(1, asked.asks_this_quarter)),
        disclosure=messages.disclosure(advocate, visit.desk.company),
        choices=messages.CHOICES,
        choose=choose if choose in messages.CHOICES else "",
        pause_days=visit.desk.policy.pause_for.days or _DAY_OF_PAUSE,
        paused=advocate.paused_until and advocate.paused_until > visit.now,
        waits=ask.state in (AskState.DRAFTED, AskState.SENT),
        told=lambda when: Moment(when, advocate.time_zone).told,
        problem=problem,
        pasted=pasted,
    )


def act(visit: Visit) -> Response:
    try:
        key = links.read_ask(visit.site.secret, visit.part("token"))
    except LinkError as error:
        return no_link(visit, error)
    if visit.desk.asked(key) is None:
        return _forgotten(visit)
    try:
        _do(visit, key)
    except ReplyLinkError as error:
        return page(visit, status=422, problem=str(error), pasted=visit.form["url"])
    except StaleError as error:
        return page(visit, status=409, problem=str(error))
    return see_other(f"/a/{visit.part('token')}")


def _do(visit: Visit, key: str) -> None:
    if "url" in visit.form:
        visit.desk.told_reply(key, visit.form["url"])
        return
    choice: Choice | None = next((c for c in CHOICES if c == visit.form.get("choice")), None)
    if choice is None:
        raise StaleError("Nothing was chosen; choose one of the answers below")
    visit.desk.answer(key, choice)


def stop_page(visit: Visit) -> Response:
    try:
        advocate_id = links.read_unsubscribe(visit.site.secret, visit.part("token"))
    except LinkError as error:
        return no_link(visit, error)
    advocate = visit.desk.store.advocate(advocate_id)
    return visit.plain("stop.html", done=advocate is None or advocate.left_at is not None)


def stop(visit: Visit) -> Response:
    """RFC 8058: mail programs post here by themselves; one answer, no redirect, no cookie."""
    try:
        advocate_id = links.read_unsubscribe(visit.site.secret, visit.part("token"))
    except LinkError as error:
        return no_link(visit, error)
    visit.desk.leave(advocate_id)
    return visit.plain("stop.html", done=True)


def no_link(visit: Visit, error: LinkError) -> Response:
    if error.expired:
        return told(
            visit,
            410,
            "This link has run out",
            f"Such a link is good for {VALID_DAYS} days. Nothing is expected of you. If you would "
            "rather not hear from us again, use the link at the end of any of our messages.",
            back="",
        )
    return told(
        visit,
        404,
        "This link is not complete",
        "A part of it may have been lost on its way. Open it again from the message that we sent "
        "you, or copy the whole address from there.",
        back="",
    )


def _forgotten(visit: Visit) -> Response:
    return told(
        visit,
        404,
        "There is nothing here any more",
        "We no longer keep what this link was about. Nothing is expected of you.",
        back="",
    )
