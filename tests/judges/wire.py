"""A recorded request, taken apart into its operation and parameters, by the protocol of its service."""

from __future__ import annotations

import base64
import gzip
import json
import re
from typing import Any
from urllib.parse import parse_qsl

import botocore.model
import cbor2
from call import Call, named, structured
from forms import read_query
from models import Unreadable, service
from rest import read_rest


def read(line: dict[str, Any]) -> Call:
    """The call of a recorded line."""
    if "body" not in line:
        raise Unreadable("the body was too large to be kept")
    path, _, query = line["target"].partition("?")
    headers = {name.lower(): value for name, value in line["headers"].items()}
    body = base64.b64decode(line["body"])
    if headers.get("content-encoding") == "gzip" and body[:2] == b"\x1f\x8b":
        body = gzip.decompress(body)
    pairs = parse_qsl(query, keep_blank_values=True)
    call = Call(line["service"], line["method"], path, pairs, headers, body)
    protocol(call)(call)
    return call


def protocol(call: Call):
    """How the call is written, which is not always the protocol that the model prefers."""
    kind, supported = call.headers.get("content-type", ""), service(call.signed_for).metadata["protocols"]
    if call.headers.get("smithy-protocol") == "rpc-v2-cbor":
        wanted, reader = "smithy-rpc-v2-cbor", read_cbor
    elif "x-amz-target" in call.headers:
        wanted, reader = "json", read_json
    elif "form-urlencoded" in kind and call.path == "/":
        wanted, reader = "query", read_query
    else:
        return read_rest
    if wanted not in supported:
        call.problems.append(f"{call.signed_for} does not speak {wanted}")
    return reader


def read_json(call: Call) -> None:
    metadata = service(call.signed_for).metadata
    prefix, _, name = call.headers["x-amz-target"].rpartition(".")
    if prefix != metadata.get("targetPrefix"):
        call.problems.append(f"x-amz-target begins with {prefix!r}")
    expected = f"application/x-amz-json-{metadata.get('jsonVersion')}"
    if call.headers.get("content-type") != expected:
        call.problems.append(f"content-type {call.headers.get('content-type')!r} is not {expected}")
    if named(call, name):
        decode_json(call, call.operation.input_shape)


def decode_json(call: Call, shape: botocore.model.Shape | None) -> None:
    try:
        value = json.loads(call.body or b"{}")
    except ValueError:
        call.problems.append("the body is not JSON")
        return
    call.parameters |= structured(call, shape, value, "")


def read_cbor(call: Call) -> None:
    found = re.fullmatch(r"/service/(\w+)/operation/(\w+)", call.path)
    if not found or found[1] != service(call.signed_for).metadata.get("targetPrefix"):
        call.problems.append(f"path {call.path!r} names no operation")
    elif named(call, found[2]):
        value = cbor2.loads(call.body) if call.body else {}
        call.parameters = structured(call, call.operation.input_shape, value, "")
