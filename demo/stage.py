"""The played world set up: every platform on one loopback server, and settings that lead there."""

import csv
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from demo import world as worlds
from demo.players.feeds import SITE, FeedPlayer
from demo.players.hackernews import HackerNewsPlayer
from demo.players.items import Item
from demo.players.mailbox import MailboxPlayer
from demo.players.reddit import RedditPlayer
from demo.players.slack import CHANNEL, Member, SlackPlayer
from demo.players.x import XPlayer
from demo.script import Wall
from demo.server import LoopbackServer

_PORT = 20_787
SECRETS = {
    "GOODWORD_X_BEARER_TOKEN": "played",
    "GOODWORD_REDDIT_CLIENT_ID": "played",
    "GOODWORD_REDDIT_CLIENT_SECRET": "played",
    "GOODWORD_SLACK_BOT_TOKEN": "xoxb-played",
    "GOODWORD_SLACK_SIGNING_SECRET": "played-signing-secret",
    "GOODWORD_SECRET_KEY": "a key of the demo, which guards nothing",
}


class LinkedInWall:
    """LinkedIn has no server here: its posts come as an export, and nobody can look there."""

    def reply(self, thread_id: str, author: str, text: str, now: datetime) -> str:  # noqa: ARG002
        return (
            f"https://www.linkedin.com/feed/update/urn:li:activity:{thread_id}"
            f"?commentUrn=urn%3Ali%3Acomment%3A{int(now.timestamp())}"
        )


class Stage(NamedTuple):
    world: worlds.World
    server: LoopbackServer
    slack: SlackPlayer
    mailbox: MailboxPlayer
    walls: dict[str, Wall]


@contextmanager
def open_stage(
    now: datetime, clock: Callable[[], datetime], *, actions_url: str = ""
) -> Iterator[Stage]:
    """Everything plays until the end of the block."""
    world = worlds.load(now)
    walls: dict[str, Any] = {
        "x": XPlayer(worlds.items(world, "x"), clock=clock),
        "reddit": RedditPlayer(worlds.items(world, "reddit")),
        "hackernews": HackerNewsPlayer(worlds.items(world, "hackernews")),
        "rss": FeedPlayer(worlds.items(world, "rss"), size=100),
    }
    slack = SlackPlayer(
        members=(Member("U0REVIEWER", "Robin Reviewer"), *_advocates_in_slack(world)),
        actions_url=actions_url,
        signing_secret=SECRETS["GOODWORD_SLACK_SIGNING_SECRET"],
        clock=lambda: clock().timestamp(),
    )
    with MailboxPlayer() as mailbox, _server([*walls.values(), slack, mailbox]) as server:
        yield Stage(world, server, slack, mailbox, walls | {"linkedin": LinkedInWall()})


def _advocates_in_slack(world: worlds.World) -> Iterator[Member]:
    with world.advocates_csv.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["slack_id"]:
                yield Member(row["slack_id"], row["name"])


def _server(players: list[Any]) -> LoopbackServer:
    try:
        return LoopbackServer(players, _PORT)
    except OSError:  # another demo runs beside this one
        return LoopbackServer(players)


def write_exports(world: worlds.World, folder: Path) -> None:
    """LinkedIn's posts as a search export, as operators get them from a tool of theirs."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(_export(item)) for item in worlds.items(world, "linkedin")]
    (folder / "post-search.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _export(item: Item) -> dict[str, str]:
    return {
        "activityId": item.id,
        "postUrl": f"https://www.linkedin.com/feed/update/urn:li:activity:{item.id}",
        "profileName": item.author,
        "postContent": item.text,
        "postedAtISO": item.posted_at.isoformat(),
    }


def settings_text(stage: Stage, *, storage_url: str, exports: Path, bind: str) -> str:
    """A settings file for `stage`: what the company knows, and where its world is played."""
    # long: one file, to be read as one
    url, feeds = stage.server.url, sorted({p.community for p in stage.world.posts["rss"]})
    subreddits = sorted({p.community for p in stage.world.posts["reddit"]})
    rss = "".join(
        f'[[sources]]\nname = "{name}"\nkind = "rss"\nurl = "{SITE}/{name}.rss"\n'
        f'api_url = "{url}/feeds/{name}.rss"\nsince = "4d"\nallow_private = true\n'
        for name in feeds
    )
    company = stage.world.company["company"]
    return f"""\
# Written by the demo: the invented world, and the loopback server that plays its platforms.

[company]
name = {json.dumps(company["name"])}

{_known_to_the_company()}
[storage]
url = {json.dumps(storage_url)}

[routing]
look_every = "3s"

[[sources]]
name = "x"
kind = "x"
query = "deskwren OR slotwren OR billwren"
api_url = "{url}/x"
since = "4d"
allow_private = true

[[sources]]
name = "reddit"
kind = "reddit"
subreddits = {json.dumps(subreddits)}
api_url = "{url}/reddit"
since = "4d"
allow_private = true

[[sources]]
name = "hackernews"
kind = "hackernews"
api_url = "{url}/hn"
since = "4d"
allow_private = true

{rss}
[[sources]]
name = "linkedin"
kind = "linkedin"
folder = {json.dumps(str(exports))}
lawful_basis = "legitimate_interests"

[slack]
channel = "{CHANNEL}"
api_url = "{url}/slack/api/"

[email]
host = "{stage.mailbox.host}"
port = {stage.mailbox.port}
sender = {json.dumps(company["sender"])}
postal_address = {json.dumps(company["postal_address"])}
tls = "none"

[console]
bind = "{bind}"
"""


def _known_to_the_company() -> str:
    """Its catalogue and what it knows of communities, as they stand in the data."""
    text = (worlds.DATA / "company.toml").read_text(encoding="utf-8")
    return text[text.index("[[catalogue.products]]") :]
