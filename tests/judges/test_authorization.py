"""The judge of rights judges: what is wrong on purpose is found, and what is right is not."""

from __future__ import annotations

import contextlib
import io
import tempfile
import unittest
from pathlib import Path

import authorization
from reference import Statement, findings, overlap
from terraform_policies import Module


def found(*actions, resources=(), conditions=()):
    return list(findings(Statement("here", actions, tuple(resources), tuple(conditions))))


class Statements(unittest.TestCase):
    def is_found(self, words, *actions, **rest):
        texts = found(*actions, **rest)
        self.assertTrue(any(words in text for text in texts), texts)

    def test_a_right_statement_has_no_finding(self):
        bucket, key = "arn:aws:s3:::lake", "arn:aws:kms:eu-west-1:123456789012:key/k"
        self.assertEqual(found("s3:ListBucket", resources=[bucket], conditions=[("StringLike", "s3:prefix")]), [])
        self.assertEqual(
            found("s3:GetObject", resources=[f"{bucket}/orders/*"], conditions=[("Bool", "aws:SecureTransport")]), []
        )
        self.assertEqual(
            found("kms:Decrypt", resources=[key], conditions=[("StringLike", "kms:EncryptionContext:aws:s3:arn")]), []
        )
        self.assertEqual(
            found(
                "iam:PutRolePolicy",
                resources=["arn:aws:iam::123456789012:role/a/b"],
                conditions=[("StringEquals", "iam:ResourceTag/team")],
            ),
            [],
        )
        self.assertEqual(found("iam:ListRoles", resources=["*"]), [])

    def test_an_action_that_does_not_exist_is_found(self):
        self.is_found("there is no action s3:ReadObject", "s3:ReadObject")
        self.is_found("there is no action s4:GetObject", "s4:GetObject")
        self.is_found("there is no action s3:Read*", "s3:Read*")

    def test_a_resource_of_another_kind_is_found(self):
        self.is_found("takes none of", "s3:GetObject", resources=["arn:aws:s3:::lake"])
        self.is_found("takes none of", "sqs:SendMessage", resources=["arn:aws:sns:eu-west-1:123456789012:topic"])
        self.is_found("takes none of", "iam:GetRole", resources=["arn:aws:iam::123456789012:policy/a"])

    def test_a_resource_that_no_action_of_the_statement_takes_is_found(self):
        texts = found("s3:GetObject", resources=["arn:aws:s3:::lake/*", "arn:aws:s3:::lake"])
        self.assertEqual(texts, ["here: none of s3:GetObject takes arn:aws:s3:::lake"])

    def test_an_action_without_resources_may_not_be_limited_to_one(self):
        self.is_found("knows no resources but *", "iam:ListRoles", resources=["arn:aws:iam::123456789012:role/*"])
        self.is_found("knows no resources but *", "glue:GetJobs", resources=["arn:aws:glue:*:123456789012:job/*"])

    def test_a_key_of_a_condition_that_the_action_does_not_know_is_found(self):
        self.is_found("does not know", "s3:GetObject", conditions=[("StringLike", "s3:prefix")])
        self.is_found("does not know", "iam:CreatePolicyVersion", conditions=[("StringEquals", "iam:ResourceTag/team")])
        self.is_found("does not know", "sqs:SendMessage", conditions=[("StringEquals", "aws:SecureTransprot")])

    def test_an_operator_that_does_not_exist_is_found(self):
        self.is_found("there is no operator", "s3:GetObject", conditions=[("StringMatches", "aws:PrincipalArn")])

    def test_a_resource_that_is_not_known_is_neither_right_nor_wrong(self):
        self.assertEqual(found("s3:GetObject", resources=["? var.somewhere"]), [])


class Patterns(unittest.TestCase):
    def test_a_pattern_of_a_policy_meets_what_it_can_mean(self):
        self.assertTrue(
            overlap("arn:aws:glue:*:1:*", "arn:${Partition}:glue:${Region}:${Account}:table/${Database}/${Table}")
        )
        self.assertTrue(
            overlap(
                "arn:*:logs:*:1:log-group:/aws/lambda/f:*",
                "arn:${P}:logs:${R}:${A}:log-group:${LogGroupName}:log-stream:${LogStreamName}",
            )
        )
        self.assertFalse(overlap("arn:aws:s3:::lake/*", "arn:${Partition}:s3:::${BucketName}"))
        self.assertFalse(overlap("arn:aws:s3:::lake", "arn:${Partition}:s3:::${BucketName}/${ObjectName}"))


class Terraform(unittest.TestCase):
    def of(self, text):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "main.tf").write_text(text)
            return list(Module(Path(folder), Path(folder)).statements())

    def test_texts_are_followed_through_locals_loops_and_choices(self):
        (statement,) = self.of(
            """
            locals {
              prefixes = [for one in var.regions : "arn:${local.partition}:glue:${one}:1"]
              queue    = var.queue == null ? "arn:aws:sqs:r:1:q" : aws_sqs_queue.events.arn
              partition = data.aws_partition.current.partition
            }
            data "aws_iam_policy_document" "work" {
              statement {
                actions   = ["glue:GetTable", "sqs:SendMessage"]
                resources = concat([for prefix in local.prefixes : "${prefix}:catalog"], [local.queue])
              }
            }
            """
        )
        self.assertIn("arn:X:glue:X:1:catalog", statement.resources)
        self.assertEqual(statement.actions, ("glue:GetTable", "sqs:SendMessage"))

    def test_statements_and_conditions_that_are_made_in_a_loop_are_read(self):
        (statement,) = self.of(
            """
            data "aws_iam_policy_document" "work" {
              dynamic "statement" {
                for_each = var.kms_key_arn[*]
                content {
                  sid       = "Key"
                  actions   = ["kms:Decrypt"]
                  resources = [statement.value]
                  dynamic "condition" {
                    for_each = var.tags
                    content {
                      test     = "StringEquals"
                      variable = "aws:ResourceTag/${condition.key}"
                      values   = [condition.value]
                    }
                  }
                }
              }
            }
            """
        )
        self.assertEqual(statement.conditions, (("StringEquals", "aws:ResourceTag/X"),))
        self.assertEqual(statement.where, "main.tf, work, Key")

    def test_a_folder_without_a_statement_fails(self):
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
            self.assertEqual(authorization.terraform(Path(folder)), 1)


if __name__ == "__main__":
    unittest.main()
