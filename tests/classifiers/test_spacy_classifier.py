"""The shipped pipeline as a whole: what it says, where it says it is, and what cannot break it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.base import Classifier
from classifiers.reading import LIMIT
from domain.types import Assessment, Intent, Post, Span
from tests.make import post

Judged = Callable[..., Assessment]


def spans(found: Assessment) -> list[Span]:
    asker = found.asker
    stated = (asker.industry, asker.size, asker.region, asker.role, asker.use_case)
    return [*found.mentions, *found.evidence, *(s for s in stated if s)]


def check(read: Post, found: Assessment) -> None:
    assert found.post_key == read.key
    assert 0.0 <= found.score <= 1.0
    assert set(found.scores) == set(Intent)
    assert all(0.0 <= p <= 1.0 for p in found.scores.values())
    assert sum(found.scores.values()) == pytest.approx(1.0)
    assert 1 - found.scores[Intent.NONE] == pytest.approx(found.score)
    assert (found.intent is Intent.NONE) == (found.score < 0.5)
    for span in spans(found):
        assert span.text == read.reading[span.start : span.end] != ""


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("Fernhill or Tidewell for a small plumbing firm? Which would you pick?", "compare"),
        ("Any good CRM for a 10 person agency? Looking for recommendations", "recommend"),
        ("Is Fernhill worth the price? Anyone using it?", "validate"),
        ("Alternatives to Tidewell? They doubled the price and we want to switch", "switch"),
        ("Where can I buy a used van in Leeds?", "purchase"),
        ("what a lovely sunset, home at last with the kids", "none"),
        ("We are hiring a plumber! Apply now, link in bio", "none"),
        ("How do I reset my password in Tidewell? The mail never comes", "none"),
    ],
)
def test_plain_cases_are_told_apart(judged: Judged, text: str, intent: str) -> None:
    assert judged(text).intent == intent


def test_a_kind_is_given_where_there_is_no_intent_and_only_there(judged: Judged) -> None:
    assert judged("How do I reset my password in Tidewell? It never arrives").kind == "support"
    assert judged("Fernhill or Tidewell, which should I buy?").kind is None


def test_one_post_is_explained_whole(judged: Judged) -> None:
    found = judged("We are a plumbing firm of 12 in Leeds.", title="Fernhill or Tidewell?")
    assert [(m.text, m.role, m.ours) for m in found.mentions] == [
        ("Fernhill", "candidate", True),
        ("Tidewell", "candidate", False),
    ]
    assert found.asker.size
    assert found.asker.size.value == "11-50"
    assert found.asker.region
    assert found.asker.region.value == "uk and ireland"
    assert "or" in {word for e in found.evidence for word in e.text.split()}


def test_evidence_is_short_sorted_and_a_share(judged: Judged) -> None:
    found = judged("Looking for a CRM, which one would you recommend? " * 20).evidence
    weights = [e.weight for e in found]
    assert 0 < len(found) <= 5
    assert weights == sorted(weights, reverse=True)
    assert 0 < sum(weights) <= 1.001


def test_ordinary_posts_are_neither_explained_nor_described(judged: Judged) -> None:
    found = judged("we are a team of 12 and had pizza by the sea yesterday :)")
    assert found.score < 0.1
    assert (found.evidence, found.asker.size) == ((), None)


def test_the_part_of_a_long_post_that_is_read_ends_at_the_limit(judged: Judged) -> None:
    assert not judged("x " * (LIMIT // 2) + "Fernhill").mentions
    assert judged("x " * 1000 + "Fernhill").mentions


def test_posts_in_other_languages_are_left_alone(judged: Judged) -> None:
    text = "Fernhill or Tidewell, which should I buy?"
    alone = judged(text, language="de")
    assert (alone.score, alone.intent, alone.kind, alone.mentions) == (0.0, "none", None, ())
    assert alone.asker.language == "de"
    assert all(judged(text, language=code).score > 0.5 for code in ("", "en", "EN", "en-GB", "und"))


def test_posts_come_back_in_order_in_any_number(classifier: Classifier) -> None:
    read = [post(n, text=f"number {n}") for n in range(600)]
    assert [a.post_key for a in classifier.assess(read)] == [p.key for p in read]
    assert classifier.assess([]) == []


def test_judging_again_or_among_others_changes_nothing(classifier: Classifier) -> None:
    read = [post(n, text=text) for n, text in enumerate(("a CRM?", "Fernhill or Tidewell?", "hm"))]
    alone = [classifier.assess([p])[0] for p in read]
    together = classifier.assess(read)
    assert [a.mentions for a in alone] == [a.mentions for a in together]
    assert [a.score for a in alone] == pytest.approx([a.score for a in together], abs=1e-6)


def test_threads_take_turns(classifier: Classifier) -> None:
    read = [post(n, text=f"Fernhill or Tidewell, number {n}?") for n in range(50)]
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(classifier.assess, [read] * 8))
    assert all(one == found[0] for one in found)


ODD_TEXTS = {
    "empty": "",
    "blanks": " \t\n\u00a0 ",
    "a megabyte": "Should I get Fernhill? " * 45_000,
    "one endless word": "a" * 1_000_000,
    "endless punctuation": "?!" * 50_000,
    "only emoji": "\U0001f600\U0001f468\u200d\U0001f469\u200d\U0001f467\ufe0f" * 50,
    "only a link": "https://example.com/a?b=c#d",
    "control characters": "\x00Fernhill\x07 or\x1b[31m Tidewell\x7f",
    "right to left": "\u202eFernhill \u0645\u0631\u062d\u0628 \u05e9\u05dc\u05d5\u05dd\u202c?",
    "combining marks": "e" + "\u0301" * 500 + " Fernhill",
    "grows in lower case": "\u0130\u0130\u0130 Fernhill or Tidewell",
    "shrinks when normalised": "\ufb01\ufb01 \u2167 Fernhill",
    "mixed languages": "Fernhill oder \u4e2d\u6587 \u0e44\u0e17\u0e22 Tidewell \ud55c\uad6d\uc5b4?",
    "unassigned": "\U0010ffff\ue000 Fernhill",
}


@pytest.mark.parametrize("name", ODD_TEXTS)
def test_odd_texts_get_a_score(classifier: Classifier, name: str) -> None:
    for read in (post(text=ODD_TEXTS[name], title=""), post(text="", title=ODD_TEXTS[name])):
        check(read, classifier.assess([read])[0])


def test_lone_surrogates_get_a_score(classifier: Classifier) -> None:
    """A Post refuses them when it is checked; one that was not must not stop the others."""
    text = "I'm the ops \ud800manager, Fernhill\udfff or Tidewell? Which one should we buy"
    read = post(title="").model_copy(update={"text": text})
    found = classifier.assess([read])[0]
    assert [m.text for m in found.mentions] == ["Fernhill", "Tidewell"]
    assert found.score > 0.5


def test_ten_thousand_posts_of_one_word(classifier: Classifier) -> None:
    one = post(text="pizza", title="")
    found = classifier.assess([one] * 10_000)
    assert len(found) == 10_000
    assert {a.score for a in found} == {found[0].score}


words = st.sampled_from(
    [
        *(
            "Fernhill",
            "tidewell's",
            "#drift",
            "@oakbase",
            "Oakbase CRM",
            "or",
            "vs",
            "should I get",
        ),
        *(
            "we're 12 people",
            "a law firm",
            "in Leeds",
            "I'm the ops manager",
            "?",
            "best crm",
            "\n",
        ),
        *(
            "\u2019",
            "\u0130",
            "\ufb01",
            "\U0001f600",
            "\u202e",
            "\x00",
            "https://fernhill.com",
            "-",
        ),
    ]
)
texts = st.one_of(
    st.lists(words, max_size=25).map(" ".join),
    st.lists(words, max_size=25).map("".join),
    st.text(max_size=80).filter(lambda t: not any("\ud800" <= c <= "\udfff" for c in t)),
)


@settings(max_examples=150, deadline=None)
@given(title=texts, text=texts)
def test_every_span_is_where_it_says(classifier: Classifier, title: str, text: str) -> None:
    read = post(title=title, text=text)
    check(read, classifier.assess([read])[0])
