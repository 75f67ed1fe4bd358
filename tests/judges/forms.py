"""The query protocol: IAM and STS, and once also SQS and CloudWatch."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

import botocore.model
from call import Call, named, scalar, structured
from models import service

SCALARS = ("string", "character", "integer", "long", "float", "double", "boolean", "timestamp", "blob")


def read_query(call: Call) -> None:
    pairs = dict(parse_qsl(call.body.decode(), keep_blank_values=True)) | dict(call.query)
    version = service(call.signed_for).metadata["apiVersion"]
    if pairs.pop("Version", None) != version:
        call.problems.append(f"Version is not {version}")
    if not named(call, pairs.pop("Action", "")):
        return
    tree: dict[str, Any] = {}
    for name, value in pairs.items():
        place = tree
        *steps, last = name.split(".")
        for step in steps:
            place = place.setdefault(step, {})
        place[last] = value
    shape = call.operation.input_shape
    call.parameters = form(call, shape, tree, "") if shape else structured(call, None, tree, "")


def form(call: Call, shape: botocore.model.Shape, tree: Any, place: str) -> Any:
    """A tree of a form's names as parameters."""
    if isinstance(tree, str):
        # An empty list or map is an empty text.
        if shape.type_name in SCALARS or tree:
            return scalar(call, shape, tree, place)
        return {"list": [], "map": {}, "structure": {}}[shape.type_name]
    if shape.type_name == "structure":
        members = {member.serialization.get("name", name): name for name, member in shape.members.items()}
        result = {}
        for name, one in tree.items():
            if name in members:
                known = members[name]
                result[known] = form(call, shape.members[known], one, f"{place}.{name}")
            else:
                call.problems.append(f"unknown member {place}.{name}")
        return result
    if shape.type_name == "list":
        wrapped = shape.member.serialization.get("name", "member")
        entries = tree if shape.serialization.get("flattened") else inner(call, tree, wrapped, place)
        return [form(call, shape.member, one, f"{place}[]") for one in in_order(call, entries, place)]
    if shape.type_name == "map":
        entries = tree if shape.serialization.get("flattened") else inner(call, tree, "entry", place)
        key, value = shape.key.serialization.get("name", "key"), shape.value.serialization.get("name", "value")
        pairs = in_order(call, entries, place)
        return {one.get(key): form(call, shape.value, one.get(value), f"{place}.{one.get(key)}") for one in pairs}
    call.problems.append(f"{place}: members where a {shape.type_name} is expected")
    return tree


def inner(call: Call, tree: dict[str, Any], name: str, place: str) -> dict[str, Any]:
    for other in tree.keys() - {name}:
        call.problems.append(f"unknown member {place}.{other}")
    return tree.get(name, {})


def in_order(call: Call, entries: dict[str, Any], place: str) -> list[Any]:
    if [name for name in entries if not name.isdigit()] or sorted(map(int, entries)) != list(
        range(1, len(entries) + 1)
    ):
        call.problems.append(f"{place}: entries are numbered {sorted(entries)}")
        return []
    return [entries[name] for name in sorted(entries, key=int)]
