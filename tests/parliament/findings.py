"""Policy documents on standard input, one a line; what parliament finds in each, as a JSON list a line."""

import json
import sys

from parliament import analyze_policy_string


def findings(document: str) -> list[dict[str, str]]:
    policy = analyze_policy_string(document, include_community_auditors=True)
    return [
        {"issue": finding.issue, "detail": str(finding.detail), "location": str(finding.location)}
        for finding in policy.findings
    ]


for line in sys.stdin:
    print(json.dumps(findings(line)))
