"""Keeps the calls that the emulator gets, for tests/judges/calls.py.

The same lines as tests/calls writes for the servers of the tests, into the folder that RECORDED_CALLS names; nothing
without it. Calls that differ in nothing but digits are kept once.
"""

import base64
import hashlib
import json
import os
import re
from contextvars import ContextVar
from urllib.parse import urlencode

import ministack.app as app

# Who signed, and what changes with each call.
NOT_KEPT = {"authorization", "x-amz-security-token", "x-amz-date", "amz-sdk-invocation-id", "date", "content-length"}
# A package of a function: no rule of a model is about what is in it.
PACKAGE = re.compile(rb'("ZipFile": ?)"[^"]{100,}"')
# Bytes. What is larger is told by the judge, and not judged.
LARGEST = 512 * 1024
# Most calls of one operation and one program that are kept.
MOST = 2000

request_line = ContextVar("request_line", default=None)
stock_pin = app.pin_signed_request
stock_read = app._read_request_body
seen = set()
kept = {}


def pin(method, raw_path, query_params, headers):
    query = urlencode(query_params, doseq=True)
    request_line.set((method, f"{raw_path}?{query}" if query else raw_path))
    stock_pin(method, raw_path, query_params, headers)


async def read(receive, method, headers):
    body = await stock_read(receive, method, headers)
    line = request_line.get()
    service = signed_for(headers.get("authorization", ""))
    if service and line:
        note(service, *line, headers, body)
    return body


def signed_for(authorization):
    """The service in the scope of a signature."""
    found = re.match(r"AWS4-HMAC-SHA256 .*Credential=[^,]*/([^/,]+)/aws4_request", authorization)
    return found and found[1]


def note(service, method, target, headers, body):
    body = PACKAGE.sub(rb'\1"UEsFBg=="', body)
    operation = operation_of(service, method, target, headers, body)
    shape = re.sub(rb"[0-9]+", b"0", target.encode() + b"\n" + body)
    key = hashlib.sha256(operation.encode() + b"\n" + shape).digest()
    if key in seen:
        return
    seen.add(key)
    kept[operation] = kept.get(operation, 0) + 1
    if kept[operation] <= MOST:
        call = {"service": service, "method": method, "target": target}
        call["headers"] = {name: value for name, value in headers.items() if name not in NOT_KEPT}
        if len(body) <= LARGEST:
            call["body"] = base64.b64encode(body).decode()
        write(call)
    elif kept[operation] == MOST + 1:
        write({"more": operation})


def operation_of(service, method, target, headers, body):
    """What is counted together. It need not be exact."""
    named = headers.get("x-amz-target")
    if not named and "form-urlencoded" in headers.get("content-type", ""):
        action = re.search(rb"(?:^|&)Action=(\w+)", body)
        named = action and action[1].decode()
    return f"{service} {named or method + ' ' + re.sub(r'=[^&]*', '', target.partition('?')[2])}"


def write(line):
    path = os.path.join(os.environ["RECORDED_CALLS"], f"emulator-{os.getpid()}.jsonl")
    # Opened anew for each line: there are few, and the process is killed at its end.
    with open(path, "a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def install():
    """Puts this in the place of the emulator's own, if anybody wants to know."""
    if os.environ.get("RECORDED_CALLS"):
        os.makedirs(os.environ["RECORDED_CALLS"], exist_ok=True)
        app.pin_signed_request = pin
        app._read_request_body = read
