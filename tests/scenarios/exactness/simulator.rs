//! The policy simulator in `tests/simulator`: a process of its own, one line for each document.

use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

use crate::exactness::probes::Probe;
use crate::exactness::story::{ACCOUNT, Story};

/// Ready for questions.
pub(crate) struct Simulator {
    process: Child,
    questions: Option<ChildStdin>,
    answers: Lines<BufReader<ChildStdout>>,
    /// Every action of IAM that its data knows.
    pub(crate) every_action: Vec<String>,
}

/// What it says about one probe.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The actions that take such a resource and such a prefix; `None`: all of them.
    pub(crate) asked: Option<Vec<String>>,
    pub(crate) allowed: Vec<String>,
    /// To ask for `*` is to ask for anything: the actions, each with a pattern of the document.
    pub(crate) anything: Vec<(String, String)>,
}

impl Simulator {
    pub(crate) fn start() -> Self {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("simulator");
        let mut process = Command::new("node")
            .arg("every_action.mjs")
            .current_dir(directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let questions = process.stdin.take();
        let answers = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut simulator = Self { process, questions, answers, every_action: Vec::new() };
        let first = simulator.answer();
        simulator.every_action = serde_json::from_value(first["actions"].clone()).unwrap();
        simulator
    }

    /// One answer for each probe, by group. No actions means every action.
    pub(crate) fn judge(
        &mut self,
        partition: &str,
        document: &str,
        groups: &[(Option<&[&str]>, &[Probe])],
    ) -> Vec<Vec<Answer>> {
        let document: Value = serde_json::from_str(document).unwrap();
        let groups = groups.iter().map(|(actions, probes)| {
            let probes = probes.iter().map(|p| json!({"resource": p.resource, "prefix": p.prefix}));
            json!({"actions": actions, "probes": probes.collect::<Vec<_>>()})
        });
        let question = json!({"account": ACCOUNT, "principal": Story::role(partition),
                              "document": document, "groups": groups.collect::<Vec<_>>()});
        writeln!(self.questions.as_mut().unwrap(), "{question}").unwrap();
        let answer = self.answer();
        assert_eq!(answer.get("error"), None, "the simulator cannot judge {document}");
        let groups = answer["groups"].as_array().unwrap().iter();
        groups.map(|group| read(&group["probes"])).collect()
    }

    fn answer(&mut self) -> Value {
        let line = self.answers.next().unwrap().unwrap();
        serde_json::from_str(&line).unwrap()
    }
}

/// Without questions it ends by itself.
impl Drop for Simulator {
    fn drop(&mut self) {
        drop(self.questions.take());
        let _ended = self.process.wait();
    }
}

fn read(probes: &Value) -> Vec<Answer> {
    let texts = |value: &Value| serde_json::from_value(value.clone()).unwrap();
    let one = |probe: &Value| Answer {
        asked: texts(&probe["asked"]),
        allowed: serde_json::from_value(probe["allowed"].clone()).unwrap(),
        anything: serde_json::from_value(probe["anything"].clone()).unwrap(),
    };
    probes.as_array().unwrap().iter().map(one).collect()
}
