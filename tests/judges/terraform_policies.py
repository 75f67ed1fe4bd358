"""The statements of every policy document in Terraform, with what can be known of its texts before it is applied."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hcl2
from reference import Statement

# What a resource or a variable stands for, in ARNs.
ATTRIBUTES = {
    "aws_s3_bucket": "arn:X:s3:::X",
    "aws_sqs_queue": "arn:X:sqs:X:X:X",
    "aws_iam_role": "arn:X:iam::X:role/X",
    "aws_kms_key": "arn:X:kms:X:X:key/X",
    "aws_lambda_function": "arn:X:lambda:X:X:function:X",
    "aws_secretsmanager_secret": "arn:X:secretsmanager:X:X:secret:X",
    "aws_sns_topic": "arn:X:sns:X:X:X",
}
VARIABLES = {
    "var.catalog_key_arns": "arn:X:kms:X:X:key/X",
    "var.consumer_role_arns": "arn:X:iam::X:role/X",
    "var.ingest_key_arns": "arn:X:kms:X:X:key/X",
    "var.ingest_role_arns": "arn:X:iam::X:role/X",
    "var.ingest_secret_arns": "arn:X:secretsmanager:X:X:secret:X",
    "var.kms_key_arn": "arn:X:kms:X:X:key/X",
    "var.path": "/",
    "connection.role_arn": "arn:X:iam::X:role/X",
    "data.aws_secretsmanager_secret.dmm_api_key[0].arn": "arn:X:secretsmanager:X:X:secret:X",
}
LITERAL = re.compile(r'"((?:[^"\\$]|\\.|\$(?!\{)|\$\{[^}]*\})*)"')
REFERENCE = re.compile(r"\b([a-z]\w*)\.([\w.]+(?:\[[\w*]+\][\w.]*)?)")


class Module:
    """One folder of configuration."""

    def __init__(self, folder: Path, root: Path):
        self.locals: dict[str, Any] = {}
        self.documents: list[tuple[str, dict]] = []
        for path in sorted(folder.glob("*.tf")):
            with path.open() as file:
                content = hcl2.load(file)
            for block in content.get("locals", []):
                self.locals |= block
            for block in content.get("data", []):
                for name, body in block.get('"aws_iam_policy_document"', {}).items():
                    self.documents.append((f"{path.relative_to(root)}, {plain(name)}", body))

    def statements(self) -> Iterator[Statement]:
        for where, body in self.documents:
            for block in body.get("statement", []):
                yield self.statement(where, block, {})
            for name, dynamic in dynamics(body):
                if name == "statement":
                    for content in dynamic["content"]:
                        yield self.statement(where, content, {"statement.value": dynamic["for_each"]})

    def statement(self, where: str, block: dict, bound: dict[str, Any]) -> Statement:
        def texts(name: str) -> tuple[str, ...]:
            return tuple(dict.fromkeys(self.texts(block.get(name, []), bound)))

        conditions = list(block.get("condition", []))
        conditions += [one for name, dynamic in dynamics(block) if name == "condition" for one in dynamic["content"]]
        tested = tuple((plain(one["test"]), blank(plain(one["variable"]))) for one in conditions)
        sid = plain(block.get("sid", '"without sid"'))
        resources = texts("resources") + texts("not_resources")
        return Statement(f"{where}, {sid}", texts("actions") + texts("not_actions"), resources, tested)

    def texts(self, value: Any, bound: dict[str, Any], depth: int = 0) -> list[str]:
        """What an expression can give, each unknown part as X. What is wholly unknown gives `?` and its text."""
        if depth > 12:
            return [f"? {value}"]
        if isinstance(value, list):
            return [text for one in value for text in self.texts(one, bound, depth)]
        text = str(value)
        if text.startswith('"') and text.endswith('"'):
            return self.filled(plain(text), bound, depth)
        expression = text.removeprefix("${").removesuffix("}")
        bound = bound | {name: source for name, source in re.findall(r"\bfor (\w+) in ([\w.]+)", expression)}
        literals = LITERAL.findall(expression)
        if literals:
            return [one for literal in literals for one in self.filled(literal, bound, depth)]
        references = ["".join((kind, ".", rest)) for kind, rest in REFERENCE.findall(expression)] or re.findall(
            r"^\w+$", expression
        )
        return [one for reference in references for one in self.meant(reference, bound, depth)]

    def filled(self, text: str, bound: dict[str, Any], depth: int) -> list[str]:
        """A template with every reference in it filled in, in all ways there are."""
        found = re.search(r"\$\{([^}]*)\}", text)
        if not found:
            return [text]
        inner = found[1].strip()
        values = self.meant(inner, bound, depth) if re.fullmatch(r"[\w.]+", inner) else ["X"]
        values = ["X" if value.startswith("?") else value for value in values] or ["X"]
        return [one for value in values for one in self.filled(text.replace(found[0], value, 1), bound, depth)]

    def meant(self, reference: str, bound: dict[str, Any], depth: int) -> list[str]:
        if reference in bound:
            return self.texts(f"${{{str(bound[reference]).removeprefix('${').removesuffix('}')}}}", bound, depth + 1)
        kind, _, rest = reference.partition(".")
        if kind == "local" and rest.split(".")[0] in self.locals:
            return self.texts(self.locals[rest.split(".")[0]], bound, depth + 1)
        if reference in VARIABLES:
            return [VARIABLES[reference]]
        if kind in ATTRIBUTES and rest.endswith(".arn"):
            return [ATTRIBUTES[kind]]
        return [f"? {reference}"]


def dynamics(block: dict) -> Iterator[tuple[str, dict]]:
    for dynamic in block.get("dynamic", []):
        for name, body in dynamic.items():
            if isinstance(body, dict):
                yield plain(name), body


def plain(text: str) -> str:
    return text.removeprefix('"').removesuffix('"')


def blank(text: str) -> str:
    return re.sub(r"\$\{[^}]*\}", "X", text)


def modules(root: Path) -> Iterator[Module]:
    """Every folder of configuration, examples and the local one included."""
    folders = {path.parent for top in ("terraform", "local/terraform") for path in (root / top).rglob("*.tf")}
    for folder in sorted(folders):
        if ".terraform" not in folder.parts:
            yield Module(folder, root)
