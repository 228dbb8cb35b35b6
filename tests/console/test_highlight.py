"""The post with its evidence marked."""

from console.highlight import LONGEST, marked
from domain.types import Evidence, Mention
from tests.make import assessment, mention, post

HEARD = post(1, title="Fernhill or Tidewell?", text="Which of the two?")


def evidence(words: str) -> Evidence:
    start = HEARD.reading.index(words)
    return Evidence(text=words, start=start, end=start + len(words), weight=0.4)


def test_all_of_the_text_is_there_once_however_spans_lie() -> None:
    thought = assessment(
        HEARD,
        mentions=(mention(HEARD, "Fernhill", ours=True), mention(HEARD, "Tidewell")),
        evidence=(evidence("Fernhill or Tidewell?"), evidence("hill or Tide"), evidence("two?")),
    )
    shown = marked(HEARD, thought)
    assert "".join(p.text for p in shown.title) == HEARD.title
    assert "".join(p.text for p in shown.text) == HEARD.text
    assert all(p.evidence for p in shown.title)
    named = [p.text for p in shown.title if p.mention and p.mention.name == "Fernhill"]
    assert "".join(named) == "Fernhill"
    assert [p.text for p in shown.text if p.evidence] == ["two?"]
    assert not shown.cut


def test_spans_that_do_not_fit_are_left_out() -> None:
    edited = HEARD.model_copy(update={"text": "Never mind."})
    lying = Mention(name="X", text="Tidewell", start=3, end=4)
    beyond = Evidence(text="far", start=900, end=903, weight=1)
    shown = marked(
        edited, assessment(HEARD, mentions=(lying,), evidence=(evidence("two?"), beyond))
    )
    assert [(p.text, p.evidence, p.mention) for p in shown.text] == [("Never mind.", False, None)]


def test_a_post_without_title_or_text_is_no_error() -> None:
    bare = post(1, title="", text="")
    assert marked(bare, assessment(bare)) == ([], [], False)


def test_direction_marks_do_not_move_the_spans() -> None:
    heard = post(1, title="\u202eabc", text="\u2066Which\u2069 of")
    start = heard.reading.index("Which")
    span = Evidence(text="Which", start=start, end=start + 5, weight=1)
    shown = marked(heard, assessment(heard, evidence=(span,)))
    assert [p.text for p in shown.text if p.evidence] == ["Which"]
    assert "\u202e" not in "".join(p.text for p in (*shown.title, *shown.text))


def test_a_long_post_is_cut_but_not_before_the_last_evidence() -> None:
    long = post(1, text="word " * 3000)
    assert len("".join(p.text for p in marked(long, assessment(long)).text)) < LONGEST
    start = 12_000
    span = Evidence(text=long.reading[start : start + 4], start=start, end=start + 4, weight=1)
    shown = marked(long, assessment(long, evidence=(span,)))
    assert shown.cut
    assert any(p.evidence for p in shown.text)
