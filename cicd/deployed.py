"""Answers a question about what terraform has deployed: `deployed.py <question> [directory of packages]`.

Standard input holds `terraform show -json`. No answer is an empty one.
"""

import base64
import hashlib
import json
import sys
from pathlib import Path

FUNCTION = "module.manage_iam_policies.aws_lambda_function.this"
BUCKET = "aws_s3_bucket.state"


def main(question, *arguments):
    state = json.load(sys.stdin).get("values") or {}
    answer = QUESTIONS[question](state, *arguments)
    if answer:
        print(answer)


def resources(state):
    """All that terraform manages here, by address."""
    return {
        resource["address"]: resource["values"]
        for module in modules(state.get("root_module", {}))
        for resource in module.get("resources", [])
        if resource["mode"] == "managed"
    }


def modules(module):
    yield module
    for child in module.get("child_modules", []):
        yield from modules(child)


def output(state, name):
    return state.get("outputs", {}).get(name, {}).get("value")


def function(state):
    return resources(state).get(FUNCTION, {})


def is_guard(address):
    """What keeps terraform from deleting the bucket."""
    return address.startswith("terraform_data.ledger_is_kept")


def is_ledger(address):
    """The bucket, its guard and its settings: versioning, encryption, policy and so on."""
    return is_guard(address) or address.startswith("aws_s3_bucket") and address.endswith(".state")


def grants_prefix(state):
    environment = (function(state).get("environment") or [{}])[0].get("variables") or {}
    return output(state, "grants_prefix") or environment.get("GRANTS_PREFIX") or "grants/"


def other_package(state, directory):
    """The package, if terraform would replace the function's code by it."""
    package = Path(directory, "manage_iam_policies.zip")
    code = base64.b64encode(hashlib.sha256(package.read_bytes()).digest()).decode()
    return None if code == function(state).get("source_code_hash") else package


QUESTIONS = {
    "all-but-ledger": lambda state: "\n".join(a for a in resources(state) if not is_ledger(a)),
    "bucket": lambda state: resources(state).get(BUCKET, {}).get("id"),
    "bucket-may-go": lambda state: resources(state).get(BUCKET, {}).get("force_destroy"),
    "guard": lambda state: next(filter(is_guard, resources(state)), None),
    "grants-prefix": grants_prefix,
    "queue-url": lambda state: output(state, "queue_url"),
    "secret": lambda state: resources(state).get("aws_secretsmanager_secret.dmm_api_key[0]", {}).get("name"),
    "architecture": lambda state: (function(state).get("architectures") or [None])[0],
    "source-version": lambda state: (function(state).get("tags") or {}).get("source_version"),
    "other-package": other_package,
}

main(*sys.argv[1:])
