"""Where ministack 1.5.33 answers otherwise than AWS, and how AWS answers.

What is written in terraform/ is written for AWS and never widened to suit an emulator, so the emulator is corrected.
Each function below is one fact: what AWS does, and under `Source:` the document or issue that says so. The same facts
are asked of the corrected emulator, of the doubles, and of any account, by tests/conformance. Nothing here starts or
ends a process; see emulator.py.
"""

import functools

import corrections_alarms
import ministack.app as app
import ministack.core.iam_actions as iam_actions
import ministack.core.iam_evaluator as iam_evaluator
import ministack.core.lambda_runtime as lambda_runtime
from ministack.core.responses import AccountScopedDict, get_account_id
from ministack.services import cloudwatch, iam, lambda_svc, s3

CORRECTIONS = []


def correction(function):
    """A fact, put in force by calling the function."""
    CORRECTIONS.append(function)
    return function


def install():
    """Has the emulator answer as AWS does, in everything that is known here."""
    for function in CORRECTIONS:
        function()


def instead(module, name):
    """Puts a function in the place of the emulator's own, which it receives first."""

    def put(function):
        setattr(module, name, functools.partial(function, getattr(module, name)))

    return put


def naming(service):
    """Has a function name the resource that a call to a service is authorised against, or None for the stock name."""

    def put(function):
        @instead(iam_actions, "extract_resource_arn")
        def resource(stock, found, method, path, headers, body, params, region, account):
            own = function(headers, body, params, region, account) if found == service else None
            return own or stock(found, method, path, headers, body, params, region, account)

    return put


def asked(params, name):
    return iam_actions._query_param(params, name)


def field(body, name):
    return iam_actions._safe_json_field(body, name)


def operation(headers):
    return headers.get("x-amz-target", "").rpartition(".")[2]


def stored_role(name):
    return iam._roles.get_scoped(get_account_id(), None, name) or {}


# What IAM is asked.


@correction
def a_batch_needs_the_right_of_its_single_call():
    """SQS authorises SendMessageBatch as sqs:SendMessage, and so on: the batches are no actions of their own.

    Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html
    """
    single = {
        "sqs:SendMessageBatch": "sqs:SendMessage",
        "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
        "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
    }

    @instead(iam_actions, "extract_iam_action")
    def action(stock, *request):
        found = stock(*request)
        return single.get(found, found)


@correction
def a_call_about_a_role_is_authorised_against_its_arn_with_the_path():
    """A role that IAM knows is authorised under its ARN, path included, whatever the caller wrote of it.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
    """

    @naming("iam")
    def role(_headers, _body, params, _region, account):
        name = asked(params, "RoleName")
        if name and asked(params, "Action") == "CreateRole":
            return f"arn:aws:iam::{account}:role{asked(params, 'Path') or '/'}{name}"
        return stored_role(name).get("Arn") if name else None


@correction
def a_role_that_iam_does_not_know_is_authorised_against_its_bare_name():
    """A statement on `role/path/*` does not match an unknown role: 403, never 404, unless `role/NAME` itself is matched.

    Source: https://github.com/keikoproj/iam-manager/issues/31,
    https://github.com/hashicorp/terraform-provider-aws/issues/10532, https://github.com/aws/aws-cdk/issues/27067
    """

    @naming("iam")
    def unknown(_headers, _body, params, _region, account):
        name = asked(params, "RoleName")
        if not name or stored_role(name) or asked(params, "Action") == "CreateRole":
            return None
        return f"arn:aws:iam::{account}:role/{name}"


@correction
def a_simulation_is_authorised_against_the_role_it_is_about():
    """SimulatePrincipalPolicy is a call about a role, although it names it by its ARN.

    Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
    """

    @naming("iam")
    def role(_headers, _body, params, _region, _account):
        return asked(params, "PolicySourceArn") or None


@correction
def names_of_roles_compare_without_regard_to_case():
    """`Churn` and `churn` are one role: the second cannot be made, and either name finds it. (That either finds it is
    what follows from the document; it was not seen.)

    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html (RoleName)
    """

    class Roles(AccountScopedDict):
        __slots__ = ()

        def _scoped(self, key):
            return (get_account_id(), key.lower())

        def get_scoped(self, account, region, key, default=None):
            return super().get_scoped(account, region, (key or "").lower(), default)

        def set_scoped(self, account, region, key, value):
            super().set_scoped(account, region, key.lower(), value)

        def contains_scoped(self, account, region, key):
            return super().contains_scoped(account, region, key.lower())

        def pop_scoped(self, account, region, key, *default):
            return super().pop_scoped(account, region, key.lower(), *default)

    iam._roles = Roles()


@correction
def a_call_about_a_role_carries_the_roles_tags_and_boundary():
    """iam:ResourceTag and iam:PermissionsBoundary are those of the role; where the call sets a boundary, that one.

    Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
    """

    @instead(iam_actions, "request_tag_context")
    def context(stock, service, action, body, params):
        found = dict(stock(service, action, body, params))
        name = asked(params, "RoleName") if service == "iam" else None
        if not name or action == "iam:CreateRole":
            return found
        role = stored_role(name)
        found.update({f"iam:ResourceTag/{tag['Key']}": tag["Value"] for tag in role.get("Tags") or []})
        boundary = asked(params, "PermissionsBoundary") or role.get("PermissionsBoundary")
        if isinstance(boundary, dict):
            boundary = boundary.get("PermissionsBoundaryArn")
        return {**found, "iam:PermissionsBoundary": boundary} if boundary else found


@correction
def a_call_of_glue_is_authorised_against_what_it_names():
    """Glue's calls are about a database, a table, a workflow, or, for tags, any resource.

    Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsglue.html
    """

    @naming("glue")
    def thing(headers, body, _params, region, account):
        what, name, database = operation(headers), field(body, "Name"), field(body, "DatabaseName")
        table = field(body, "TableName") or name
        if what == "GetTags":
            return field(body, "ResourceArn")
        if what.endswith("Database") and name and not database:
            return f"arn:aws:glue:{region}:{account}:database/{name}"
        if "Workflow" in what and name:
            return f"arn:aws:glue:{region}:{account}:workflow/{name}"
        if database and table and ("Table" in what or "Partition" in what):
            return f"arn:aws:glue:{region}:{account}:table/{database}/{table}"
        return None


@correction
def a_call_about_a_log_group_is_authorised_against_a_stream_of_it():
    """A policy for a log group ends in `:*`: but for tags, AWS compares it with a stream, if an empty one.

    Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html
    """

    @naming("logs")
    def stream(headers, body, _params, region, account):
        group = field(body, "logGroupName")
        if not group or "Tag" in operation(headers):
            return None
        return f"arn:aws:logs:{region}:{account}:log-group:{group}:log-stream:{field(body, 'logStreamName')}"


@correction
def a_call_over_loopback_counts_as_one_over_tls():
    """On AWS every call of an SDK comes over TLS, so aws:SecureTransport is true. Without certificates it is not here.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
    """

    @instead(app, "pin_request_origin")
    def pin(stock, source_ip, _is_secure):
        stock(source_ip, True)


# What services answer.


@correction
def a_key_that_is_missing_is_forbidden_to_who_may_not_list_it():
    """GetObject and HeadObject of a missing key answer 404 only to who may list the bucket with that key as s3:prefix.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html (Permissions),
    https://github.com/ceph/ceph/pull/68577 (the prefix is the key asked for), https://github.com/kopia/kopia/issues/3072
    """
    for name in ("_get_object", "_head_object"):

        @instead(s3, name)
        def read(stock, bucket, key, headers=None, query_params=None):
            answer = stock(bucket, key, headers or {}, query_params or {})
            if answer[0] != 404 or b"<Code>NoSuchKey<" not in (answer[2] or b""):
                return answer
            caller = app.extract_access_key_id(headers or {}, query_params or {})
            denied = iam_evaluator.enforce(
                caller, "s3:ListBucket", "s3", "", f"arn:aws:s3:::{bucket}", {"s3:prefix": key})
            return s3._error("AccessDenied", "Access Denied", 403) if denied else answer


@correction
def the_inline_policies_of_a_role_have_a_limit_in_sum():
    """All inline policies of a role together: 10,240 characters, white space not counted; else 409 LimitExceeded.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    """
    limit = 10_240

    def size(text):
        return len("".join(str(text).split()))

    @instead(iam, "_put_role_policy")
    def put(stock, params):
        name = asked(params, "RoleName")
        others = {**(stored_role(name).get("InlinePolicies") or {}), asked(params, "PolicyName"): ""}
        if sum(map(size, others.values())) + size(asked(params, "PolicyDocument")) > limit:
            message = f"Maximum policy size of {limit} bytes exceeded for role {name}"
            return iam._error(409, "LimitExceeded", message, ns="iam")
        return stock(params)

    iam._IAM_HANDLERS["PutRolePolicy"] = iam._put_role_policy


@correction
def the_policy_simulator_hears_the_context_and_finds_roles_below_a_path():
    """SimulatePrincipalPolicy judges with the condition keys it is given, whatever the path of the role it judges.

    Source: https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html (ContextEntries)
    """
    words = {"Allow": "allowed", "Deny": "explicitDeny"}

    def context(params):
        entry = "ContextEntries.member.{}.{}"
        for number in range(1, 100):
            name = asked(params, entry.format(number, "ContextKeyName"))
            if not name:
                return
            yield name.lower(), asked(params, entry.format(number, "ContextKeyValues.member.1"))

    @instead(iam, "_simulate_principal_policy")
    def simulate(_stock, params):
        source, account = asked(params, "PolicySourceArn"), get_account_id()
        actions, resource = iam._extract_simulate_params(params)
        policies = iam_evaluator._gather_role_policies(source.rpartition("/")[2], account)
        members = ""
        for action in actions:
            question = iam_evaluator.EvalContext(
                source, "AssumedRole", account, action, resource, "", service_context=dict(context(params)))
            decision = words.get(iam_evaluator.evaluate(question, policies).decision, "implicitDeny")
            members += f"<member><EvalActionName>{action}</EvalActionName><EvalDecision>{decision}</EvalDecision></member>"
        result = f"<EvaluationResults>{members}</EvaluationResults><IsTruncated>false</IsTruncated>"
        result = f"<SimulatePrincipalPolicyResult>{result}</SimulatePrincipalPolicyResult>"
        return iam._xml(200, "SimulatePrincipalPolicyResponse", result, ns="iam")

    iam._IAM_HANDLERS["SimulatePrincipalPolicy"] = iam._simulate_principal_policy


@correction
def an_invocation_goes_on_to_its_end_with_the_code_it_began_with():
    """New code or settings replace only environments that are idle; the others end after what they are at.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
    """
    retired = {}

    def sparing_busy_workers(update, name, *arguments):
        with lambda_runtime._lock:
            for key, pool in lambda_runtime._workers.items():
                if key.split(":")[2] == name:
                    retired.update((id(worker), worker) for worker in pool if worker.in_use)
                    pool[:] = [worker for worker in pool if not worker.in_use]
        return update(name, *arguments)

    instead(lambda_svc, "_update_code")(sparing_busy_workers)
    instead(lambda_svc, "_update_config")(sparing_busy_workers)

    @instead(lambda_svc, "release_worker")
    def release(stock, worker):
        stock(worker)
        if worker is not None and retired.pop(id(worker), None):
            lambda_runtime.kill_workers([worker])


@correction
def alarms_are_kept_and_judged_period_by_period():
    """By the metric's dimensions, by period, "m out of n", with a rule for missing data: corrections_alarms.py, which is
    as long as all of this and about one service that nothing else here touches.

    Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html
    """
    cloudwatch._evaluate_alarm = corrections_alarms.evaluate
    cloudwatch._describe_alarms = corrections_alarms.describe
    cloudwatch._put_metric_alarm = corrections_alarms.put
