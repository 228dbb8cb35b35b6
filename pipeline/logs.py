"""Logs go to stderr, one line each: time, level, where, key=value. Results go to stdout."""

import logging
import sys
import time

_CHATTY = (
    *("apscheduler", "httpx", "httpcore", "slack_sdk", "slack_bolt", "prawcore", "praw"),
    *("tweepy", "alembic", "asyncio", "mail.log", "uvicorn"),
)


def set_up(*, verbose: bool = False, quiet: bool = False) -> None:
    level = logging.DEBUG if verbose else logging.WARNING if quiet else logging.INFO
    handler = logging.StreamHandler(sys.stderr)
    layout = logging.Formatter(
        "%(asctime)s.%(msecs)03dZ %(levelname)-7s %(name)s %(message)s", "%Y-%m-%dT%H:%M:%S"
    )
    layout.converter = time.gmtime
    handler.setFormatter(layout)
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    # A step that is still at work when its next turn comes is no news.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
