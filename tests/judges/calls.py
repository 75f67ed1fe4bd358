"""Judges every recorded call by AWS's service models, and what the source says of operations and codes of errors.

usage: calls.py <folder of recorded calls>
"""

from __future__ import annotations

import collections
import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path

import explained
import models
import source
import wire

ROOT = Path(__file__).resolve().parents[2]


def judged(line: dict) -> tuple[wire.Call | None, list[str]]:
    """The call of a recorded line, and what is wrong with it."""
    call = wire.read(line)
    found = list(call.problems)
    if call.operation and call.operation.input_shape:
        found += models.problems(call.operation.input_shape, call.parameters)
    return call, [f"{call.name}: {problem}" for problem in found]


class Verdict:
    """Counts, findings, and what could not be judged."""

    def __init__(self) -> None:
        self.calls: collections.Counter[str] = collections.Counter()
        self.operations: dict[str, set[str]] = collections.defaultdict(set)
        self.findings: dict[str, dict] = {}
        self.unread: collections.Counter[str] = collections.Counter()
        self.used: set[str] = set()

    def take(self, line: dict) -> None:
        if "more" in line:
            self.unread[f"more shapes of {line['more']} than are kept"] += 1
            return
        try:
            call, found = judged(line)
        except models.Unreadable as reason:
            self.unread[f"{line['service']}: {reason}"] += 1
            return
        self.calls[call.signed_for] += 1
        if call.operation:
            self.operations[call.signed_for].add(call.operation.name)
        for finding in found:
            if not self.is_explained(finding):
                self.findings.setdefault(finding, line)

    def is_explained(self, finding: str) -> bool:
        reasons = [pattern for pattern in explained.CALLS if re.search(pattern, finding)]
        self.used.update(reasons)
        return bool(reasons)

    def seen(self) -> set[str]:
        return {f"{service}:{name}" for service, names in self.operations.items() for name in names}


def lines(folder: Path) -> Iterable[dict]:
    for path in sorted(folder.glob("*.jsonl")):
        for text in path.read_text().splitlines():
            yield json.loads(text)


def findings_in_source(root: Path) -> list[str]:
    """Codes that no model and no source knows."""
    called = source.operations(root)
    known, found = source.modelled_codes(called), source.codes(root)
    listed = explained.CODES.keys() | explained.NO_CODES.keys()
    unknown = [
        f"{path.relative_to(root)}: no error has the code {code}"
        for code, path in found.items()
        if code not in known | listed
    ]
    for code in sorted(listed - found.keys()):
        print(f"explained.py: nothing looks at the code {code}")
    return unknown


def tell(verdict: Verdict) -> None:
    print(f"{'service':20}{'calls':>8}{'operations':>12}")
    for service, calls in sorted(verdict.calls.items()):
        print(f"{service:20}{calls:8}{len(verdict.operations[service]):12}")
    for reason, times in sorted(verdict.unread.items()):
        print(f"NOT JUDGED, {times} times: {reason}")
    for pattern in sorted(models.untried_patterns):
        print(f"NOT TRIED: pattern {pattern}")
    for pattern in explained.CALLS.keys() - verdict.used:
        print(f"explained.py: no call of this run needs {pattern!r}")


def main(folder: str) -> int:
    verdict = Verdict()
    for line in lines(Path(folder)):
        verdict.take(line)
    tell(verdict)
    problems = [
        f"{finding}\n    {line['method']} {line['target']} by {line['headers'].get('user-agent', 'nobody')}"
        for finding, line in verdict.findings.items()
    ]
    problems += findings_in_source(ROOT)
    never = sorted(source.operations(ROOT).keys() - verdict.seen())
    problems += [f"{name} can be called and was never seen" for name in never]
    if not verdict.calls:
        problems.append(f"no call is recorded in {folder}")
    for problem in problems:
        print(f"FINDING: {problem}")
    print(f"{sum(verdict.calls.values())} calls, {len(verdict.seen())} operations, {len(problems)} findings")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
