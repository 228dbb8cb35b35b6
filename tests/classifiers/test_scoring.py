"""What `score` prints: the documented shape, in order, with the line where something is wrong."""

import itertools
import json
from collections.abc import Iterator

import pytest

from classifiers.base import Classifier
from classifiers.scoring import score_lines, score_text
from domain.errors import ConfigError

TITLE, TEXT = "Fernhill or Tidewell?", "Which would you buy? We are a plumbing firm of 12 in Leeds."


def line(number: object = 1, title: object = TITLE, text: object = TEXT, **more: object) -> str:
    return json.dumps({"id": number, "title": title, "text": text, **more})


def test_a_line_has_exactly_the_documented_shape(classifier: Classifier) -> None:
    (found,) = score_lines(classifier, [line()])
    assert list(found) == [
        *("id", "intent", "score", "scores", "kind", "mentions", "asker", "evidence"),
    ]
    assert found["id"] == 1
    assert list(found["scores"]) == [
        *("compare", "recommend", "validate", "switch", "purchase", "none"),
    ]
    assert found["mentions"][0] == {
        "name": "Fernhill",
        "text": "Fernhill",
        "start": 0,
        "end": 8,
        "role": "candidate",
        "ours": True,
    }
    assert set(found["asker"]) <= {"industry", "size", "region", "role", "use_case"}
    size = found["asker"]["size"]
    reading = f"{TITLE}\n{TEXT}"
    assert size == {
        "text": reading[size["start"] : size["end"]],
        "start": size["start"],
        "end": size["end"],
        "value": "11-50",
    }
    assert set(found["evidence"][0]) == {"text", "start", "end", "weight"}
    assert json.loads(json.dumps(found)) == found


def test_offsets_count_from_the_title_even_where_it_is_empty(classifier: Classifier) -> None:
    (found,) = score_lines(classifier, [line(title="", text="Fernhill or what?")])
    assert found["mentions"][0]["start"] == 1
    assert score_text(classifier, "Fernhill or what?")["mentions"] == found["mentions"]


def test_lines_come_back_in_order_and_ids_as_they_were(classifier: Classifier) -> None:
    ids = [*range(400), "x", None, 1.5]
    found = score_lines(classifier, (line(i, text=f"post {i}") for i in ids))
    assert [f["id"] for f in found] == ids


def test_lines_are_read_only_as_far_as_needed(classifier: Classifier) -> None:
    read = 0

    def endless() -> Iterator[str]:
        nonlocal read
        for read in itertools.count(1):
            yield line(read, text="hello")

    found = score_lines(classifier, endless())
    assert [next(found)["id"] for _ in range(3)] == [1, 2, 3]
    assert read < 1000


@pytest.mark.parametrize(
    "odd",
    [
        line(title=None, text=None),
        line(text="\ud83d half of an emoji, Fernhill?"),
        '{"id": 1, "text": "\\ud83d"}',
        '{"id": 1}',
        line(community="r/crm", intent="compare"),
    ],
)
def test_odd_lines_are_scored(classifier: Classifier, odd: str) -> None:
    (found,) = score_lines(classifier, [odd])
    assert 0 <= found["score"] <= 1
    json.dumps(found, ensure_ascii=False).encode()


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ("{", "line 3: not JSON"),
        ("[1]", 'line 3: must be an object with "id"'),
        ('{"title": "x"}', 'line 3: must be an object with "id"'),
        ('{"id": 1, "text": 5}', 'line 3: "title" and "text" must be strings'),
        ('{"id": 1, "title": ["x"]}', 'line 3: "title" and "text" must be strings'),
    ],
)
def test_a_wrong_line_is_named_by_its_number(classifier: Classifier, bad: str, said: str) -> None:
    found = score_lines(classifier, [line(1), "  ", bad, line(4)])
    assert next(found)["id"] == 1  # what came before it is not lost
    with pytest.raises(ConfigError) as refused:
        list(found)
    assert len(refused.value.problems) == 1
    assert refused.value.problems[0].startswith(said)


def test_a_category_stands_for_the_product_that_is_not_named(classifier: Classifier) -> None:
    mentions = score_text(classifier, "Any good CRM for a small firm?")["mentions"]
    assert [(m["name"], m["role"], m["ours"]) for m in mentions] == [("CRM", "other", False)]
