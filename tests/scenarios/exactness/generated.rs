//! Ten thousand ports of every form allow exactly what they offer.

use std::collections::BTreeSet;
use std::time::Instant;

use crate::exactness::evaluator::Policy;
use crate::exactness::port::{Port, ports};
use crate::exactness::probes::Probe;
use crate::exactness::simulator::Simulator;

const PORTS: usize = 10_000;
/// A request takes the simulator some 0.3 ms, so of each group of a port's probes it is asked one in
/// so many, at the next port the next. The evaluator is asked all of them.
const STRIDE: usize = 12;

async fn document(port: &Port) -> String {
    let document = port.story.document().await;
    assert!(document.is_some(), "a valid port is refused: {port:#?}");
    document.unwrap()
}

/// The evaluator and the model say the same about every action and probe; how many are allowed.
fn is_exact(port: &Port, policy: &Policy) -> usize {
    let named: BTreeSet<&str> = port.offered.actions();
    assert_eq!(policy.actions(), named, "{port:#?}");
    let mut allowed = 0;
    for (actions, probes) in port.offered.probes() {
        for action in actions {
            let allowing = policy.on(action);
            for probe in &probes {
                let verdict = allowing.allows(&probe.resource, probe.prefix.as_deref());
                let wanted = port.offered.allows(action, probe);
                assert_eq!(verdict, wanted, "{action} on {probe:?} of {port:#?}");
                allowed += usize::from(verdict);
            }
        }
    }
    allowed
}

#[tokio::test]
async fn ten_thousand_generated_ports_allow_exactly_what_they_offer() {
    let mut forms = BTreeSet::new();
    for port in &ports(PORTS) {
        let policy = Policy::read(&document(port).await).unwrap();
        assert!(is_exact(port, &policy) > 0, "nothing is allowed: {port:#?}");
        forms.insert(format!("{:?}", port.form));
    }
    assert_eq!(forms.len(), 11, "{forms:?}");
}

/// How many requests both judged; each verdict is the model's.
fn agrees(port: &Port, number: usize, document: &str, simulator: &mut Simulator) -> usize {
    let in_turn = |probes: Vec<Probe>| -> Vec<Probe> {
        let stride = STRIDE.min(probes.len()).max(1);
        probes.into_iter().skip(number % stride).step_by(stride).collect()
    };
    let probes = port.offered.probes().map(|(actions, probes)| (actions, in_turn(probes)));
    let groups = probes.iter().filter(|(_, probes)| !probes.is_empty());
    let groups: Vec<(Option<&[&str]>, &[Probe])> =
        groups.map(|(actions, probes)| (Some(*actions), probes.as_slice())).collect();
    let answers = simulator.judge(port.offered.partition, document, &groups);
    let mut judged = 0;
    for ((_, probes), answers) in groups.iter().zip(answers) {
        for (probe, answer) in probes.iter().zip(answers) {
            for action in answer.asked.unwrap() {
                let verdict = answer.allowed.contains(&action);
                let wanted = port.offered.allows(&action, probe);
                assert_eq!(verdict, wanted, "simulator: {action} on {probe:?} of {port:#?}");
                judged += 1;
            }
        }
    }
    judged
}

#[tokio::test]
#[ignore = "asks a simulator in node: ./cicd.sh test, stage \"exactness of grants\""]
async fn the_simulator_and_the_evaluator_agree_on_ten_thousand_generated_ports() {
    let started = Instant::now();
    let mut simulator = Simulator::start();
    let mut judged = 0;
    for (number, port) in ports(PORTS).iter().enumerate() {
        let document = document(port).await;
        is_exact(port, &Policy::read(&document).unwrap());
        let of_port = agrees(port, number, &document, &mut simulator);
        assert!(of_port > 0, "nothing was asked of {port:#?}");
        judged += of_port;
    }
    let seconds = started.elapsed().as_secs();
    eprintln!("{PORTS} generated ports, {judged} requests judged by both: {seconds} s");
}
