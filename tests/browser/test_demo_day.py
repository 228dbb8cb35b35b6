"""The newcomer's day: `make demo`, a real browser, from an open question to the thanks."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("playwright.sync_api")
from playwright.sync_api import Browser, Page, expect

ROOT = Path(__file__).parents[2]
SHOTS = os.environ.get("SHOTS", "")  # a folder to leave pictures in, for people to look at
_START = (
    "import sys; from pathlib import Path; from commands.demo import play; "
    "play(serve=True, folder=Path(sys.argv[1]))"
)

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]


@pytest.fixture
def addresses(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Of the board, the played Slack and the mailbox, as the demo prints them."""
    command = [sys.executable, "-u", "-c", _START, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout
        found: dict[str, str] = {}
        for line in process.stdout:
            if told := re.search(r"(board|Slack|mail) +(http://\S+)", line):
                found[told[1]] = told[2]
            if len(found) == 3:
                break
        try:
            yield found
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(15)


def look(page: Page, name: str) -> None:
    if not SHOTS:
        return
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(path=f"{SHOTS}/{name}-{width}.png", full_page=True)
    page.set_viewport_size({"width": 1280, "height": 900})


def reloaded(page: Page, words: str, seconds: float = 30) -> None:
    """Look again until the page says `words`."""
    ends = time.monotonic() + seconds
    while words not in page.inner_text("body"):
        assert time.monotonic() < ends, f"{words!r} never came:\n{page.inner_text('body')[:2000]}"
        time.sleep(0.3)
        page.reload()


def test_approve_open_the_mail_answer_and_see_the_reply_verified_and_thanked(
    addresses: dict[str, str], browser: Browser
) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(addresses["Slack"])
    look(page, "slack")
    page.goto(addresses["board"] + "?platform=reddit")
    look(page, "board")
    page.get_by_role("link", name=re.compile("Is Slotwren worth it")).first.click()
    opportunity = page.url
    look(page, "opportunity")
    page.get_by_role("button", name=re.compile("^(Approve|Ask)")).first.click()
    expect(page.locator("body")).to_contain_text("pproved")

    page.goto(addresses["mail"])
    reloaded(page, "worth it")
    look(page, "mailbox")
    page.get_by_role("link", name=re.compile("worth it")).first.click()
    expect(page.frame_locator("iframe").locator("body")).to_contain_text("I'll answer")
    look(page, "mail")
    mail = page.url
    page.goto(mail + "?as=text")
    link = re.search(r"http://\S+/a/[\w.~-]+", page.inner_text("body"))
    assert link
    page.goto(link[0])
    look(page, "ask")
    page.get_by_role("button", name="I'll answer").click()
    look(page, "accepted")

    page.goto(opportunity)
    reloaded(page, "eply")
    reloaded(page, "nswered")
    look(page, "answered")
    page.goto(addresses["mail"])
    reloaded(page, "Thank you")
    look(page, "thanks")
    page.goto(addresses["Slack"])
    look(page, "slack-after")
