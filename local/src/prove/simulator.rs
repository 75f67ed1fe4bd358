//! A policy simulator that knows all of IAM: a program of its own in `tests/simulator`, run by node.

use std::{
    path::PathBuf,
    process::{Output, Stdio},
};

use serde_json::{Value, json};
use tokio::{io::AsyncWriteExt as _, process::Command};

use super::probe::Verdict;
use crate::{
    aws::ACCOUNT,
    failure::{Explain, Failure},
    workspace::Workspace,
};

const DIRECTORY: &str = "tests/simulator";
const LACKING: &str = "install node 20 or later with npm and put both on the PATH \
                       (Debian: apt-get install nodejs npm)";

/// One question to the simulator.
pub(crate) struct Question<'a> {
    pub(crate) principal: &'a str,
    pub(crate) action: &'a str,
    pub(crate) resource: &'a str,
    pub(crate) context: &'a [(String, String)],
    /// The policies of the one who asks.
    pub(crate) identity: &'a [Value],
    /// The policy of what is asked for, where it has one.
    pub(crate) of_resource: Option<&'a Value>,
}

impl Question<'_> {
    fn json(&self) -> Value {
        let context: serde_json::Map<String, Value> =
            self.context.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
        json!({
            "principal": self.principal,
            "account": ACCOUNT,
            "action": self.action,
            "resource": self.resource,
            "context": context,
            "identityPolicies": self.identity,
            "resourcePolicy": self.of_resource,
        })
    }
}

/// The simulator, installed and ready.
pub(crate) struct Simulator {
    directory: PathBuf,
}

impl Simulator {
    /// Installs what the lock file names, unless that is there already.
    pub(crate) async fn install(workspace: &Workspace) -> Result<Self, Failure> {
        let directory = workspace.source(DIRECTORY);
        let (lock, installed) =
            (directory.join("package-lock.json"), directory.join("node_modules/.installed"));
        let wanted = std::fs::read(&lock).explain("tests/simulator has no lock file", "")?;
        for tool in ["node", "npm"] {
            let version = Command::new(tool).arg("--version").output().await;
            version.explain(format!("{tool} is missing"), LACKING)?;
        }
        let simulator = Self { directory };
        if std::fs::read(&installed).ok().as_deref() != Some(wanted.as_slice()) {
            let arguments = ["ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"];
            let npm = simulator.run("npm", &arguments, None).await?;
            let words = String::from_utf8_lossy(&npm.stderr).into_owned();
            if !npm.status.success() {
                let advice = "is the npm registry reachable?";
                return Err(Failure::new(format!("npm ci failed:\n{}", words.trim()), advice));
            }
            std::fs::write(installed, wanted).explain("node_modules is not writable", "")?;
        }
        Ok(simulator)
    }

    /// One verdict for each question, in their order.
    pub(crate) async fn judge(&self, questions: &[Question<'_>]) -> Result<Vec<Verdict>, Failure> {
        let what = "the policy simulator gives no answer";
        let input = Value::Array(questions.iter().map(Question::json).collect()).to_string();
        let output = self.run("node", &["simulate.mjs"], Some(&input)).await?;
        if !output.status.success() {
            let words = String::from_utf8_lossy(&output.stderr).into_owned();
            return Err(Failure::new(format!("{what}:\n{}", words.trim()), ""));
        }
        let answers: Vec<Value> = serde_json::from_slice(&output.stdout).explain(what, "")?;
        if answers.len() != questions.len() {
            return Err(Failure::new(what, ""));
        }
        answers.iter().zip(questions).map(|(answer, question)| verdict(answer, question)).collect()
    }

    async fn run(
        &self,
        program: &str,
        arguments: &[&str],
        input: Option<&str>,
    ) -> Result<Output, Failure> {
        let what = format!("{program} cannot be run");
        let mut child = Command::new(program)
            .args(arguments)
            .current_dir(&self.directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .explain(&what, LACKING)?;
        if let (Some(mut stdin), Some(input)) = (child.stdin.take(), input) {
            stdin.write_all(input.as_bytes()).await.explain(&what, "")?;
        }
        child.wait_with_output().await.explain(what, "")
    }
}

/// A question that the simulator does not understand is an error of the list, not a refusal.
fn verdict(answer: &Value, question: &Question<'_>) -> Result<Verdict, Failure> {
    match answer.get("decision").and_then(Value::as_str) {
        Some("Allowed") => Ok(Verdict::Allowed),
        Some("ImplicitlyDenied" | "ExplicitlyDenied") => Ok(Verdict::Denied),
        _ => {
            let (action, resource) = (question.action, question.resource);
            let what = format!("the simulator cannot judge {action} on {resource}: {answer}");
            Err(Failure::new(what, "correct the probe"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_that_is_not_understood_is_no_refusal() {
        let question = Question {
            principal: "p",
            action: "s3:Nothing",
            resource: "r",
            context: &[],
            identity: &[],
            of_resource: None,
        };
        let denied = json!({ "decision": "ImplicitlyDenied" });
        assert_eq!(verdict(&denied, &question).unwrap(), Verdict::Denied);
        assert!(verdict(&json!({ "error": "invalid.action" }), &question).is_err());
    }
}
