"""The protocols in which method and address say what is wanted: S3 with XML, Lambda with JSON."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qsl, unquote
from xml.etree import ElementTree

import botocore.model
from call import Call, scalar, structured
from models import service

# Of HTTP, of signatures and of the SDKs themselves: parameters of no operation.
NO_PARAMETERS = re.compile(
    r"accept|accept-encoding|amz-sdk-[a-z-]+|connection|content-encoding|content-length|content-type|date|expect|host"
    r"|smithy-protocol|transfer-encoding|user-agent|x-amz-content-sha256|x-amz-date|x-amz-decoded-content-length|x-amz-trailer"
    r"|x-amz-user-agent|x-amzn-query-mode|x-amzn-trace-id|x-amz-api-version|x-amz-te"
)


def read_rest(call: Call) -> None:
    fitting = [found for found in map(lambda one: fit(call, one), operations(call)) if found]
    if not fitting:
        query = "&".join(name for name, _ in call.query)
        call.problems.append(f"no operation is {call.method} {call.path}?{query}")
        return
    _, call.operation, uri, literal = max(fitting, key=lambda found: found[0])
    shape, query = call.operation.input_shape, [pair for pair in call.query if pair not in literal]
    if shape is None:
        return
    members = {name: (member, member.serialization) for name, member in shape.members.items()}
    locations = {"uri": uri, "querystring": query, "header": list(call.headers.items())}
    for name, (member, how) in members.items():
        wire, location = how.get("name", name), how.get("location")
        if location == "headers":
            prefix = wire.lower()
            found = {n[len(prefix) :]: v for n, v in call.headers.items() if n.startswith(prefix)}
            if found:
                call.parameters[name] = found
        elif location == "querystring" and member.type_name == "map":
            call.parameters[name] = dict(query)
        elif location in locations:
            values = [v for n, v in locations[location] if n.lower() == wire.lower()]
            if values and member.type_name == "list":
                call.parameters[name] = values
            elif values:
                call.parameters[name] = scalar(call, member, values[0], name)
    unknown_in_rest(call, members, query)
    read_payload(call, shape)


def operations(call: Call):
    model = service(call.signed_for)
    return map(model.operation_model, model.operation_names)


def fit(call: Call, operation: botocore.model.OperationModel):
    """How well an operation fits a method and an address, with what the address says."""
    path, _, query = operation.http["requestUri"].partition("?")
    if operation.http["method"] != call.method:
        return None
    labels = re.findall(r"{(\w+)\+?}", path)
    pattern = re.sub(r"\\{\w+\\}", "([^/]+)", re.sub(r"\\{\w+\\\+\\}", "(.+)", re.escape(path)))
    found = re.fullmatch(pattern, call.path.rstrip("/") if len(call.path) > 1 and not path.endswith("/") else call.path)
    found = found or re.fullmatch(pattern, call.path)
    literal = parse_qsl(query, keep_blank_values=True)
    if not found or not all(pair in call.query for pair in literal):
        return None
    shape = operation.input_shape
    required = [shape.members[name].serialization for name in shape.required_members] if shape else []
    names = {"querystring": {name for name, _ in call.query}, "header": set(call.headers)}
    needed = [(how["location"], how["name"]) for how in required if how.get("location") in names]
    if not all(name.lower() in {n.lower() for n in names[place]} for place, name in needed):
        return None
    hint = any(pair == ("x-id", operation.name) for pair in call.query)
    uri = [(label, unquote(value)) for label, value in zip(labels, found.groups())]
    literals = literal + [pair for pair in call.query if pair == ("x-id", operation.name)]
    rank = (hint, not operation.deprecated, len(literal) + len(needed), -len(labels))
    return rank, operation, uri, literals


def unknown_in_rest(call: Call, members, query) -> None:
    def of(place: str) -> list[str]:
        there = [(name, how) for name, (_, how) in members.items() if how.get("location") == place]
        return [how.get("name", name).lower() for name, how in there]

    takes_any_query = any(how.get("location") == "querystring" and m.type_name == "map" for m, how in members.values())
    for name, _ in query:
        if name.lower() not in of("querystring") and not takes_any_query:
            call.problems.append(f"unknown parameter {name!r} of the address")
    for name in call.headers:
        prefixed = any(name.startswith(prefix) for prefix in of("headers"))
        if (
            name not in of("header")
            and not prefixed
            and not NO_PARAMETERS.fullmatch(name)
            and not is_checksum(call, name)
        ):
            call.problems.append(f"unknown header {name!r}")


def is_checksum(call: Call, name: str) -> bool:
    """What SDKs add to calls whose model says that they carry one."""
    return (
        bool(call.operation.http_checksum) and re.fullmatch(r"content-md5|x-amz-(sdk-)?checksum-\w+", name) is not None
    )


def read_payload(call: Call, shape: botocore.model.Shape) -> None:
    payload = shape.serialization.get("payload")
    body = {n: m for n, m in shape.members.items() if "location" not in m.serialization}
    is_xml = "rest-xml" in service(call.signed_for).metadata["protocols"]
    if payload and shape.members[payload].type_name in ("blob", "string"):
        raw = shape.members[payload].type_name == "blob"
        if call.body or raw:
            call.parameters[payload] = call.body if raw else call.body.decode()
    elif not call.body:
        return
    elif is_xml and payload:
        try:
            root = ElementTree.fromstring(call.body)
        except ElementTree.ParseError:
            call.problems.append("the body is not XML")
            return
        call.parameters[payload] = xml(call, shape.members[payload], root, payload)
    elif payload:
        value = json.loads(call.body)
        call.parameters[payload] = structured(call, shape.members[payload], value, payload)
    elif body or call.body.strip() not in (b"", b"{}"):
        decode_body(call, shape, body)


def decode_body(call: Call, shape: botocore.model.Shape, members) -> None:
    try:
        value = json.loads(call.body)
    except ValueError:
        call.problems.append("the body is not JSON")
        return
    if not isinstance(value, dict):
        call.problems.append("the body is no object")
        return
    known = {member.serialization.get("name", name): name for name, member in members.items()}
    for name, one in value.items():
        if name not in known:
            call.problems.append(f"unknown member .{name}")
        elif one is not None:
            call.parameters[known[name]] = structured(call, shape.members[known[name]], one, f".{name}")


def local(name: str) -> str:
    """A name of XML without its namespace."""
    return re.sub(r"^{.*}", "", name)


def xml(call: Call, shape: botocore.model.Shape, element: ElementTree.Element, place: str) -> Any:
    """An element as parameters."""
    if shape.type_name == "list":
        return [xml(call, shape.member, one, f"{place}[]") for one in element]
    if shape.type_name != "structure":
        return scalar(call, shape, element.text or "", place)
    members = {member.serialization.get("name", name): name for name, member in shape.members.items()}
    # A flattened list goes by the name of its entries.
    flat = {n: m for n, m in shape.members.items() if m.type_name == "list" and m.serialization.get("flattened")}
    members |= {m.serialization.get("name", m.member.serialization.get("name", n)): n for n, m in flat.items()}
    attributes = {
        m.serialization.get("name", n) for n, m in shape.members.items() if m.serialization.get("xmlAttribute")
    }
    result: dict[str, Any] = {}
    for name, value in element.attrib.items():
        wire = next((one for one in attributes if one.split(":")[-1] == local(name)), None)
        if wire:
            result[members[wire]] = value
    for one in element:
        name = members.get(local(one.tag))
        if name is None:
            call.problems.append(f"unknown element {place}.{local(one.tag)}")
        elif name in flat:
            result.setdefault(name, []).append(xml(call, shape.members[name].member, one, f"{place}.{name}"))
        else:
            result[name] = xml(call, shape.members[name], one, f"{place}.{name}")
    return result
