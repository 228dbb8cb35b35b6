"""Forgetting a post as the step does, without a pipeline."""

from routing import forgetting
from routing.forgetting import Why
from storage.store import Left, Store
from tests.make import NOW


def left_of(store: Store, key: str) -> Left:
    traces = store.traces(key)
    assert traces
    assert traces.opportunity
    stay = forgetting.stay(
        traces.post, traces.opportunity, traces.asks, traces.messages, Why.DELETED, NOW
    )
    assert stay
    changes = [(traces.opportunity, stay.opportunity), *stay.asks, *stay.messages]
    return Left(stay.post, stay.assessment, changes, stay.new_messages)


def forget(store: Store, key: str) -> bool:
    return store.forget(key, left_of(store, key), NOW)
