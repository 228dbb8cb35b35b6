"""Value <-> row. Generic: a test holds that each row has a column for every field of its value."""

from enum import Enum
from functools import cache
from typing import Any, TypeVar

from pydantic_core import to_jsonable_python
from sqlalchemy import RowMapping, Table
from sqlmodel import SQLModel

from domain.types import (
    Advocate,
    Ask,
    Assessment,
    Event,
    Message,
    Opportunity,
    Post,
    Source,
    Value,
    Verdict,
)
from storage import tables

T = TypeVar("T", bound=Value)

ROWS: dict[type[Value], type[SQLModel]] = {
    Source: tables.SourceRow,
    Post: tables.PostRow,
    Assessment: tables.AssessmentRow,
    Opportunity: tables.OpportunityRow,
    Verdict: tables.VerdictRow,
    Advocate: tables.AdvocateRow,
    Ask: tables.AskRow,
    Message: tables.MessageRow,
    Event: tables.EventRow,
}


def table(kind: type[Value] | type[SQLModel]) -> Table:
    found: Table = (ROWS[kind] if issubclass(kind, Value) else kind).__table__  # type: ignore[attr-defined]
    return found


@cache
def _json_columns(kind: type[Value]) -> frozenset[str]:
    return frozenset(c.name for c in table(kind).columns if isinstance(c.type, tables.Json))


def record(value: Value) -> dict[str, Any]:
    """The columns of `value`, with its key where the table has one."""
    nested = _json_columns(type(value))
    columns = {
        name: to_jsonable_python(field)
        if name in nested
        else (field.value if isinstance(field, Enum) else field)
        for name, field in value
    }
    if "key" in table(type(value)).columns:
        columns["key"] = value.key  # type: ignore[attr-defined]
    return columns


def value_of(kind: type[T], row: RowMapping, prefix: str = "") -> T:
    return kind.model_validate({name: row[prefix + name] for name in kind.model_fields})
