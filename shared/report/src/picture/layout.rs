//! Where the things of the picture stand: each near what it is linked with, none upon another.

use super::graph::Graph;

/// From the middle of one thing to the middle of the next, in units of the picture.
pub(super) const PITCH: i64 = 30;

/// Orders are tried so often; they hardly improve after the third.
const SWEEPS: usize = 8;

/// The middle of each thing from the top, by its position in the graph's columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) consumers: Vec<i64>,
    pub(super) agreements: Vec<i64>,
    pub(super) resources: Vec<i64>,
    pub(super) height: i64,
}

impl Layout {
    /// The layout with the fewest crossing lines among those tried.
    ///
    /// Agreements of one consumer stand together, so that only lines to resources can cross.
    pub(super) fn of(graph: &Graph) -> Self {
        let mut layout = Self::first(graph);
        let mut best = layout.clone();
        for _ in 0..SWEEPS {
            layout = layout.improved(graph);
            if layout.crossings(graph) < best.crossings(graph) {
                best = layout.clone();
            }
        }
        best
    }

    fn first(graph: &Graph) -> Self {
        let mut order: Vec<usize> = (0..graph.agreements.len()).collect();
        order.sort_by_key(|agreement| graph.consumer_of.get(*agreement));
        Self::with_agreements_in(&order, graph)
    }

    /// Consumers ordered by where their data is, and the agreements of each by where theirs is.
    fn improved(&self, graph: &Graph) -> Self {
        let data_of: Vec<i64> = graph
            .resources_of
            .iter()
            .zip(&self.agreements)
            .map(|(resources, own)| mean(resources.iter().map(|r| at(&self.resources, *r)), *own))
            .collect();
        let data_of_consumer = |consumer: usize| {
            let own = of_consumer(graph, consumer).map(|agreement| at(&data_of, agreement));
            mean(own, 0)
        };
        let mut order: Vec<usize> = (0..graph.agreements.len()).collect();
        order.sort_by_cached_key(|agreement| {
            let consumer = graph.consumer_of.get(*agreement).copied().unwrap_or_default();
            (data_of_consumer(consumer), consumer, at(&data_of, *agreement))
        });
        Self::with_agreements_in(&order, graph)
    }

    fn with_agreements_in(order: &[usize], graph: &Graph) -> Self {
        let rows = graph.agreements.len().max(graph.consumers.len()).max(graph.resources.len());
        let height = i64::try_from(rows).unwrap_or(i64::MAX).saturating_mul(PITCH);
        let room = i64::try_from(order.len()).unwrap_or_default().saturating_mul(PITCH);
        let mut agreements = vec![0; order.len()];
        let mut y = (height - room) / 2 + PITCH / 2;
        for agreement in order {
            if let Some(place) = agreements.get_mut(*agreement) {
                *place = y;
            }
            y += PITCH;
        }
        let consumers = (0..graph.consumers.len())
            .map(|consumer| mean(of_consumer(graph, consumer).map(|a| at(&agreements, a)), 0));
        let resources = (0..graph.resources.len())
            .map(|resource| mean(of_resource(graph, resource).map(|a| at(&agreements, a)), 0));
        // Everybody reads the busiest: where all lines go to the middle, the ends have to spread.
        let shares = i64::try_from(graph.resources.len().max(1)).unwrap_or(i64::MAX);
        let spread = if graph.in_groups { height / shares } else { PITCH };
        Self {
            consumers: apart(&consumers.collect::<Vec<_>>(), PITCH, height),
            resources: apart(&resources.collect::<Vec<_>>(), spread, height),
            agreements,
            height,
        }
    }

    /// How many pairs of lines between agreements and resources cross.
    fn crossings(&self, graph: &Graph) -> usize {
        let lines: Vec<(i64, i64)> = graph
            .resources_of
            .iter()
            .zip(&self.agreements)
            .flat_map(|(resources, y)| resources.iter().map(|r| (*y, at(&self.resources, *r))))
            .collect();
        let crosses = |a: &(i64, i64), b: &(i64, i64)| a.0 < b.0 && a.1 > b.1;
        lines.iter().map(|a| lines.iter().filter(|b| crosses(a, b)).count()).sum()
    }
}

/// Moves things that would stand upon one another apart, in the order of where they would be.
fn apart(wanted: &[i64], pitch: i64, height: i64) -> Vec<i64> {
    let mut order: Vec<(usize, i64)> = wanted.iter().copied().enumerate().collect();
    order.sort_by_key(|(position, y)| (*y, *position));
    let mut free_from = pitch / 2;
    for (_, y) in &mut order {
        *y = free_from.max(*y);
        free_from = *y + pitch;
    }
    let mut free_to = height - pitch / 2;
    for (_, y) in order.iter_mut().rev() {
        *y = free_to.min(*y);
        free_to = *y - pitch;
    }
    order.sort_unstable();
    order.into_iter().map(|(_, y)| y).collect()
}

fn of_consumer(graph: &Graph, consumer: usize) -> impl Iterator<Item = usize> + '_ {
    let agreements = graph.consumer_of.iter().enumerate();
    agreements.filter(move |(_, of)| **of == consumer).map(|(agreement, _)| agreement)
}

fn of_resource(graph: &Graph, resource: usize) -> impl Iterator<Item = usize> + '_ {
    let agreements = graph.resources_of.iter().enumerate();
    agreements.filter(move |(_, all)| all.contains(&resource)).map(|(agreement, _)| agreement)
}

fn at(places: &[i64], position: usize) -> i64 {
    places.get(position).copied().unwrap_or_default()
}

fn mean(numbers: impl Iterator<Item = i64>, of_none: i64) -> i64 {
    let (sum, count) = numbers.fold((0, 0), |(sum, count), number| (sum + number, count + 1));
    if count == 0 { of_none } else { sum / count }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::example;
    use crate::{GrantRow, picture::graph::AT_MOST};

    fn grants(pairs: &[(u8, u8)]) -> Vec<GrantRow> {
        pairs
            .iter()
            .map(|(consumer, resource)| GrantRow {
                consumer: Some(consumer.to_string()),
                resources: vec![format!("arn:aws:s3:::{resource}/*")],
                provider: Some(resource.to_string()),
                ..example::grant()
            })
            .collect()
    }

    fn graph(pairs: &[(u8, u8)]) -> Graph {
        Graph::of(&grants(pairs))
    }

    #[test]
    fn lines_that_need_not_cross_do_not() {
        let graph = graph(&[(0, 9), (1, 8), (2, 7), (3, 6), (0, 8), (1, 7), (2, 6)]);
        assert_eq!(Layout::of(&graph).crossings(&graph), 0);
    }

    #[test]
    fn a_resource_stands_level_with_its_only_agreement() {
        let layout = Layout::of(&graph(&[(0, 0), (1, 1), (2, 2)]));
        assert_eq!(layout.resources, layout.agreements);
    }

    proptest! {
        #[test]
        fn nothing_stands_upon_another_or_outside_the_picture(
            pairs in proptest::collection::vec((0u8..20, 0u8..20), 0..3 * AT_MOST)
        ) {
            let layout = Layout::of(&graph(&pairs));
            for column in [&layout.consumers, &layout.agreements, &layout.resources] {
                let mut column = column.clone();
                column.sort_unstable();
                prop_assert!(column.windows(2).all(|pair| pair[1] - pair[0] >= PITCH));
                let inside = PITCH / 2..=layout.height - PITCH / 2;
                prop_assert!(column.iter().all(|y| inside.contains(y)));
            }
        }

        #[test]
        fn agreements_of_one_consumer_stand_together(
            pairs in proptest::collection::vec((0u8..8, 0u8..8), 1..=AT_MOST)
        ) {
            let graph = graph(&pairs);
            let layout = Layout::of(&graph);
            let mut order: Vec<_> = layout.agreements.iter().zip(&graph.consumer_of).collect();
            order.sort_unstable();
            let mut runs: Vec<_> = order.into_iter().map(|(_, consumer)| consumer).collect();
            runs.dedup();
            prop_assert_eq!(runs.len(), graph.consumers.len());
        }
    }
}
