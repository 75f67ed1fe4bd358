"""Starts ministack 1.5.33 with corrections, each of them in the direction of AWS.

What is written in terraform/ is written for AWS and never widened to suit an emulator. So the emulator is corrected:

* Its enforcement judges a few calls differently from AWS: it wants `sqs:SendMessageBatch` where AWS
  wants `sqs:SendMessage`, drops the path of a role, knows neither tags nor boundary of a role as
  condition keys, and does not see which Glue database, table or workflow, or which log stream, a call names.
  Loopback also has no TLS, which the policies demand. Each request is described to the enforcement
  as AWS would see it.
* New code ends a function in the middle of an invocation. On AWS an invocation goes on to its end
  with the code it began with.
* Alarms: see emulator_alarms.py.

What it is asked is kept for a judge: see emulator_calls.py.

It ends with its parent: when standard input closes, for whatever reason, the whole process group
is killed, the functions' own processes included.
"""

import os
import signal
import sys
import threading

import emulator_alarms
import emulator_calls
import ministack.app as app
import ministack.core.iam_actions as iam_actions
import ministack.core.lambda_runtime as lambda_runtime
from ministack.core.responses import get_account_id
from ministack.services import iam, lambda_svc

action_of = iam_actions.extract_iam_action
resource_of = iam_actions.extract_resource_arn
context_of = iam_actions.request_tag_context
release_worker = lambda_runtime.release_worker
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
    """Roles keep their path; Glue calls name their database, table or workflow; calls about logs a stream."""
    found = None
    if service == "iam":
        found = role_arn(params, account)
    elif service == "glue":
        found = glue_arn(headers, body, region, account)
    elif service == "logs":
        found = log_stream_arn(headers, body, region, account)
    return found or resource_of(service, method, path, headers, body, params, region, account)


def role_arn(params, account):
    name = iam_actions._query_param(params, "RoleName")
    if not name:
        return None
    if iam_actions._query_param(params, "Action") == "CreateRole":
        path = iam_actions._query_param(params, "Path") or "/"
        return f"arn:aws:iam::{account}:role{path}{name}"
    return stored_role(name).get("Arn") or f"arn:aws:iam::{account}:role/{name}"


def stored_role(name):
    return iam._roles.get_scoped(get_account_id(), None, name) or {}


def context(service, iam_action, body, params):
    """A call about a role carries the role's tags and its permissions boundary."""
    found = dict(context_of(service, iam_action, body, params))
    name = iam_actions._query_param(params, "RoleName") if service == "iam" else None
    if not name or iam_action == "iam:CreateRole":
        return found
    role = stored_role(name)
    for tag in role.get("Tags") or []:
        found[f"iam:ResourceTag/{tag['Key']}"] = tag["Value"]
    # Where the call sets a boundary, the key is the one to be set; elsewhere the one the role has.
    boundary = iam_actions._query_param(params, "PermissionsBoundary") or role.get("PermissionsBoundary")
    if isinstance(boundary, dict):
        boundary = boundary.get("PermissionsBoundaryArn")
    if boundary:
        found["iam:PermissionsBoundary"] = boundary
    return found


def glue_arn(headers, body, region, account):
    operation = headers.get("x-amz-target", "").rpartition(".")[2]
    name = iam_actions._safe_json_field(body, "Name")
    database = iam_actions._safe_json_field(body, "DatabaseName")
    if operation.endswith("Database") and name and not database:
        return f"arn:aws:glue:{region}:{account}:database/{name}"
    if "Workflow" in operation and name:
        return f"arn:aws:glue:{region}:{account}:workflow/{name}"
    if operation == "GetTags":
        return iam_actions._safe_json_field(body, "ResourceArn")
    table = iam_actions._safe_json_field(body, "TableName") or name
    if database and table and ("Table" in operation or "Partition" in operation):
        return f"arn:aws:glue:{region}:{account}:table/{database}/{table}"
    return None


def log_stream_arn(headers, body, region, account):
    """A policy for a log group ends in `:*`: but for tags, AWS always compares it with a stream, if an empty one."""
    group = iam_actions._safe_json_field(body, "logGroupName")
    if not group or "Tag" in headers.get("x-amz-target", ""):
        return None
    stream = iam_actions._safe_json_field(body, "logStreamName")
    return f"arn:aws:logs:{region}:{account}:log-group:{group}:log-stream:{stream}"


def pin_origin_with_tls(source_ip, _secure):
    """Loopback stands for TLS, which an emulator without certificates cannot speak."""
    pin_request_origin(source_ip, True)


# Execution environments that finish their last invocation, by identity.
retired = {}


def sparing_busy_workers(update):
    """Lets an update of a function replace only the environments that are idle."""

    def updated(name, *arguments):
        with lambda_runtime._lock:
            for key, pool in lambda_runtime._workers.items():
                if key.split(":")[2] == name:
                    retired.update((id(worker), worker) for worker in pool if worker.in_use)
                    pool[:] = [worker for worker in pool if not worker.in_use]
        return update(name, *arguments)

    return updated


def end_retired_worker(worker):
    release_worker(worker)
    if worker is not None and retired.pop(id(worker), None):
        lambda_runtime.kill_workers([worker])


def end_with_parent():
    sys.stdin.buffer.read()
    os.killpg(os.getpgrp(), signal.SIGKILL)


if __name__ == "__main__":
    iam_actions.extract_iam_action = action
    iam_actions.extract_resource_arn = resource
    iam_actions.request_tag_context = context
    lambda_svc._update_code = sparing_busy_workers(lambda_svc._update_code)
    lambda_svc._update_config = sparing_busy_workers(lambda_svc._update_config)
    lambda_svc.release_worker = end_retired_worker
    emulator_alarms.install()
    emulator_calls.install()
    app.pin_request_origin = pin_origin_with_tls
    threading.Thread(target=end_with_parent, daemon=True).start()
    app.main()
