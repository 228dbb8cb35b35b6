"""The board and the advocate's page in a real browser, without scripts: by mouse, by keyboard, on
small screens, and readable in light and dark."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from console.links import opportunity_path
from domain.types import Evidence, Source
from tests.console.house import House
from tests.make import DAY, NOW, advocate, assessment, mention, message, post

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

KEY = post(1).key
REPLY = "https://www.reddit.com/r/trades/comments/2/_/c9/"

# Every text whose contrast with what is behind it is below WCAG's AA: "ratio: text".
TOO_FAINT = """() => {
  const parse = (c) => c.match(/[\\d.]+/g).map(Number);
  const lum = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (e) => {
    for (; e; e = e.parentElement) {
      const c = parse(getComputedStyle(e).backgroundColor);
      if (c.length < 4 || c[3] === 1) return c;
    }
    return [255, 255, 255];
  };
  const faint = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim();
    const e = walker.currentNode.parentElement;
    if (!text || !e.checkVisibility() || e.closest(".unseen, option")) continue;
    const style = getComputedStyle(e);
    const [a, b] = [lum(parse(style.color)), lum(behind(e))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5)) faint.push(`${ratio.toFixed(2)}: ${text.slice(0, 40)}`);
  }
  return faint;
}"""

UNLABELLED = """() => [...document.querySelectorAll("input:not([type=hidden]), select, textarea")]
  .filter((e) => !e.labels.length).map((e) => e.name)"""


@pytest.fixture
def page(browser: "Browser", house: House) -> Iterator["Page"]:
    """Without scripts, as careful people have it; `evaluate` works all the same."""
    context = browser.new_context(base_url=house.base, java_script_enabled=False)
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    yield context.new_page()
    context.close()
    assert [url for url in asked if not url.startswith(house.base)] == []


@pytest.fixture
def furnished(house: House) -> House:
    """Something on every page."""
    heard = post(1, text="We are a plumbing firm of 12 in Leeds. " * 12 + "Which one?")
    start = heard.reading.index("Which one?")
    thought = assessment(
        heard,
        mentions=(mention(heard, "Fernhill", ours=True), mention(heard, "Tidewell")),
        evidence=(Evidence(text="Which one?", start=start, end=start + 10, weight=1),),
    )
    house.heard(1, post=heard, assessment=thought, hot=True, claimed_by="Lee", score=0.91)
    people = [advocate(f"a{n}", name=f"Advocate Number {n}") for n in range(5)]
    house.store.add_advocates([*people, advocate("cy", paused_until=NOW + DAY)])
    house.store.save_source(Source(name="x-search", failures=4, last_error="refused " * 12))
    house.store.queue([message("a" * 90, state="dead", error="550 no such user"), message("b")])
    return house


def test_a_reviewer_approves_by_mouse_and_sees_it_done(furnished: House, page: "Page") -> None:
    page.goto("/")
    page.get_by_role("link", name="Fernhill or Tidewell?").click()
    page.get_by_text("Everybody else, and why not").click()
    assert page.get_by_text("Paused until 11 March").is_visible()
    page.get_by_role("button", name="Ask Advocate (Advocate Number 0)").click()
    assert page.get_by_role("status").inner_text().startswith("Approved.")
    assert page.get_by_role("button", name="Dismiss").count() == 0
    kept = furnished.store.opportunity(KEY)
    assert kept
    assert (kept.state, kept.chosen) == ("approved", "a0")


def test_an_advocate_answers_in_one_tap_and_later_pastes_the_link(
    house: House, page: "Page"
) -> None:
    ask = house.asked(2)
    page.goto(f"{house.ask_path(ask)}?choose=yes")
    page.get_by_role("button", name="I'll answer").click()
    assert page.get_by_role("heading", name="Thank you, Anna").is_visible()
    page.get_by_label("Link to your reply").fill("https://evil.example/")
    page.get_by_role("button", name="Send the link").click()
    assert "stands on reddit.com" in page.get_by_role("alert").inner_text()
    page.get_by_label("Link to your reply").fill(REPLY)
    page.get_by_role("button", name="Send the link").click()
    assert page.get_by_text("You told us where your reply is").is_visible()
    kept = house.store.ask(ask.key)
    assert kept
    assert kept.reply_url == REPLY


def test_a_reviewer_dismisses_by_keyboard_alone(furnished: House, page: "Page") -> None:
    page.goto(opportunity_path(KEY))
    page.get_by_label("Not relevant, because").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.type("one of ours asked")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("/")
    kept = furnished.store.opportunity(KEY)
    assert kept
    assert (kept.dismissal, kept.note) == ("not_buying", "one of ours asked")


def every_page(house: House) -> list[str]:
    waiting, done = house.asked(2), house.asked(3, "bo", state="accepted", answered_at=NOW)
    board = ["/", opportunity_path(KEY), "/advocates", "/sources", "/messages", "/sign-in"]
    return [*board, house.ask_path(waiting), house.ask_path(done), "/a/none", "/nowhere"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_fits_small_screens_can_be_read_and_is_labelled(
    furnished: House, browser: "Browser", scheme: Any
) -> None:
    context = browser.new_context(
        base_url=furnished.base, color_scheme=scheme, viewport={"width": 320, "height": 640}
    )
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    for path in every_page(furnished):
        page.goto(path)
        page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true })")
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(wide) <= 0, path
        assert page.evaluate(TOO_FAINT) == [], path
        assert page.evaluate(UNLABELLED) == [], path
        assert page.locator("h1").count() == page.locator("main").count() == 1, path
    context.close()
    assert errors == []
