//! From a workflow's graph to its tasks.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_glue::types::{Node as GlueNode, NodeType, WorkflowGraph};

use crate::model::{Task, TaskKind};

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Node {
    name: String,
    kind: TaskKind,
    id: Option<String>,
}

/// The nodes as tasks: first every node gets a name of its own, then the edges are followed. An edge
/// from or to a node that is not there is passed over. Sorted, so that a graph that Glue lists in
/// another order is still the same.
pub(super) fn tasks(graph: Option<WorkflowGraph>) -> Vec<Task> {
    let Some(WorkflowGraph { nodes, edges, .. }) = graph else { return Vec::new() };
    let mut nodes: Vec<Node> = nodes.into_iter().flatten().filter_map(node).collect();
    nodes.sort();
    let names = unique_names(&nodes);
    let by_id: BTreeMap<&str, usize> = nodes
        .iter()
        .enumerate()
        .filter_map(|(position, node)| Some((node.id.as_deref()?, position)))
        .collect();
    let mut downstream: BTreeMap<usize, BTreeSet<&String>> = BTreeMap::new();
    for edge in edges.iter().flatten() {
        let from = edge.source_id.as_deref().and_then(|id| by_id.get(id));
        let to = edge.destination_id.as_deref().and_then(|id| names.get(*by_id.get(id)?));
        if let (Some(from), Some(to)) = (from, to) {
            downstream.entry(*from).or_default().insert(to);
        }
    }
    let tasks = nodes.into_iter().zip(&names).enumerate();
    let task = |(position, (node, name)): (usize, (Node, &String))| Task {
        name: name.clone(),
        kind: node.kind,
        node: node.name,
        downstream: downstream.remove(&position).into_iter().flatten().cloned().collect(),
    };
    tasks.map(task).collect()
}

fn node(node: GlueNode) -> Option<Node> {
    let kind = match node.r#type {
        Some(NodeType::Job) => TaskKind::Job,
        Some(NodeType::Trigger) => TaskKind::Trigger,
        Some(NodeType::Crawler) => TaskKind::Crawler,
        _ => TaskKind::Other,
    };
    let name = node.name.filter(|name| !name.is_empty())?;
    Some(Node { name, kind, id: node.unique_id })
}

/// A name that no other node has stays. Nodes that share one get their kind appended, and where that
/// is taken, a number.
fn unique_names(nodes: &[Node]) -> Vec<String> {
    let mut bearers: BTreeMap<&str, usize> = BTreeMap::new();
    for node in nodes {
        *bearers.entry(&node.name).or_default() += 1;
    }
    let mut taken: BTreeSet<String> = nodes.iter().map(|node| node.name.clone()).collect();
    let name = |node: &Node| {
        if bearers.get(node.name.as_str()) == Some(&1) {
            return node.name.clone();
        }
        let base = format!("{}-{}", node.name, word(node.kind));
        let mut name = base.clone();
        let mut number = 2_usize;
        while !taken.insert(name.clone()) {
            name = format!("{base}-{number}");
            number += 1;
        }
        name
    };
    nodes.iter().map(name).collect()
}

fn word(kind: TaskKind) -> &'static str {
    match kind {
        TaskKind::Job => "job",
        TaskKind::Trigger => "trigger",
        TaskKind::Crawler => "crawler",
        TaskKind::Other => "node",
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_glue::types::Edge;
    use proptest::prelude::*;

    use super::*;

    fn node(id: &str, kind: &str, name: &str) -> GlueNode {
        GlueNode::builder().unique_id(id).r#type(kind.into()).name(name).build()
    }

    fn graph(nodes: Vec<GlueNode>, edges: &[(&str, &str)]) -> WorkflowGraph {
        let edge = |(from, to): &(&str, &str)| {
            Edge::builder().source_id(*from).destination_id(*to).build()
        };
        let edges = Some(edges.iter().map(edge).collect());
        WorkflowGraph::builder().set_nodes(Some(nodes)).set_edges(edges).build()
    }

    fn made(nodes: Vec<GlueNode>, edges: &[(&str, &str)]) -> Vec<Task> {
        tasks(Some(graph(nodes, edges)))
    }

    fn shown(tasks: &[Task]) -> Vec<(&str, &str, Vec<&str>)> {
        let after = |task| <[String]>::iter(task).map(String::as_str).collect();
        let shown = tasks.iter().map(|task| (&*task.name, &*task.node, after(&task.downstream)));
        shown.collect()
    }

    #[test]
    fn a2_edges_become_downstream_tasks() {
        let nodes = vec![
            node("1", "TRIGGER", "start"),
            node("2", "JOB", "load"),
            node("3", "CRAWLER", "scan"),
        ];
        let tasks = made(nodes, &[("1", "2"), ("2", "3"), ("1", "2")]);
        assert_eq!(
            shown(&tasks),
            [
                ("load", "load", vec!["scan"]),
                ("scan", "scan", vec![]),
                ("start", "start", vec!["load"]),
            ]
        );
        assert_eq!(tasks[0].kind, TaskKind::Job);
    }

    #[test]
    fn a3_a_workflow_without_a_graph_has_no_tasks() {
        assert!(tasks(None).is_empty());
        assert!(tasks(Some(WorkflowGraph::builder().build())).is_empty());
    }

    #[test]
    fn an_edge_that_leads_nowhere_is_passed_over() {
        let tasks = made(vec![node("1", "JOB", "load")], &[("1", "9"), ("9", "1")]);
        assert_eq!(shown(&tasks), [("load", "load", vec![])]);
    }

    #[test]
    fn nodes_that_share_a_name_get_their_kind_appended() {
        let nodes = vec![node("1", "TRIGGER", "load"), node("2", "JOB", "load")];
        let tasks = made(nodes, &[("1", "2")]);
        assert_eq!(
            shown(&tasks),
            [("load-job", "load", vec![]), ("load-trigger", "load", vec!["load-job"])]
        );
    }

    #[test]
    fn an_appended_kind_never_meets_another_node() {
        let nodes = vec![
            node("1", "JOB", "load"),
            node("2", "JOB", "load"),
            node("3", "TRIGGER", "load-job"),
        ];
        let tasks = made(nodes, &[]);
        let names: Vec<&str> = tasks.iter().map(|task| task.name.as_str()).collect();
        assert_eq!(names, ["load-job-2", "load-job-3", "load-job"]);
    }

    #[test]
    fn a_kind_that_came_later_is_still_a_task() {
        let tasks = made(vec![node("1", "SENSOR", "wait")], &[]);
        assert_eq!(tasks[0].kind, TaskKind::Other);
    }

    proptest! {
        #[test]
        fn names_are_unique_and_edges_stay_inside(
            nodes in prop::collection::vec(
                ("[1-9]", prop::sample::select(vec!["JOB", "TRIGGER", "CRAWLER", "NEW"]),
                 "a|a-job|a-trigger|a-job-2|b"),
                0..12),
            edges in prop::collection::vec(("[1-9]", "[1-9]"), 0..20),
        ) {
            let nodes = nodes.iter().map(|(id, kind, name)| node(id, kind, name)).collect::<Vec<_>>();
            let edges: Vec<(&str, &str)> =
                edges.iter().map(|(from, to)| (from.as_str(), to.as_str())).collect();
            let made = made(nodes.clone(), &edges);
            let names: BTreeSet<&String> = made.iter().map(|task| &task.name).collect();
            prop_assert_eq!(names.len(), nodes.len());
            prop_assert!(made.iter().flat_map(|task| &task.downstream).all(|name| names.contains(name)));
        }
    }
}
