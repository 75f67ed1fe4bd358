//! The picture of consumers, agreements and resources: drawn here, so that it needs no script.

mod graph;
mod layout;

use graph::{Graph, Vertex};
use layout::Layout;

use crate::GrantRow;
use crate::words::{count, number_of};

/// Height of a thing; the rest of the pitch is the space to the next.
const HEIGHT: i64 = 24;
/// Room above the columns for their titles.
const TOP: i64 = 30;
/// Characters of about seven units each, and the space around them.
const UNITS_PER_CHARACTER: usize = 7;
const PADDING: usize = 40;

/// Left edge and width of a column, in units of the picture.
#[derive(Clone, Copy)]
struct Column {
    left: i64,
    width: i64,
}

const CONSUMERS: Column = Column { left: 0, width: 290 };
const AGREEMENTS: Column = Column { left: 390, width: 340 };
const RESOURCES: Column = Column { left: 830, width: 330 };

/// A picture, ready to be written: every place and every length is known.
pub(crate) struct Picture {
    pub(crate) width: i64,
    pub(crate) height: i64,
    pub(crate) titles: [Title; 3],
    pub(crate) nodes: Vec<Node>,
    pub(crate) lines: Vec<Line>,
    /// The same in words, for those who do not see it.
    pub(crate) description: String,
    /// What is not drawn, if something is not.
    pub(crate) left_out: Option<String>,
}

/// What a column shows.
pub(crate) struct Title {
    pub(crate) x: i64,
    pub(crate) text: &'static str,
}

/// A box with a name.
pub(crate) struct Node {
    pub(crate) x: i64,
    pub(crate) y: i64,
    pub(crate) width: i64,
    pub(crate) height: i64,
    /// As much of the name as there is room for.
    pub(crate) label: String,
    pub(crate) name: String,
    pub(crate) note: String,
    /// Class of the style sheet; agreements have one, what they join has none.
    pub(crate) tone: Option<&'static str>,
}

/// A line between two boxes.
pub(crate) struct Line {
    pub(crate) path: String,
    pub(crate) width: u32,
    pub(crate) tone: &'static str,
}

impl Picture {
    /// Draws the grants. Nothing to draw is no picture.
    pub(crate) fn of(grants: &[GrantRow]) -> Option<Self> {
        let graph = Graph::of(grants);
        let layout = Layout::of(&graph);
        (!graph.agreements.is_empty()).then(|| Self {
            width: RESOURCES.left + RESOURCES.width,
            height: TOP + layout.height,
            titles: titles(&graph),
            nodes: nodes(&graph, &layout),
            lines: lines(&graph, &layout),
            description: description(&graph),
            left_out: graph.left_out,
        })
    }
}

fn titles(graph: &Graph) -> [Title; 3] {
    let resources = if graph.in_groups { "Data products" } else { "Resources" };
    [
        Title { x: CONSUMERS.left, text: "Consumers" },
        Title { x: AGREEMENTS.left, text: "Agreements" },
        Title { x: RESOURCES.left, text: resources },
    ]
}

fn nodes(graph: &Graph, layout: &Layout) -> Vec<Node> {
    let boxes = |column: Column, vertices: &[Vertex], places: &[i64]| -> Vec<Node> {
        vertices.iter().zip(places).map(|(vertex, y)| Node::of(vertex, column, *y)).collect()
    };
    let mut nodes = boxes(CONSUMERS, &graph.consumers, &layout.consumers);
    nodes.extend(boxes(RESOURCES, &graph.resources, &layout.resources));
    for (vertex, y) in graph.agreements.iter().zip(&layout.agreements) {
        let tone = Some(vertex.tone.class());
        nodes.push(Node { tone, ..Node::of(vertex, AGREEMENTS, *y) });
    }
    nodes
}

impl Node {
    fn of(vertex: &Vertex, column: Column, y: i64) -> Self {
        let room = usize::try_from(column.width).unwrap_or_default().saturating_sub(PADDING)
            / UNITS_PER_CHARACTER;
        Self {
            x: column.left,
            y: TOP + y - HEIGHT / 2,
            width: column.width,
            height: HEIGHT,
            label: shortened(&vertex.name, room.saturating_sub(vertex.note.chars().count())),
            name: vertex.name.clone(),
            note: vertex.note.clone(),
            tone: None,
        }
    }
}

/// The beginning and the end of a name that is too long: ids often differ only at the end.
fn shortened(name: &str, room: usize) -> String {
    let length = name.chars().count();
    if length <= room {
        return name.to_owned();
    }
    let kept = room.saturating_sub(1);
    let end: String = name.chars().skip(length - kept / 2).collect();
    let beginning: String = name.chars().take(kept - kept / 2).collect();
    format!("{beginning}\u{2026}{end}")
}

fn lines(graph: &Graph, layout: &Layout) -> Vec<Line> {
    let mut lines = Vec::new();
    for (position, (vertex, y)) in graph.agreements.iter().zip(&layout.agreements).enumerate() {
        let consumer = graph.consumer_of.get(position).and_then(|c| layout.consumers.get(*c));
        lines.extend(consumer.map(|from| Line::of(vertex, (CONSUMERS, *from), (AGREEMENTS, *y))));
        for resource in graph.resources_of.get(position).into_iter().flatten() {
            let to = layout.resources.get(*resource);
            lines.extend(to.map(|to| Line::of(vertex, (AGREEMENTS, *y), (RESOURCES, *to))));
        }
    }
    lines
}

impl Line {
    fn of(agreement: &Vertex, from: (Column, i64), to: (Column, i64)) -> Self {
        let (x1, x2) = (from.0.left + from.0.width, to.0.left);
        let (y1, y2) = (TOP + from.1, TOP + to.1);
        let middle = i64::midpoint(x1, x2);
        Self {
            path: format!("M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}"),
            // Ten times as many agreements are one step thicker: told apart, never a beam.
            width: agreement.agreements.max(1).ilog10() * 2 + 1,
            tone: agreement.line.class(),
        }
    }
}

fn description(graph: &Graph) -> String {
    format!(
        "{}, {} and {}, joined by lines. The table \u{201c}Who can read what\u{201d} says the same in words.",
        count(number_of(&graph.consumers), "consumer"),
        count(graph.agreements.iter().map(|vertex| vertex.agreements).sum(), "agreement"),
        count(
            number_of(&graph.resources),
            if graph.in_groups { "data product" } else { "resource" }
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;
    use crate::words::Tone;

    #[test]
    fn nothing_granted_is_no_picture() {
        assert!(Picture::of(&[]).is_none());
    }

    #[test]
    fn a_grant_is_three_boxes_and_two_lines() {
        let picture = Picture::of(&[example::grant()]).unwrap();
        let names: Vec<_> = picture.nodes.iter().map(|node| node.name.as_str()).collect();
        assert_eq!(names, ["churn", "acme-orders", "orders-for-churn"]);
        assert_eq!(picture.lines.len(), 2);
    }

    #[test]
    fn a_long_name_keeps_its_beginning_and_its_end() {
        let label = shortened("urn:access:2f1c7a52-0d3b-4d7e-9a55-8f1f0f4f7a01", 15);
        assert_eq!(label, "urn:acc\u{2026}f4f7a01");
    }

    #[test]
    fn a_name_that_fits_is_not_shortened() {
        assert_eq!(shortened("žluťoučký", 9), "žluťoučký");
    }

    #[test]
    fn no_name_is_longer_than_its_box_whatever_its_note() {
        let vertex = Vertex {
            name: "x".repeat(2_000),
            note: "12,345 not as agreed".into(),
            tone: Tone::Good,
            line: Tone::Good,
            agreements: 1,
        };
        let node = Node::of(&vertex, CONSUMERS, 0);
        let characters = node.label.chars().count() + node.note.chars().count();
        assert!(characters * UNITS_PER_CHARACTER < 290, "{characters} characters");
    }

    #[test]
    fn a_line_that_stands_for_more_agreements_is_thicker() {
        let width = |number| {
            let grants = vec![example::grant(); number];
            Picture::of(&grants).unwrap().lines.iter().map(|line| line.width).max()
        };
        assert_eq!([width(1), width(41), width(4_100)], [Some(1), Some(3), Some(7)]);
    }

    #[test]
    fn lines_end_at_the_edges_of_their_boxes() {
        let picture = Picture::of(&[example::grant()]).unwrap();
        assert_eq!(picture.lines[0].path, "M290 45C340 45 340 45 390 45");
        assert_eq!(picture.lines[1].path, "M730 45C780 45 780 45 830 45");
    }

    #[test]
    fn the_picture_is_told_in_words_too() {
        let picture = Picture::of(&[example::grant()]).unwrap();
        assert!(
            picture.description.starts_with("1 consumer, 1 agreement and 1 resource, joined"),
            "{}",
            picture.description
        );
    }
}
