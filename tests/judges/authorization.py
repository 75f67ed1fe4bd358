"""Judges rights by AWS's authorization reference: actions, kinds of resources, keys and operators of conditions.

usage: authorization.py terraform            every policy document in Terraform, and every action that the source names
       authorization.py documents            policies on standard input, one a line; the findings of each as a JSON list
       authorization.py recorded <folder>    every policy in recorded calls
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path

import calls
import explained
import models
import reference
import source
import terraform_policies
import wire

ROOT = Path(__file__).resolve().parents[2]
# Members of calls that hold a policy.
POLICIES = ("PolicyDocument", "AssumeRolePolicyDocument", "Policy")


class Verdict:
    """What is found and not explained."""

    def __init__(self) -> None:
        self.findings: list[str] = []
        self.judged = 0
        self.unknown = 0
        self.used: set[str] = set()

    def take(self, statement: reference.Statement) -> None:
        self.judged += 1
        self.unknown += sum(one.startswith("?") for one in statement.resources)
        self.add(reference.findings(statement))

    def add(self, findings: Iterable[str]) -> None:
        for finding in findings:
            reasons = [pattern for pattern in explained.RIGHTS if re.search(pattern, finding)]
            self.used.update(reasons)
            if not reasons and finding not in self.findings:
                self.findings.append(finding)

    def end(self, what: str) -> int:
        for finding in self.findings:
            print(f"FINDING: {finding}")
        unknown = f", {self.unknown} resources of them not known before an apply" if self.unknown else ""
        print(f"{what}: {self.judged} statements{unknown}, {len(self.findings)} findings")
        return 1 if self.findings or not self.judged else 0


def terraform(root: Path) -> int:
    verdict = Verdict()
    for module in terraform_policies.modules(root):
        for statement in module.statements():
            verdict.take(statement)
    for (prefix, name), path in source.actions(root).items():
        if not reference.named(f"{prefix}:{name}") and not is_key(f"{prefix}:{name}"):
            verdict.add([f"{path.relative_to(root)}: there is no action {prefix}:{name}"])
    for pattern in explained.RIGHTS.keys() - verdict.used:
        print(f"explained.py: no finding is {pattern!r}")
    return verdict.end("terraform")


def is_key(text: str) -> bool:
    """Keys of conditions look like actions."""
    service = reference.services().get(text.partition(":")[0])
    return isinstance(service, dict) and reference.is_key(text, set(service["conditions"]))


def documents() -> int:
    for line in sys.stdin:
        verdict = Verdict()
        for statement in reference.statements(json.loads(line), "the policy"):
            verdict.take(statement)
        print(json.dumps(verdict.findings))
    return 0


def recorded(folder: Path) -> int:
    verdict = Verdict()
    seen: set[str] = set()
    for line in calls.lines(folder):
        try:
            call = wire.read(line) if "body" in line else None
        except models.Unreadable:
            continue
        for text in policies(call.parameters) if call else []:
            if text not in seen:
                seen.add(text)
                for statement in reference.statements(json.loads(text), call.name):
                    verdict.take(statement)
    return verdict.end("recorded calls")


def policies(value: object) -> Iterable[str]:
    """Every text below a value that is a policy."""
    if isinstance(value, dict):
        for name, one in value.items():
            if name in POLICIES and isinstance(one, str) and '"Statement"' in one:
                yield one
            else:
                yield from policies(one)
    elif isinstance(value, list):
        for one in value:
            yield from policies(one)


def main(what: str, *rest: str) -> int:
    if what == "terraform":
        return terraform(ROOT)
    return documents() if what == "documents" else recorded(Path(*rest))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
