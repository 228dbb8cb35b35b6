"""A question that its author takes back, at each stage, through the real doors and channels."""

from datetime import timedelta

import httpx

from domain.types import AskState, Closed, Dropped
from pipeline.steps import once
from tests.taken_back import PORT, scene, words


def test_what_each_of_the_three_people_sees_and_nothing_is_left() -> None:
    with scene() as made, httpx.Client(base_url=f"http://127.0.0.1:{PORT}") as board:
        cards = {name: made.place_of_card(item) for name, item in made.items.items()}
        pages = {
            name: made.kit.links.ask(made.ask_about(item).key)
            for name, item in made.items.items()
            if name != "card_open"
        }
        mails = len(made.stage.mailbox.mails)
        made.take_back()
        made.clock.now += timedelta(hours=25)
        for _ in range(10):  # on a busy machine a platform may not answer in time at once
            once(made.kit, made.clock())
            if not any(made.on_disk(item.post) for item in made.items.values()):
                break
        once(made.kit, made.clock())

        for name, item in made.items.items():
            # The team: a line where the card stood, and a page that says why.
            card = made.in_slack(cards[name])
            assert "This post was deleted" in card
            assert item.post.text[:40] not in card
            page = board.get(f"/o/{item.opportunity.key}")
            assert "This post was deleted" in words(page)
            assert item.post.author not in page.text
            kept = made.kit.store.opportunity(item.opportunity.key)
            assert kept
            assert kept.closed_as is Closed.GONE
            # The disk: nothing of it.
            assert made.on_disk(item.post) == [], name

        for name, address in pages.items():
            told = words(board.get(address))  # the advocate: the link from before still leads here
            assert "The question was deleted" in told
            ask = made.ask_now(made.items[name])
            assert (ask.state, ask.dropped_as) == (AskState.DROPPED, Dropped.GONE)

        # Nobody was written to but the one who had said yes.
        new = made.stage.mailbox.mails[mails:]
        recalled = [m for m in made.kit.store.messages() if m.key.startswith("recall:prompt")]
        assert len(recalled) >= len(new)
        assert {mail.subject for mail in new} <= {"This question was taken back"}
