"""The judge of calls judges: what is wrong on purpose is found, and what is right is not."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import tempfile
import unittest
from pathlib import Path

import calls
import source
from models import Unreadable

FORM = {"content-type": "application/x-www-form-urlencoded"}


def line(service, body=b"", method="POST", target="/", headers=None):
    body = base64.b64encode(body if isinstance(body, bytes) else body.encode()).decode()
    return {"service": service, "method": method, "target": target, "headers": headers or {}, "body": body}


def iam(action, **parameters):
    pairs = {"Action": action, "Version": "2010-05-08"} | parameters
    return line("iam", "&".join(f"{name}={value}" for name, value in pairs.items()), headers=FORM)


def json_call(service, target, version, **parameters):
    headers = {"content-type": f"application/x-amz-json-{version}", "x-amz-target": target}
    return line(service, json.dumps(parameters), headers=headers)


def sqs(operation, **parameters):
    return json_call("sqs", f"AmazonSQS.{operation}", "1.0", **parameters)


def glue(operation, **parameters):
    return json_call("glue", f"AWSGlue.{operation}", "1.1", **parameters)


def problems(call):
    return calls.judged(call)[1]


class RightCalls(unittest.TestCase):
    def test_a_right_call_of_each_protocol_is_read_and_has_no_finding(self):
        right = {
            "iam:PutRolePolicy": iam("PutRolePolicy", RoleName="churn", PolicyName="DMM_a", PolicyDocument="%7B%7D"),
            "sqs:ReceiveMessage": sqs("ReceiveMessage", QueueUrl="http://there/q", MaxNumberOfMessages=10),
            "glue:GetTables": glue("GetTables", DatabaseName="sales", MaxResults=100),
            "s3:GetObject": line("s3", method="GET", target="/bucket/grants/a.json?x-id=GetObject"),
            "s3:ListObjectsV2": line("s3", method="GET", target="/bucket?list-type=2&prefix=grants%2F"),
            "s3:PutObject": line("s3", b"e1", "PUT", "/bucket/cursor?x-id=PutObject", {"if-none-match": "*"}),
            "lambda:GetFunctionConfiguration": line(
                "lambda", method="GET", target="/2015-03-31/functions/f/configuration"
            ),
        }
        for name, call in right.items():
            read, found = calls.judged(call)
            self.assertEqual((read.name, found), (name, []))

    def test_entries_of_forms_are_read_as_lists(self):
        named = {"PolicySourceArn": "arn:aws:iam::123456789012:role/f", "ActionNames.member.1": "iam:GetRole"}
        read, found = calls.judged(iam("SimulatePrincipalPolicy", **named))
        self.assertEqual((read.parameters["ActionNames"], found), (["iam:GetRole"], []))

    def test_of_two_operations_at_one_address_the_one_that_is_in_use_is_meant(self):
        rule = "<Rule><ID>a</ID><Status>Enabled</Status><Filter></Filter></Rule>"
        body = f"<LifecycleConfiguration>{rule}</LifecycleConfiguration>"
        read, found = calls.judged(line("s3", body, "PUT", "/bucket?lifecycle="))
        self.assertEqual((read.name, found), ("s3:PutBucketLifecycleConfiguration", []))

    def test_xml_is_read_by_its_elements(self):
        body = '<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Object><Key>a</Key></Object></Delete>'
        read, found = calls.judged(line("s3", body, "POST", "/bucket?delete"))
        self.assertEqual((read.parameters["Delete"], found), ({"Objects": [{"Key": "a"}]}, []))


class WrongCalls(unittest.TestCase):
    def is_found(self, call, *words):
        found = problems(call)
        self.assertTrue(any(all(word in one for word in words) for one in found), found)

    def test_an_unknown_operation_is_found_in_every_protocol(self):
        self.is_found(iam("PutRolePolice"), "no operation", "PutRolePolice")
        self.is_found(glue("GetTabels"), "no operation", "GetTabels")
        self.is_found(line("lambda", method="GET", target="/2015-03-31/functions/f/config"), "no operation")
        self.is_found(line("s3", method="PATCH", target="/bucket/key"), "no operation")

    def test_an_unknown_parameter_is_found_wherever_it_stands(self):
        self.is_found(iam("GetRole", RoleName="churn", Path="x"), "unknown member", "Path")
        self.is_found(glue("GetTable", DatabaseName="d", Name="t", TableName="t"), "unknown member", "TableName")
        self.is_found(line("s3", method="GET", target="/bucket?list-type=2&max-key=1"), "unknown parameter", "max-key")
        self.is_found(line("s3", method="GET", target="/bucket/key", headers={"x-amz-nothing": "1"}), "unknown header")

    def test_a_missing_parameter_is_found(self):
        self.is_found(iam("PutRolePolicy", RoleName="churn", PolicyName="DMM_a"), "PolicyDocument")
        self.is_found(sqs("SendMessageBatch", QueueUrl="http://there/q"), "Entries")

    def test_a_name_that_is_too_long_or_too_short_is_found(self):
        self.is_found(iam("GetRole", RoleName="x" * 65), "65 is above the most, 64")
        self.is_found(glue("GetTable", DatabaseName="", Name="t"), "0 is below the least, 1")

    def test_a_number_out_of_range_and_a_list_that_is_too_long_are_found(self):
        self.is_found(glue("GetTables", DatabaseName="d", MaxResults=101), "101 is above the most, 100")
        self.is_found(glue("GetTriggers", MaxResults=0), "0")

    def test_a_value_outside_its_enumeration_is_found(self):
        self.is_found(glue("GetDatabases", ResourceShareType="EVERYTHING"), "EVERYTHING", "is none of")

    def test_a_value_that_does_not_match_its_pattern_is_found(self):
        self.is_found(iam("GetRole", RoleName="churn%2Fx"), "churn/x", "does not match")
        self.is_found(iam("PutRolePolicy", RoleName="c", PolicyName="a%20b", PolicyDocument="%7B%7D"), "does not match")

    def test_a_value_of_another_type_is_found(self):
        self.is_found(glue("GetTables", DatabaseName="d", MaxResults="many"), "MaxResults")
        self.is_found(sqs("ReceiveMessage", QueueUrl=7), "QueueUrl")

    def test_another_version_target_or_content_type_is_found(self):
        self.is_found(
            line("iam", "Action=GetRole&RoleName=a&Version=2010-05-09", headers=FORM), "Version is not 2010-05-08"
        )
        self.is_found(json_call("sqs", "AmazonSQS.DeleteQueue", "1.1", QueueUrl="u"), "content-type")
        self.is_found(json_call("glue", "Glue.GetJobs", "1.1"), "x-amz-target")

    def test_a_body_of_another_form_is_found_and_ends_nothing(self):
        versioning = problems(line("s3", b"{}", "PUT", "/bucket?versioning"))
        self.assertIn("s3:PutBucketVersioning: the body is not XML", versioning)
        code = line("lambda", b"null", "PUT", "/2015-03-31/functions/f/code", {"content-type": "application/json"})
        self.assertIn("lambda:UpdateFunctionCode: the body is no object", problems(code))

    def test_a_service_without_a_model_is_told_and_not_passed_over(self):
        verdict = calls.Verdict()
        verdict.take(line("nowhere"))
        self.assertEqual((len(verdict.unread), sum(verdict.calls.values())), (1, 0))
        self.assertRaises(Unreadable, calls.judged, line("nowhere"))

    def test_a_recording_without_calls_fails(self):
        with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
            self.assertEqual(calls.main(folder), 1)


class Sources(unittest.TestCase):
    def of(self, text, read):
        with tempfile.TemporaryDirectory() as folder:
            crate = Path(folder) / "shared" / "clients"
            crate.mkdir(parents=True)
            (crate / "Cargo.toml").touch()
            (crate / "iam.rs").write_text(text)
            return read(Path(folder))

    def test_operations_are_those_that_the_source_calls_outside_its_tests(self):
        text = "use aws_sdk_iam::Client;\nself.client\n    .get_role()\n#[cfg(test)]\nmod tests {\nx.list_users()\n}"
        self.assertEqual(list(self.of(text, source.operations)), ["iam:GetRole"])

    def test_a_misspelt_code_of_an_error_is_in_no_model(self):
        calls_it = "use aws_sdk_iam::Client;\nfn f(e: SdkError) { self.client.get_role(); "
        text = calls_it + 'code(&e) == Some("NoSuchEntty") || code(&e) == Some("NoSuchEntity") }'
        known = self.of(text, lambda root: source.modelled_codes(source.operations(root)))
        self.assertEqual(set(self.of(text, source.codes)) - known, {"NoSuchEntty"})


if __name__ == "__main__":
    unittest.main()
