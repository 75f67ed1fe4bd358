"""Starts ministack 1.5.33 with IAM enforcement that asks for the permissions AWS asks for.

Two things are added to the emulator as it comes from the package index:

* Its enforcement judges a few calls differently from AWS: it wants `sqs:SendMessageBatch` where AWS
  wants `sqs:SendMessage`, drops the path of a role, and does not see which Glue database or table a
  call names. Loopback also has no TLS, which the policies demand. What is written in terraform/ is
  written for AWS and never widened to suit an emulator, so each request is described to the
  enforcement as AWS would see it.
* It ends with its parent: when standard input closes, for whatever reason, the whole process group
  is killed, the functions' own processes included.
"""

import os
import signal
import sys
import threading

import ministack.app as app
import ministack.core.iam_actions as iam_actions
from ministack.core.responses import get_account_id
from ministack.services import iam

action_of = iam_actions.extract_iam_action
resource_of = iam_actions.extract_resource_arn
pin_request_origin = app.pin_request_origin

BATCH_ACTIONS = {
    "sqs:SendMessageBatch": "sqs:SendMessage",
    "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
    "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
}


def action(service, method, path, headers, body, params):
    """A batch needs the permission of its single call."""
    found = action_of(service, method, path, headers, body, params)
    return BATCH_ACTIONS.get(found, found)


def resource(service, method, path, headers, body, params, region, account):
    """Roles keep their path; Glue calls name their database or table."""
    found = None
    if service == "iam":
        found = role_arn(params, account)
    elif service == "glue":
        found = glue_arn(headers, body, region, account)
    return found or resource_of(service, method, path, headers, body, params, region, account)


def role_arn(params, account):
    name = iam_actions._query_param(params, "RoleName")
    if not name:
        return None
    if iam_actions._query_param(params, "Action") == "CreateRole":
        path = iam_actions._query_param(params, "Path") or "/"
        return f"arn:aws:iam::{account}:role{path}{name}"
    role = iam._roles.get_scoped(get_account_id(), None, name) or {}
    return role.get("Arn") or f"arn:aws:iam::{account}:role/{name}"


def glue_arn(headers, body, region, account):
    operation = headers.get("x-amz-target", "").rpartition(".")[2]
    name = iam_actions._safe_json_field(body, "Name")
    database = iam_actions._safe_json_field(body, "DatabaseName")
    if operation.endswith("Database") and name and not database:
        return f"arn:aws:glue:{region}:{account}:database/{name}"
    table = iam_actions._safe_json_field(body, "TableName") or name
    if database and table and ("Table" in operation or "Partition" in operation):
        return f"arn:aws:glue:{region}:{account}:table/{database}/{table}"
    return None


def pin_origin_with_tls(source_ip, _secure):
    """Loopback stands for TLS, which an emulator without certificates cannot speak."""
    pin_request_origin(source_ip, True)


def end_with_parent():
    sys.stdin.buffer.read()
    os.killpg(os.getpgrp(), signal.SIGKILL)


if __name__ == "__main__":
    iam_actions.extract_iam_action = action
    iam_actions.extract_resource_arn = resource
    app.pin_request_origin = pin_origin_with_tls
    threading.Thread(target=end_with_parent, daemon=True).start()
    app.main()
