"""A request that is being taken apart, and what all protocols share."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from typing import Any

import botocore.model
from models import moment, service


@dataclass
class Call:
    """One request. `problems` are those of its form; parameters are judged afterwards."""

    signed_for: str
    method: str
    path: str
    query: list[tuple[str, str]]
    headers: dict[str, str]
    body: bytes
    operation: botocore.model.OperationModel | None = None
    parameters: dict[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.signed_for}:{self.operation.name if self.operation else '?'}"


def named(call: Call, name: str) -> bool:
    """Whether there is such an operation; then it is the call's."""
    model = service(call.signed_for)
    if name not in model.operation_names:
        call.problems.append(f"{call.signed_for} has no operation {name!r}")
        return False
    call.operation = model.operation_model(name)
    return True


def structured(call: Call, shape: botocore.model.Shape | None, value: Any, place: str) -> Any:
    """JSON or CBOR as parameters: names are those of the wire, and one that is unknown is a problem."""
    if shape is None:
        if value:
            call.problems.append(f"the operation takes no parameters: {sorted(value)}")
        return {}
    if shape.type_name == "structure" and isinstance(value, dict) and not shape.metadata.get("document"):
        members = {member.serialization.get("name", name): name for name, member in shape.members.items()}
        result = {}
        for name, member in value.items():
            if name not in members:
                call.problems.append(f"unknown member {place}.{name}")
            elif member is not None:
                known = members[name]
                result[known] = structured(call, shape.members[known], member, f"{place}.{name}")
        return result
    if shape.type_name == "list" and isinstance(value, list):
        return [structured(call, shape.member, one, f"{place}[]") for one in value]
    if shape.type_name == "map" and isinstance(value, dict):
        return {name: structured(call, shape.value, one, f"{place}.{name}") for name, one in value.items()}
    if shape.type_name in ("timestamp", "blob"):
        return scalar(call, shape, value, place)
    return value


def scalar(call: Call, shape: botocore.model.Shape, value: Any, place: str) -> Any:
    """A text of a form, an address, a header or XML as what its shape says. What cannot be read stays a text."""
    try:
        if shape.type_name == "timestamp":
            return moment(value)
        if shape.type_name == "blob":
            return value if isinstance(value, bytes) else base64.b64decode(value, validate=True)
        if shape.type_name in ("integer", "long"):
            return int(value)
        if shape.type_name in ("float", "double"):
            return float(value)
        if shape.type_name == "boolean":
            return {"true": True, "false": False}[value.lower()]
    except (ValueError, KeyError, binascii.Error):
        call.problems.append(f"{place}: {value!r} is no {shape.type_name}")
    return value
