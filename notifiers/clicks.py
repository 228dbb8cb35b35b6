"""What the buttons of a card carry, and how a click on one is read back."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from domain.types import Dismissal

_ASK = "ask:"


class Action(StrEnum):
    """The action ids of a card. "Ask NAME" has `ask:` and the advocate's id."""

    APPROVE = "approve"
    DISMISS = "dismiss"
    SNOOZE = "snooze"
    CLAIM = "claim"
    OPEN = "open"  # leads to the board; Slack tells us of it all the same
    ASK = "ask"


class Click(NamedTuple):
    action: Action
    key: str  # the opportunity's
    advocate: str = ""  # of "Ask NAME"
    reason: Dismissal | None = None  # of "Not relevant"
    user: str = ""  # who clicked: a name for people
    user_id: str = ""
    channel: str = ""
    ts: str = ""


def ask_action(advocate: str) -> str:
    return f"{_ASK}{advocate}"


def read(payload: Mapping[str, Any]) -> Click | None:
    """The click in a `block_actions` payload of Slack's; None if it is not one of a card's.

    An option of a menu is too small to hold a key, so that of "Not relevant" is taken from the
    card's other buttons, which come along.
    """
    done: Mapping[str, Any] = next(iter(payload.get("actions") or ()), {})
    name = str(done.get("action_id", ""))
    key = str(done.get("value") or next(_values(payload), ""))
    user, holder = payload.get("user") or {}, payload.get("container") or {}
    try:
        action = Action.ASK if name.startswith(_ASK) else Action(name)
        chosen = str((done.get("selected_option") or {}).get("value"))
        reason = Dismissal(chosen) if action is Action.DISMISS else None
    except ValueError:
        return None
    if not key and action is not Action.OPEN:
        return None
    return Click(
        action,
        key,
        name.removeprefix(_ASK) if action is Action.ASK else "",
        reason,
        str(user.get("name") or user.get("username") or user.get("id") or ""),
        str(user.get("id", "")),
        str(holder.get("channel_id", "")),
        str(holder.get("message_ts", "")),
    )


def _values(payload: Mapping[str, Any]) -> Iterator[str]:
    """The values of the card's buttons. All carry the same: the opportunity's key."""
    for block in (payload.get("message") or {}).get("blocks") or ():
        for element in (block.get("accessory") or {}, *(block.get("elements") or ())):
            if element.get("type") == "button" and element.get("value"):
                yield str(element["value"])
