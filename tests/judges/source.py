"""What the programs' own source says of AWS: the operations it can call, codes it knows, actions it names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import botocore
from models import service

# What is deployed or handed to operators. The local run and the tests are judged by what they do.
PROGRAMS = ("shared", "functions", "cli")
CODE = re.compile(r'"([A-Z][A-Za-z]+(?:\.[A-Z][A-Za-z]+)*)"')
# A file that looks at the code of an answer.
LOOKS_AT_CODES = re.compile(r"ProvideErrorMetadata|SdkError|AwsErrorCodeClassifier|\baws::(\{[^}]*\b)?code\b")
# How errors of SQS are called since it had another protocol, which our client asks for with a header: aws-sdk-sqs,
# src/protocol_serde. The models of botocore no longer say it.
QUERY_CODES = {
    "sqs": {
        "BatchEntryIdsNotDistinct": "AWS.SimpleQueueService.BatchEntryIdsNotDistinct",
        "BatchRequestTooLong": "AWS.SimpleQueueService.BatchRequestTooLong",
        "EmptyBatchRequest": "AWS.SimpleQueueService.EmptyBatchRequest",
        "InvalidBatchEntryId": "AWS.SimpleQueueService.InvalidBatchEntryId",
        "KmsAccessDenied": "KMS.AccessDeniedException",
        "KmsDisabled": "KMS.DisabledException",
        "KmsInvalidKeyUsage": "KMS.InvalidKeyUsageException",
        "KmsInvalidState": "KMS.InvalidStateException",
        "KmsNotFound": "KMS.NotFoundException",
        "KmsOptInRequired": "KMS.OptInRequired",
        "KmsThrottled": "KMS.ThrottlingException",
        "MessageNotInflight": "AWS.SimpleQueueService.MessageNotInflight",
        "QueueDoesNotExist": "AWS.SimpleQueueService.NonExistentQueue",
        "TooManyEntriesInBatchRequest": "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
        "UnsupportedOperation": "AWS.SimpleQueueService.UnsupportedOperation",
    }
}
ACTION = re.compile(r'"([a-z][a-z0-9-]*):([A-Z][A-Za-z]+)"')


def without_tests(text: str) -> str:
    """A file as it is compiled for a program: in this house tests stand at the end, in a module of their own."""
    return re.split(r"\n#\[cfg\(test\)\]\nmod \w+ \{", text)[0]


def without_comments(text: str) -> str:
    return re.sub(r"(?m)^\s*//.*$", "", text)


def files(root: Path) -> Iterator[tuple[Path, str]]:
    """Every file of the programs, without tests and fakes."""
    for folder in PROGRAMS:
        for path in sorted((root / folder).rglob("*.rs")):
            parts = path.relative_to(root).parts
            if not {"tests", "fake", "examples", "benches", "target"} & set(parts) and path.name not in (
                "tests.rs",
                "local_server.rs",
            ):
                yield path, without_comments(without_tests(path.read_text()))


def services(text: str) -> set[str]:
    """Services whose client a file names, as they sign."""
    signed = {"eventbridge": "events"}
    return {signed.get(name, name) for name in re.findall(r"\baws_sdk_(\w+)", text)}


def operations(root: Path) -> dict[str, Path]:
    """Each operation that a program can call, such as `iam:GetRole`, and a file that calls it."""
    found: dict[str, Path] = {}
    clients: dict[Path, set[str]] = {}
    for path, text in files(root):
        # A client may have been made in another file of its crate.
        clients.setdefault(crate(path), set()).update(services(text))
    for path, text in files(root):
        called = set(re.findall(r"\.\s*(\w+)\(\)", text))
        for signed_for in clients[crate(path)]:
            for name, snake in names(signed_for).items():
                if snake in called:
                    found.setdefault(f"{signed_for}:{name}", path)
    return found


def crate(path: Path) -> Path:
    return next(parent for parent in path.parents if (parent / "Cargo.toml").exists())


def names(signed_for: str) -> dict[str, str]:
    """The operations of a service, each with its name in Rust."""
    return {name: botocore.xform_name(name) for name in service(signed_for).operation_names}


def codes(root: Path) -> dict[str, Path]:
    """Each text in a file that looks at codes of errors which has the form of one."""
    found: dict[str, Path] = {}
    for path, text in files(root):
        if LOOKS_AT_CODES.search(text):
            for code in CODE.findall(text):
                found.setdefault(code, path)
    return found


def modelled_codes(called: dict[str, Path]) -> set[str]:
    """Codes of the errors that the models give to these operations."""
    known: set[str] = set()
    for name in called:
        signed_for, _, operation = name.partition(":")
        for shape in service(signed_for).operation_model(operation).error_shapes:
            known.add(shape.name)
            known.add(QUERY_CODES.get(signed_for, {}).get(shape.name, shape.name))
            if code := shape.metadata.get("error", {}).get("code"):
                known.add(code)
    return known


def actions(root: Path) -> dict[tuple[str, str], Path]:
    """Each text of the programs that has the form of an action of IAM."""
    found: dict[tuple[str, str], Path] = {}
    for path, text in files(root):
        for action in ACTION.findall(text):
            found.setdefault(action, path)
    return found
