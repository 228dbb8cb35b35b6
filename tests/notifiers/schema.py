"""As much of JSON Schema as Slack's own types use, so that tests need no library for it."""

from collections.abc import Iterator, Mapping
from typing import Any

_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "number": (int, float),
    "integer": int,
    "boolean": bool,
    "null": type(None),
}


def problems(value: Any, schema: Any, root: Mapping[str, Any], at: str = "") -> Iterator[str]:
    if schema is True or schema == {}:
        return
    if "$ref" in schema:
        name = schema["$ref"].removeprefix("#/definitions/")
        yield from problems(value, root["definitions"][name], root, at)
        return
    if "anyOf" in schema and all(any(problems(value, s, root, at)) for s in schema["anyOf"]):
        yield f"{at}: fits none of its kinds"
    if "const" in schema and value != schema["const"]:
        yield f"{at}: {value!r} is not {schema['const']!r}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{at}: {value!r} is not one of {schema['enum']}"
    kind = schema.get("type")
    kinds = [kind] if isinstance(kind, str) else kind or []
    if kinds and not any(isinstance(value, _TYPES[k]) for k in kinds):
        yield f"{at}: is no {kind}"
        return
    yield from _inside(value, schema, root, at)


def _inside(value: Any, schema: Any, root: Mapping[str, Any], at: str) -> Iterator[str]:
    if isinstance(value, dict):
        known = schema.get("properties", {})
        yield from (
            f"{at}: lacks {name}" for name in schema.get("required", ()) if name not in value
        )
        for name, inner in value.items():
            if name in known:
                yield from problems(inner, known[name], root, f"{at}/{name}")
            elif schema.get("additionalProperties") is False:
                yield f"{at}: unknown {name}"
    if isinstance(value, list) and isinstance(schema.get("items"), dict):
        for number, inner in enumerate(value):
            yield from problems(inner, schema["items"], root, f"{at}/{number}")
