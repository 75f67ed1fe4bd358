"""AWS's service models as botocore ships them, and what a value has to be for a shape."""

from __future__ import annotations

import datetime
import functools
import re
from typing import Any

import botocore.loaders
import botocore.model
import botocore.validate
import regex

# Where a service signs under another name than the folder of its model.
FOLDERS = {
    "monitoring": "cloudwatch",
    "states": "stepfunctions",
    "elasticloadbalancing": "elbv2",
    "tagging": "resourcegroupstaggingapi",
}

# Patterns are written for Java. Python counts characters, Java halves of them.
HALVES = r"\uD800\uDC00-\uDBFF\uDFFF"
WHOLE = r"\U00010000-\U0010FFFF"

LOADER = botocore.loaders.Loader(include_default_search_paths=False)
LOADER.search_paths.append(botocore.loaders.Loader.BUILTIN_DATA_PATH)


class Unreadable(Exception):
    """A call that these models cannot judge. Never silent: the caller counts and prints it."""


@functools.cache
def service(signed_for: str) -> botocore.model.ServiceModel:
    """The model of the service that a signature is for."""
    name = FOLDERS.get(signed_for, signed_for)
    try:
        description = LOADER.load_service_model(name, "service-2")
    except Exception as error:
        raise Unreadable(f"no model of service {signed_for}") from error
    return botocore.model.ServiceModel(description, name)


# Patterns that no engine here takes, printed by the judge.
untried_patterns: set[str] = set()


@functools.cache
def compiled(pattern: str) -> regex.Pattern | None:
    try:
        return regex.compile(pattern.replace(HALVES, WHOLE), regex.VERSION0)
    except regex.error:
        untried_patterns.add(pattern)
        return None


def problems(shape: botocore.model.Shape, value: Any) -> list[str]:
    """What is wrong with a value: types, members and presence as botocore says, the rest as the model says."""
    report = botocore.validate.ParamValidator().validate(value, shape)
    found = [line for line in report.generate_report().split("\n") if line]
    return found + list(limits(shape, value, ""))


def limits(shape: botocore.model.Shape, value: Any, place: str):
    """Lengths, ranges, enums and patterns, which botocore leaves to the service."""
    if isinstance(value, dict) and shape.type_name == "structure":
        for name, member in value.items():
            if name in shape.members:
                yield from limits(shape.members[name], member, f"{place}.{name}")
    elif isinstance(value, dict) and shape.type_name == "map":
        yield from size(shape, len(value), place)
        for name, member in value.items():
            yield from limits(shape.key, name, f"{place} key")
            yield from limits(shape.value, member, f"{place}.{name}")
    elif isinstance(value, list) and shape.type_name == "list":
        yield from size(shape, len(value), place)
        for number, member in enumerate(value):
            yield from limits(shape.member, member, f"{place}[{number}]")
    elif isinstance(value, str) and shape.type_name == "string":
        yield from size(shape, len(value), place)
        yield from text(shape, value, place)
    elif isinstance(value, bytes) and shape.type_name == "blob":
        yield from size(shape, len(value), place)
    elif is_number(value) and shape.type_name in ("integer", "long", "float", "double"):
        yield from size(shape, value, place)


def is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def size(shape: botocore.model.Shape, found: float, place: str):
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and found < least:
        yield f"{place}: {found} is below the least, {least}"
    if most is not None and found > most:
        yield f"{place}: {found} is above the most, {most}"


def text(shape: botocore.model.Shape, value: str, place: str):
    enum, pattern = shape.metadata.get("enum"), shape.metadata.get("pattern")
    if enum and value not in enum:
        yield f"{place}: {value!r} is none of {', '.join(enum)}"
    if pattern and (engine := compiled(pattern)) and not engine.fullmatch(value):
        yield f"{place}: {value[:120]!r} does not match {pattern}"


def moment(value: Any) -> datetime.datetime:
    """A moment in any of the protocols' forms."""
    if is_number(value):
        return datetime.datetime.fromtimestamp(value, datetime.timezone.utc)
    if isinstance(value, str) and re.fullmatch(r"[0-9]+(\.[0-9]+)?", value):
        return datetime.datetime.fromtimestamp(float(value), datetime.timezone.utc)
    if isinstance(value, str):
        return datetime.datetime.fromisoformat(value.replace("Z", "+00:00"))
    if isinstance(value, datetime.datetime):
        return value
    raise ValueError(f"{value!r} is no moment")
