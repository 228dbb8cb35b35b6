"""What the played Slack keeps, and what its Web API answers: values in, values out, no HTTP."""

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from demo.players import slack_rules

TEAM = {"id": "T0GOODWORD", "domain": "goodword-demo"}
BOT = {"bot_id": "B0GOODWORD", "user_id": "U0GOODWORD", "user": "goodword"}

Json = dict[str, Any]


class Member(NamedTuple):
    """Somebody of the played workspace."""

    id: str  # "U0ADA"
    name: str
    email: str = ""


class Workspace:
    """Safe to use from several threads: one call at a time."""

    def __init__(
        self,
        channels: Mapping[str, str],
        members: tuple[Member, ...],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.channels = dict(channels)  # by id; conversations with people come in addition
        self.members = {member.id: member for member in members}
        self.counts: Counter[str] = Counter()  # calls by method
        self.views: list[Json] = []  # what views.open and views.publish were given
        self._messages: list[Json] = []
        self._asides: list[Json] = []
        self._methods: Mapping[str, Callable[[Json], Json]] = {
            "auth.test": self._auth_test,
            "chat.postMessage": self._post,
            "chat.postEphemeral": self._post_aside,
            "chat.update": self._update,
            "conversations.open": self._open,
            "conversations.history": self._history,
            "users.lookupByEmail": self._lookup,
            "users.info": self._info,
            "views.open": self._view,
            "views.publish": self._view,
        }
        self._clock = clock
        self._last = 0
        self._lock = threading.Lock()

    def call(self, method: str, arguments: Json) -> Json:
        with self._lock:
            self.counts[method] += 1
            answer = self._methods.get(method)
            return answer(arguments) if answer else _error("unknown_method")

    @property
    def messages(self) -> list[Json]:
        """Copies, oldest first."""
        with self._lock:
            return _copy(self._messages)

    @property
    def asides(self) -> list[Json]:
        """Copies of what was said to the one who clicked alone."""
        with self._lock:
            return _copy(self._asides)

    def message(self, ts: str) -> Json:
        """Raises LookupError."""
        found = [message for message in self.messages if message["ts"] == ts]
        if not found:
            raise LookupError(f"there is no message {ts}")
        return found[0]

    def respond(self, channel: str, ts: str, said: Json) -> None:
        """What a `response_url` does: replace the message, or say something beside it."""
        with self._lock:
            found = self._found(channel, ts)
            if found is not None and said.get("replace_original"):
                found |= _kept({**found, **said}) | self._edited()
            else:
                self._asides.append({"channel": channel, "ts": self._next_ts(), **_kept(said)})

    def version(self) -> str:
        """Changes whenever something is to be seen anew."""
        with self._lock:
            return f"{len(self._messages)}-{len(self._asides)}-{self._last}"

    def kept(self) -> Json:
        """All that `restore` needs, as JSON."""
        return {"messages": self.messages, "channels": dict(self.channels)}

    def restore(self, kept: Json) -> None:
        with self._lock:
            self._messages, self.channels = kept["messages"], kept["channels"]

    # The Web API; the lock is held

    def _auth_test(self, _: Json) -> Json:
        return {"ok": True, **BOT, "team": "Goodword demo", "team_id": TEAM["id"]}

    def _post(self, said: Json) -> Json:
        channel = str(said.get("channel", ""))
        if channel in self.members:
            channel = self._direct(channel)
        if channel not in self.channels:
            return _error("channel_not_found")
        refusal = slack_rules.refusal(said.get("blocks") or [], said.get("text") or "")
        if refusal:
            return _error(refusal)
        message = {"type": "message", "channel": channel, "ts": self._next_ts(), **BOT}
        message |= _kept(said)
        self._messages.append(message)
        return {"ok": True, "channel": channel, "ts": message["ts"], "message": message}

    def _post_aside(self, said: Json) -> Json:
        """Only for the eyes of one member."""
        aside = {"channel": str(said.get("channel", "")), "ts": self._next_ts(), **_kept(said)}
        self._asides.append(aside)
        return {"ok": True, "message_ts": aside["ts"]}

    def _update(self, said: Json) -> Json:
        found = self._found(str(said.get("channel")), str(said.get("ts")))
        if found is None:
            return _error("message_not_found")
        refusal = slack_rules.refusal(said.get("blocks") or [], said.get("text") or "")
        if refusal:
            return _error(refusal)
        found |= _kept({**found, **said}) | self._edited()
        return {"ok": True, "channel": found["channel"], "ts": found["ts"]}

    def _open(self, said: Json) -> Json:
        users = said.get("users") or ""
        wanted = users if isinstance(users, list) else str(users).split(",")
        if len(wanted) != 1 or wanted[0] not in self.members:
            return _error("user_not_found")
        return {"ok": True, "channel": {"id": self._direct(wanted[0])}}

    def _history(self, said: Json) -> Json:
        if said.get("channel") not in self.channels:
            return _error("channel_not_found")
        limit, start = int(said.get("limit") or 100), int(said.get("cursor") or 0)
        newest = [m for m in reversed(self._messages) if m["channel"] == said["channel"]]
        page = newest[start : start + limit]
        if str(said.get("include_all_metadata", "")).lower() not in ("1", "true"):
            page = [{key: m[key] for key in m if key != "metadata"} for m in page]
        more = start + limit < len(newest)
        cursor = {"next_cursor": str(start + limit) if more else ""}
        return {"ok": True, "messages": page, "has_more": more, "response_metadata": cursor}

    def _lookup(self, said: Json) -> Json:
        wanted = str(said.get("email") or "").lower()
        found = [m for m in self.members.values() if wanted and m.email.lower() == wanted]
        return _user(found[0]) if found else _error("users_not_found")

    def _info(self, said: Json) -> Json:
        member = self.members.get(str(said.get("user")))
        return _user(member) if member else _error("user_not_found")

    def _view(self, said: Json) -> Json:
        self.views.append(said)
        return {"ok": True, "view": {"id": f"V{len(self.views)}"}}

    def _direct(self, user: str) -> str:
        channel = f"D{user[1:]}"
        self.channels.setdefault(channel, self.members[user].name)
        return channel

    def _found(self, channel: str, ts: str) -> Json | None:
        for message in self._messages:
            if (message["channel"], message["ts"]) == (channel, ts):
                return message
        return None

    def _edited(self) -> Json:
        return {"edited": {"user": BOT["user_id"], "ts": self._next_ts()}}

    def _next_ts(self) -> str:
        self._last = max(self._last + 1, int(self._clock() * 1_000_000))
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"


def _kept(said: Json) -> Json:
    """What Slack keeps of a message: every block gets an id."""
    blocks = [
        {"block_id": f"b{number}", **block} for number, block in enumerate(said.get("blocks") or [])
    ]
    metadata = said.get("metadata") or {}
    return {"text": said.get("text") or "", "blocks": blocks, "metadata": metadata}


def _user(member: Member) -> Json:
    profile = {"email": member.email, "real_name": member.name}
    user = {"id": member.id, "name": member.name, "real_name": member.name, "profile": profile}
    return {"ok": True, "user": {**user, "tz": "UTC", "team_id": TEAM["id"]}}


def _error(code: str) -> Json:
    return {"ok": False, "error": code}


def _copy(messages: list[Json]) -> list[Json]:
    return json.loads(json.dumps(messages))  # type: ignore[no-any-return]
