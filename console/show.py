"""Values as words and marks on a page. All that is printed is made harmless first and escaped
after, in one place each: `finalize` and the templates' autoescape."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from console.desk import ItemView
from console.links import opportunity_path
from domain.text import clean
from domain.types import Ask, Event, Intent
from notifiers import phrases, standing
from notifiers.layout import MONTHS, Break, Line, Link, Moment, Run, Strong

HERE = Path(__file__).parent

INTENTS: Mapping[Intent, str] = {
    Intent.COMPARE: "Compares products",
    Intent.RECOMMEND: "Asks what to get",
    Intent.VALIDATE: "Asks whether it is worth it",
    Intent.SWITCH: "Wants to switch",
    Intent.PURCHASE: "About to buy",
    Intent.NONE: "No buying question",
}
PLATFORMS: Mapping[str, str] = {
    "reddit": "Reddit",
    "x": "X",
    "hackernews": "Hacker News",
    "linkedin": "LinkedIn",
    "discourse": "Forums",
    "stackexchange": "Stack Exchange",
    "rss": "Feeds",
}
_DONE: Mapping[str, str] = {
    "opened": "opened this",
    "approved": "approved this",
    "dismissed": "dismissed this",
    "claimed": "claimed this",
    "released": "let it go again",
    "snoozed": "snoozed this",
    "accepted": "said yes",
    "declined": "said no to this one",
    "not_now": "cannot now",
    "paused": "asked for a pause",
    "left": "asked not to be written to any more",
    "told_reply": "says the reply is there",
    "drafted": "chose whom to ask",
    "forgotten: deleted": "forgot this: it was deleted",
    "forgotten: kept long enough": "forgot this: it was kept long enough",
    "changed": "closed this: it was edited, and asks nothing any more",
    "locked": "closed this: nobody may answer there any more",
    "sent": "sent the message",
}
_REASONS: Mapping[str, str] = {reason.value: said for reason, said in standing.DISMISSED.items()}
# Steps and rules of the program, as they sign what they do.
_OURSELVES = {"listen", "classify", "sweep", "route", "prompt", "follow_up", "notify", "rule"}


@cache  # compiling the templates is most of the time that an app takes to be made
def environment(zone: ZoneInfo) -> Environment:
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_harmless,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "moment": lambda when: moment(when, zone),
        "iso": lambda when: when.isoformat(timespec="seconds"),
        "age": phrases.age,
        "percent": phrases.percent,
        "where": phrases.where,
        "label": phrases.label,
        "opportunity_path": opportunity_path,
        "said": lambda line: said(line, zone),
        "times": phrases.times,
        "day": phrases.day,
        "platform_name": lambda name: PLATFORMS.get(name, name),
    }
    made.globals |= {"INTENTS": INTENTS, "DISMISSED": standing.DISMISSED}
    return made


def _harmless(value: object) -> object:
    """Markup is ours; all other text may be a stranger's."""
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def moment(when: datetime, zone: ZoneInfo) -> str:
    local = when.astimezone(zone)
    return f"{local.day} {MONTHS[local.month - 1][:3]} {local.year}, {local:%H:%M}"


def said(line: Line, zone: ZoneInfo) -> Markup:
    """A letter's line as HTML: the board says of an opportunity what its card says."""
    return Markup("").join(_run(run, zone) for run in line.runs)


def _run(run: Run, zone: ZoneInfo) -> Markup:
    match run:
        case Strong(text):
            return Markup("<strong>{}</strong>").format(clean(text))
        case Link(label, url):
            if not run.leads:
                return Markup("{}").format(clean(label))
            return Markup('<a href="{}" rel="noreferrer nofollow">{}</a>').format(url, clean(label))
        case Moment(at):
            return Markup("{}").format(moment(at, zone))
        case Break():
            return Markup("<br>")
        case _:
            return Markup("{}").format(clean(run))


def history(view: ItemView) -> list[dict[str, Any]]:
    """What was done, as sentences, oldest first: who, what, more, at."""
    asked = {ask.key: ask for ask in view.asks}
    return [_told(event, view, asked.get(event.subject)) for event in view.events]


def _told(event: Event, view: ItemView, ask: Ask | None) -> dict[str, Any]:
    def name(advocate: str) -> str:
        person = view.people.get(advocate)
        return person.name if person else advocate

    kind, _, who = event.actor.partition(":")
    actor = name(who) if kind == "advocate" else event.actor
    what = _DONE.get(event.action, event.action.replace("_", " "))
    about = name(ask.advocate) if ask and kind != "advocate" else ""
    detail = event.detail
    if event.action == "approved" and detail:
        about, detail = name(detail), ""
    elif detail in _REASONS:
        detail = _REASONS[detail].lower()
    return {
        "who": "Goodword" if actor in _OURSELVES else actor,
        "what": f"{what}: {about}" if about else what,
        "more": detail,
        "at": event.at,
    }


def stated(view: ItemView) -> list[tuple[str, str]]:
    """What the post says of its author, in the post's own words."""
    asker = view.item.assessment.asker
    fields = {
        "Industry": asker.industry,
        "Size": asker.size,
        "Region": asker.region,
        "Role": asker.role,
        "Use": asker.use_case,
    }
    return [(name, field.text) for name, field in fields.items() if field]


def shares(parts: Mapping[Any, float]) -> list[tuple[Any, float]]:
    """The largest first."""
    return sorted(parts.items(), key=lambda part: -part[1])
