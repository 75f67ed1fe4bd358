//! AWS and a catalog, answering at one address of this machine.
#![expect(clippy::unwrap_used, reason = "without its surroundings no test can go on")]

use std::process::{Command, Output};

use serde_json::{Value, json};
use wiremock::matchers::{body_string_contains, header, method, path, path_regex};
use wiremock::{Mock, MockServer, ResponseTemplate};

const ROLE: &str = "arn:aws:iam::123456789012:role/churn";
/// The body of the dead letter.
pub(crate) const QUEUE_BODY: &str = r#"{"id":"e7","type":"com.datamesh-manager.events.AccessActivatedEvent","subject":"a","data":{"id":"a"}}"#;

/// Everything that the program talks to.
pub(crate) struct Elsewhere {
    server: MockServer,
}

/// Runs the program without anything of this machine's AWS configuration.
fn run(arguments: &[&str], environment: &[(String, String)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dmm-aws"));
    let nothing = [("AWS_CONFIG_FILE", "/dev/null"), ("AWS_EC2_METADATA_DISABLED", "true")];
    command.args(arguments).env_clear().envs(nothing).envs(environment.iter().cloned());
    command.stdin(std::process::Stdio::null()).output().unwrap()
}

/// Runs the program with nothing around it.
pub(crate) fn alone(arguments: &[&str]) -> Output {
    run(arguments, &[])
}

pub(crate) fn text_of(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub(crate) fn error_of(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Standard output, which must be JSON and nothing else.
pub(crate) fn json_of(output: &Output) -> Value {
    let text = text_of(output);
    let parsed = serde_json::from_str(&text);
    assert!(parsed.is_ok(), "{text}\n{}", error_of(output));
    parsed.unwrap()
}

fn xml(action: &str, result: &str) -> ResponseTemplate {
    let body =
        format!("<{action}Response><{action}Result>{result}</{action}Result></{action}Response>");
    ResponseTemplate::new(200).set_body_raw(body, "text/xml")
}

fn aws_json(body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw(body.to_string(), "application/x-amz-json-1.0")
}

fn aws_error(code: &str) -> ResponseTemplate {
    let body = json!({"__type": code, "message": "as asked"}).to_string();
    ResponseTemplate::new(400).set_body_raw(body, "application/x-amz-json-1.0")
}

fn s3_missing() -> ResponseTemplate {
    let body = "<Error><Code>NoSuchKey</Code><Message>as asked</Message></Error>";
    ResponseTemplate::new(404).set_body_raw(body, "application/xml")
}

impl Elsewhere {
    /// No agreement at all.
    pub(crate) async fn with_nothing_agreed() -> Self {
        let this = Self { server: calls::mock_server().await };
        this.aws().await;
        this.catalog(&json!([])).await;
        this
    }

    /// Agreement `a`, active and not granted yet.
    pub(crate) async fn with_a_new_agreement() -> Self {
        let this = Self { server: calls::mock_server().await };
        let agreement = json!({
            "id": "a", "info": {"purpose": "test", "status": "approved", "active": true},
            "provider": {"dataProductId": "warmers", "outputPortId": "s3"},
            "consumer": {"dataProductId": "churn"},
        });
        this.answer("/catalog/api/access/a", &agreement).await;
        this.answer("/catalog/api/dataproducts/churn", &json!({
            "dataProductSpecification": "0.0.1", "id": "churn", "custom": {"aws-role-name": "churn"},
        }))
        .await;
        this.answer(
            "/catalog/api/dataproducts/warmers",
            &json!({
                "dataProductSpecification": "0.0.1", "id": "warmers",
                "outputPorts": [{"id": "s3", "custom": {
                    "output-port-type": "s3_bucket", "aws-s3-bucket-arn": "arn:aws:s3:::data"}}],
            }),
        )
        .await;
        this.aws().await;
        this.catalog(&json!([agreement])).await;
        this
    }

    /// One message in the dead-letter queue, until it is deleted; SQS moves nothing by itself.
    pub(crate) async fn with_a_dead_letter() -> Self {
        let this = Self::with_nothing_agreed().await;
        let letter = json!({"Messages": [{
            "MessageId": "m1", "ReceiptHandle": "r1", "Body": QUEUE_BODY,
            "Attributes": {"MessageGroupId": "a", "SentTimestamp": "1785564000000"}}]});
        // Once for each look of two runs, and once for the move; then three times in a row nothing.
        for _ in 0..3 {
            this.sqs("ReceiveMessage", aws_json(&letter), Some(1)).await;
            this.sqs("ReceiveMessage", aws_json(&json!({})), Some(3)).await;
        }
        this
    }

    async fn mount(&self, mock: Mock) {
        self.server.register(mock).await;
    }

    async fn answer(&self, at: &str, body: &Value) {
        let answer = ResponseTemplate::new(200).set_body_json(body);
        self.mount(Mock::given(method("GET")).and(path(at)).respond_with(answer)).await;
    }

    async fn catalog(&self, agreements: &Value) {
        self.answer("/catalog/api/access", agreements).await;
        let event = json!({"id": "e2", "type": "com.datamesh-manager.events.TeamUpdatedEvent"});
        let after = |id: &str| wiremock::matchers::query_param("lastEventId", id);
        let events = Mock::given(path("/catalog/api/events"));
        let none = ResponseTemplate::new(200).set_body_json(json!([]));
        self.mount(events.and(after("e2")).respond_with(none)).await;
        self.answer("/catalog/api/events", &json!([event])).await;
    }

    async fn sqs(&self, action: &str, answer: ResponseTemplate, times: Option<u64>) {
        let mock = Mock::given(header("x-amz-target", format!("AmazonSQS.{action}").as_str()));
        let mock = mock.respond_with(answer);
        self.mount(match times {
            Some(times) => mock.up_to_n_times(times),
            None => mock,
        })
        .await;
    }

    async fn iam(&self, action: &str, result: &str) {
        let asked = body_string_contains(format!("Action={action}&"));
        self.mount(Mock::given(asked).respond_with(xml(action, result))).await;
    }

    async fn aws(&self) {
        let secret = json!({"Name": "key", "SecretString": "the-api-key"});
        let target = header("x-amz-target", "secretsmanager.GetSecretValue");
        self.mount(Mock::given(target).respond_with(aws_json(&secret))).await;
        self.s3().await;
        let role = format!(
            "<Path>/</Path><RoleName>churn</RoleName><RoleId>AROAEXAMPLE</RoleId><Arn>{ROLE}</Arn><CreateDate>2026-01-01T00:00:00Z</CreateDate>"
        );
        let listed =
            format!("<Roles><member>{role}</member></Roles><IsTruncated>false</IsTruncated>");
        self.iam("ListRoles", &listed).await;
        self.iam("GetRole", &format!("<Role>{role}</Role>")).await;
        let none = "<PolicyNames/><IsTruncated>false</IsTruncated>";
        self.iam("ListRolePolicies", none).await;
        let missing = "<ErrorResponse><Error><Code>NoSuchEntity</Code></Error></ErrorResponse>";
        let missing = ResponseTemplate::new(404).set_body_raw(missing, "text/xml");
        let asked = body_string_contains("Action=GetRolePolicy&");
        self.mount(Mock::given(asked).respond_with(missing)).await;
        self.queues().await;
        let function = json!({"FunctionName": "dmm-reconcile", "State": "Active", "Timeout": 60,
            "Environment": {"Variables": self.settings().into_iter().collect::<serde_json::Map<_, _>>()}});
        let place = path("/2015-03-31/functions/dmm-reconcile/configuration");
        let found = ResponseTemplate::new(200).set_body_json(function);
        self.mount(Mock::given(place).respond_with(found)).await;
        let missing = ResponseTemplate::new(404)
            .insert_header("x-amzn-errortype", "ResourceNotFoundException")
            .set_body_json(json!({"Message": "as asked"}));
        let place = path_regex("^/2015-03-31/functions/.*/configuration$");
        self.mount(Mock::given(place).respond_with(missing)).await;
    }

    async fn s3(&self) {
        let cursor =
            ResponseTemplate::new(200).insert_header("etag", "\"v1\"").set_body_string("e2");
        let place = || path("/bucket/poll_feed/last_event_id");
        self.mount(Mock::given(method("GET")).and(place()).respond_with(cursor)).await;
        let written = ResponseTemplate::new(200).insert_header("etag", "\"v2\"");
        self.mount(Mock::given(method("PUT")).and(place()).respond_with(written)).await;
        let gone = ResponseTemplate::new(204);
        self.mount(Mock::given(method("DELETE")).and(place()).respond_with(gone)).await;
        let entries = Mock::given(path_regex("^/bucket/grants/.+"));
        self.mount(entries.respond_with(s3_missing())).await;
        let list = "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>";
        let list = ResponseTemplate::new(200).set_body_raw(list, "application/xml");
        self.mount(Mock::given(path_regex("^/bucket/?$")).respond_with(list)).await;
    }

    async fn queues(&self) {
        let arn = "arn:aws:sqs:eu-west-1:123456789012:dmm-events.fifo";
        let dead = "arn:aws:sqs:eu-west-1:123456789012:dmm-events-dead.fifo";
        let redrive = json!({"deadLetterTargetArn": dead, "maxReceiveCount": 5}).to_string();
        self.sqs(
            "GetQueueAttributes",
            aws_json(&json!({"Attributes": {
            "QueueArn": arn, "FifoQueue": "true", "VisibilityTimeout": "360",
            "ApproximateNumberOfMessages": "1", "ApproximateNumberOfMessagesNotVisible": "0",
            "RedrivePolicy": redrive}})),
            None,
        )
        .await;
        let url = format!("{}/123456789012/dmm-events-dead.fifo", self.server.uri());
        self.sqs("GetQueueUrl", aws_json(&json!({"QueueUrl": url})), None).await;
        self.sqs("SendMessageBatch", aws_json(&json!({"Successful": [], "Failed": []})), None)
            .await;
        self.sqs("ChangeMessageVisibility", aws_json(&json!({})), None).await;
        self.sqs("DeleteMessage", aws_json(&json!({})), None).await;
        self.sqs("StartMessageMoveTask", aws_error("InvalidAction"), None).await;
    }

    fn settings(&self) -> Vec<(String, Value)> {
        let base = format!("{}/catalog", self.server.uri());
        let queue = format!("{}/123456789012/dmm-events.fifo", self.server.uri());
        [
            ("DMM_BASE_URL", base.as_str()),
            ("DMM_API_KEY_SECRET_NAME", "key"),
            ("BUCKET_NAME", "bucket"),
            ("SQS_QUEUE_URL", &queue),
            ("CONSUMER_ROLE_ARNS", "arn:aws:iam::123456789012:role/*"),
        ]
        .map(|(name, value)| (name.to_owned(), value.into()))
        .to_vec()
    }

    fn aws_environment(&self) -> Vec<(String, String)> {
        let pairs = [
            ("AWS_REGION", "eu-west-1".to_owned()),
            ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "not-a-secret".to_owned()),
            ("AWS_ENDPOINT_URL", self.server.uri()),
            ("AWS_MAX_ATTEMPTS", "1".to_owned()),
        ];
        pairs.map(|(name, value)| (name.to_owned(), value)).to_vec()
    }

    /// Runs the program with all settings in the environment.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.run_in(arguments, &[])
    }

    /// The same with more of an environment.
    pub(crate) fn run_in(&self, arguments: &[&str], more: &[(&str, &str)]) -> Output {
        let mut environment = self.aws_environment();
        let settings = self.settings().into_iter();
        environment.extend(settings.filter_map(|(n, v)| Some((n, v.as_str()?.to_owned()))));
        environment.extend(more.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())));
        run(arguments, &environment)
    }

    /// Runs the program with nothing but AWS credentials.
    pub(crate) fn run_without_settings(&self, arguments: &[&str]) -> Output {
        run(arguments, &self.aws_environment())
    }

    /// Entries of all batches that were sent to the events queue.
    pub(crate) async fn sent(&self) -> Vec<Value> {
        let requests = self.server.received_requests().await.unwrap_or_default();
        let is_batch = |request: &&wiremock::Request| {
            let target = request.headers.get("x-amz-target");
            target.is_some_and(|target| target.as_bytes() == b"AmazonSQS.SendMessageBatch")
        };
        let batches = requests.iter().filter(is_batch).map(|request| {
            let body: Value = serde_json::from_slice(&request.body).unwrap();
            body.get("Entries").and_then(Value::as_array).cloned().unwrap_or_default()
        });
        batches.flatten().collect()
    }

    /// The states in which objects were written or deleted.
    pub(crate) async fn conditions(&self, method: &str) -> Vec<String> {
        let requests = self.server.received_requests().await.unwrap_or_default();
        let of_method = requests.iter().filter(|request| request.method.as_str() == method);
        let condition = |request: &wiremock::Request| {
            request.headers.get("if-match").map(|text| text.to_str().unwrap().to_owned())
        };
        of_method.map(|request| condition(request).unwrap_or_default()).collect()
    }
}
