"""For machines that watch: is it alive, and how much of what is there."""

import base64
import binascii
from collections.abc import Iterator
from datetime import datetime

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.responses import JSONResponse, PlainTextResponse, Response

from console import entrance
from console.desk import Desk
from console.site import Visit

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_LABELS = {"posts": "platform", "assessments": "intent", "advocates": "kind"}  # else "state"


def healthz(visit: Visit) -> Response:
    trouble = visit.desk.trouble()
    said = {"status": "failing" if trouble else "ok", "database": trouble or "answers"}
    return JSONResponse(said, 503 if trouble else 200)


def metrics(visit: Visit) -> Response:
    """Where the board has a password, so have these: by HTTP Basic, whatever the user's name."""
    password = visit.site.password
    if password and not entrance.right(password, _basic(visit)):
        asks = {"www-authenticate": 'Basic realm="goodword metrics"'}
        return PlainTextResponse("A password is needed.", 401, headers=asks)
    return Response(exposition(visit.desk, visit.now), headers={"content-type": CONTENT_TYPE})


def _basic(visit: Visit) -> str:
    kind, _, said = visit.request.headers.get("authorization", "").partition(" ")
    try:
        decoded = base64.b64decode(said, validate=True).decode() if kind == "Basic" else ""
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return decoded.partition(":")[2]


def exposition(desk: Desk, now: datetime) -> bytes:
    registry = CollectorRegistry()
    registry.register(_Figures(desk, now))
    return generate_latest(registry)


class _Figures(Collector):
    def __init__(self, desk: Desk, now: datetime) -> None:
        self._desk, self._now = desk, now

    def collect(self) -> Iterator[Metric]:
        for noun, counted in self._desk.counts().items():
            label = _LABELS.get(noun, "state")
            family = GaugeMetricFamily(f"goodword_{noun}", f"{noun} kept", labels=[label])
            for name, number in counted.items():
                if (noun, name) == ("posts", "waiting"):
                    yield GaugeMetricFamily(
                        "goodword_posts_waiting", "posts not yet read by the classifier", number
                    )
                else:
                    family.add_metric([name], number)
            yield family
        yield from self._sources()

    def _sources(self) -> Iterator[Metric]:
        failures = GaugeMetricFamily(
            "goodword_source_failures", "failures in a row", labels=["source"]
        )
        silence = GaugeMetricFamily(
            "goodword_source_unread_seconds", "since it was last read well", labels=["source"]
        )
        lag = GaugeMetricFamily(
            "goodword_source_newest_post_age_seconds",
            "age of the newest post that we have of it",
            labels=["source"],
        )
        ill = GaugeMetricFamily(
            "goodword_source_ill", "1 while it lasts", labels=["source", "trouble"]
        )
        heard = CounterMetricFamily(
            "goodword_source_heard_posts", "posts heard in all", labels=["source"]
        )
        budget = GaugeMetricFamily(
            "goodword_source_budget_left_posts", "posts that may still be read", labels=["source"]
        )
        for source, ills, _ in self._desk.sources():
            for trouble in {str(one.trouble) for one in ills}:
                ill.add_metric([source.name, trouble], 1)
            heard.add_metric([source.name], source.heard)
            if source.budget_left is not None:
                budget.add_metric([source.name], source.budget_left)
            failures.add_metric([source.name], source.failures)
            for family, when in ((silence, source.read_at), (lag, source.newest_at)):
                if when:
                    family.add_metric([source.name], (self._now - when).total_seconds())
        yield from (failures, silence, lag, ill, heard, budget)
