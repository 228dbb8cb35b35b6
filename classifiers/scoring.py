"""`score`: texts in, judgements out, as plain values in the documented shape.

Lines are read, judged and given out a batch at a time, in order, so a file of any length needs no
more memory than a short one.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from classifiers.base import Classifier
from classifiers.reading import storable
from domain.errors import ConfigError
from domain.types import Asker, Assessment, Post, Span

_BATCH = 256
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)  # a text to be scored has no time of its own
_ASKER_FIELDS = ("industry", "size", "region", "role", "use_case")
_DIGITS = 6


class _Line(NamedTuple):
    id: Any  # given back as it came
    post: Post


def score_text(classifier: Classifier, text: str) -> dict[str, Any]:
    """As a line of `score_lines` with an empty id and no title."""
    line = _Line("", _post("", text))
    return _judged(line, classifier.assess([line.post])[0])


def score_lines(classifier: Classifier, lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """`lines`: JSON objects with id, title, text (other keys are ignored; blank lines skipped).

    Raises ConfigError with the line's number where one is not that, after all before it.
    """
    waiting = list[_Line]()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            waiting.append(_parse(number, line))
        except ConfigError:
            yield from _judge(classifier, waiting)
            raise
        if len(waiting) == _BATCH:
            yield from _judge(classifier, waiting)
            waiting.clear()
    yield from _judge(classifier, waiting)


def _judge(classifier: Classifier, batch: Sequence[_Line]) -> Iterator[dict[str, Any]]:
    found = classifier.assess([line.post for line in batch])
    return (_judged(*pair) for pair in zip(batch, found, strict=True))


def _parse(number: int, line: str) -> _Line:
    try:
        said = json.loads(line)
    except ValueError as error:
        raise ConfigError([f"line {number}: not JSON ({error})"]) from error
    if not isinstance(said, dict) or "id" not in said:
        raise ConfigError([f'line {number}: must be an object with "id", "title" and "text"'])
    title, text = said.get("title") or "", said.get("text") or ""
    if not isinstance(title, str) or not isinstance(text, str):
        raise ConfigError([f'line {number}: "title" and "text" must be strings'])
    return _Line(said["id"], _post(title, text))


def _post(title: str, text: str) -> Post:
    return Post(
        platform="text",
        external_id="",
        title=storable(title),
        text=storable(text),
        posted_at=_LONG_AGO,
        fetched_at=_LONG_AGO,
    )


def _judged(line: _Line, found: Assessment) -> dict[str, Any]:
    return {
        "id": line.id,
        "intent": found.intent.value,
        "score": round(found.score, _DIGITS),
        "scores": {intent.value: round(p, _DIGITS) for intent, p in found.scores.items()},
        "kind": found.kind.value if found.kind else None,
        "mentions": [
            {"name": m.name, **_span(m), "role": m.role.value, "ours": m.ours}
            for m in found.mentions
        ],
        "asker": _asker(found.asker),
        "evidence": [{**_span(e), "weight": e.weight} for e in found.evidence],
    }


def _asker(asker: Asker) -> dict[str, Any]:
    stated = {field: getattr(asker, field) for field in _ASKER_FIELDS}
    return {field: {**_span(s), "value": s.value} for field, s in stated.items() if s}


def _span(span: Span) -> dict[str, Any]:
    return {"text": span.text, "start": span.start, "end": span.end}
