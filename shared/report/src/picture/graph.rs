//! What the picture shows: consumers, agreements and resources, and which belong together.
//!
//! Few agreements are shown one by one; many as groups, between the busiest and the others.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::arn::{Cut, Place, places};
use crate::words::{Tone, count, grouped, number_of};
use crate::{GrantRow, Standing};

/// More vertices than this in the middle are a thicket, not a picture.
pub(super) const AT_MOST: usize = 40;

/// One thing in one of the three columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Vertex {
    /// Its name, in full.
    pub(super) name: String,
    /// What it is, or how it stands, in a word or two.
    pub(super) note: String,
    pub(super) tone: Tone,
    /// The tone of its lines: a group has one only if nothing of it is as agreed.
    pub(super) line: Tone,
    /// How many agreements it stands for.
    pub(super) agreements: u64,
}

/// The three columns, and the links between neighbours as positions in them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Graph {
    pub(super) consumers: Vec<Vertex>,
    pub(super) agreements: Vec<Vertex>,
    pub(super) resources: Vec<Vertex>,
    /// The consumer of each agreement, in the agreements' order.
    pub(super) consumer_of: Vec<usize>,
    /// The resources of each agreement, in the agreements' order.
    pub(super) resources_of: Vec<Vec<usize>>,
    /// Whether an agreement is a group of them, and a resource a data product.
    pub(super) in_groups: bool,
    /// What is shown and what is not, if something is not.
    pub(super) left_out: Option<String>,
}

impl Graph {
    /// What to draw of these grants.
    pub(super) fn of(grants: &[GrantRow]) -> Self {
        if grants.len() <= AT_MOST { one_by_one(grants) } else { in_groups(grants) }
    }
}

fn one_by_one(grants: &[GrantRow]) -> Graph {
    let (mut consumers, mut resources) = (Column::default(), Column::default());
    let mut graph = Graph::default();
    for grant in grants {
        graph.consumer_of.push(consumers.place(&consumer(grant), 1));
        let shown = places(&grant.resources);
        graph
            .resources_of
            .push(shown.iter().map(|place| resources.place(&key(place), 1)).collect());
        graph.agreements.push(Vertex {
            name: grant.agreement.clone(),
            note: note(grant.standing),
            tone: grant.standing.tone(),
            line: grant.standing.tone(),
            agreements: 1,
        });
    }
    Graph { consumers: consumers.vertices, resources: resources.vertices, ..graph }
}

/// All agreements between one consumer and one data product, or between those not drawn by name.
#[derive(Default)]
struct Group {
    agreements: u64,
    amiss: u64,
    tone: Option<Tone>,
}

impl Group {
    fn add(&mut self, standing: Standing) {
        self.agreements += 1;
        self.amiss += u64::from(standing != Standing::AsAgreed);
        self.tone = self.tone.max(Some(standing.tone()));
    }

    fn vertex(&self) -> Vertex {
        let tone = self.tone.unwrap_or(Tone::Good);
        Vertex {
            name: count(self.agreements, "agreement"),
            note: match self.amiss {
                0 => String::new(),
                amiss => format!("{} not as agreed", grouped(amiss)),
            },
            tone,
            line: if self.amiss == self.agreements { tone } else { Tone::Good },
            agreements: self.agreements,
        }
    }
}

/// As many of the busiest consumers and data products by name as there is room for, and the others
/// as one each, so that every agreement is in the picture.
fn in_groups(grants: &[GrantRow]) -> Graph {
    let consumers = Ranking::of("consumer", grants.iter().map(consumer));
    let providers = Ranking::of("data product", grants.iter().map(provider));
    let ranks: Vec<(usize, usize)> = grants
        .iter()
        .map(|grant| (consumers.rank(&consumer(grant)), providers.rank(&provider(grant))))
        .collect();
    let named = named_at_most(&ranks);
    let mut groups: BTreeMap<(usize, usize), Group> = BTreeMap::new();
    let mut places_of: BTreeMap<usize, BTreeSet<Place>> = BTreeMap::new();
    for (grant, (consumer, provider)) in grants.iter().zip(&ranks) {
        let (consumer, provider) = (*consumer.min(&named), *provider.min(&named));
        groups.entry((consumer, provider)).or_default().add(grant.standing);
        places_of.entry(provider).or_default().extend(places(&grant.resources));
    }
    let mut graph = Graph { in_groups: true, ..Graph::default() };
    let (mut left, mut right) = (Column::default(), Column::default());
    for ((consumer, provider), group) in groups {
        let own = places_of.get(&provider).map_or(0, BTreeSet::len);
        let note = count(u64::try_from(own).unwrap_or(u64::MAX), "resource");
        let provider = Key { note, ..providers.key(provider, named) };
        graph.consumer_of.push(left.place(&consumers.key(consumer, named), group.agreements));
        graph.resources_of.push(vec![right.place(&provider, group.agreements)]);
        graph.agreements.push(group.vertex());
    }
    let left_out = consumers.names.len().max(providers.names.len()) > named;
    graph.left_out = left_out.then(|| {
        let named = [consumers.named(named), providers.named(named)].join(" and ");
        format!("By name: the busiest, {named}. The others are drawn together.")
    });
    Graph { consumers: left.vertices, resources: right.vertices, ..graph }
}

/// How many may be drawn by name, so that the groups between them are not more than fit.
fn named_at_most(ranks: &[(usize, usize)]) -> usize {
    let groups = |named: usize| {
        let pairs = ranks.iter().map(|(left, right)| (*left.min(&named), *right.min(&named)));
        pairs.collect::<BTreeSet<_>>().len()
    };
    (1..=AT_MOST).rev().find(|named| groups(*named) <= AT_MOST).unwrap_or(1)
}

/// The ends of agreements, the busiest first.
struct Ranking {
    thing: &'static str,
    names: Vec<Key>,
    ranks: BTreeMap<Key, usize>,
}

impl Ranking {
    fn of(thing: &'static str, ends: impl Iterator<Item = Key>) -> Self {
        let mut agreements: BTreeMap<Key, u64> = BTreeMap::new();
        for end in ends {
            *agreements.entry(end).or_default() += 1;
        }
        let mut names: Vec<(Key, u64)> = agreements.into_iter().collect();
        names.sort_by_key(|(_, agreements)| Reverse(*agreements));
        let names: Vec<Key> = names.into_iter().map(|(name, _)| name).collect();
        let ranks = names.iter().cloned().enumerate().map(|(rank, name)| (name, rank)).collect();
        Self { thing, names, ranks }
    }

    fn rank(&self, key: &Key) -> usize {
        self.ranks.get(key).copied().unwrap_or(usize::MAX)
    }

    /// The one of this rank, or all that have no name in the picture.
    fn key(&self, rank: usize, named: usize) -> Key {
        match self.names.get(rank) {
            Some(key) if rank < named => key.clone(),
            _ => {
                let others = self.names.len().saturating_sub(named);
                let others = u64::try_from(others).unwrap_or(u64::MAX);
                Key { name: count(others, &format!("other {}", self.thing)), note: String::new() }
            }
        }
    }

    /// `7 of 99 consumers`.
    fn named(&self, named: usize) -> String {
        let all = number_of(&self.names);
        format!("{} of {}", named.min(self.names.len()), count(all, self.thing))
    }
}

/// What makes two vertices of a column the same.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    name: String,
    note: String,
}

/// An agreement that is gone has no consumer any more, but a role that holds its policy.
fn consumer(grant: &GrantRow) -> Key {
    let kind = |kind| format!("{kind}");
    match &grant.consumer {
        Some(name) => {
            Key { name: name.clone(), note: grant.consumer_kind.map(kind).unwrap_or_default() }
        }
        None => Key { name: Cut::role(&grant.role).name.to_owned(), note: "role".to_owned() },
    }
}

fn provider(grant: &GrantRow) -> Key {
    let name = grant.provider.clone().unwrap_or_else(|| "not known".to_owned());
    Key { name, note: String::new() }
}

fn key(place: &Place) -> Key {
    Key { name: place.name.clone(), note: place.kind.to_owned() }
}

/// The word for what is not as it should be; what is needs none.
fn note(standing: Standing) -> String {
    if standing == Standing::AsAgreed { String::new() } else { standing.to_string() }
}

/// A column that holds each thing once.
#[derive(Default)]
struct Column {
    positions: BTreeMap<Key, usize>,
    vertices: Vec<Vertex>,
}

impl Column {
    /// The position of a thing, with `agreements` more that it stands for.
    fn place(&mut self, key: &Key, agreements: u64) -> usize {
        let position = *self.positions.entry(key.clone()).or_insert(self.vertices.len());
        match self.vertices.get_mut(position) {
            Some(vertex) => vertex.agreements += agreements,
            None => self.vertices.push(Vertex {
                name: key.name.clone(),
                note: key.note.clone(),
                tone: Tone::Good,
                line: Tone::Good,
                agreements,
            }),
        }
        position
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;

    fn grant(consumer: &str, provider: &str) -> GrantRow {
        GrantRow {
            consumer: Some(consumer.into()),
            provider: Some(provider.into()),
            resources: vec![format!("arn:aws:s3:::{provider}/*")],
            ..example::grant()
        }
    }

    fn names(vertices: &[Vertex]) -> Vec<&str> {
        vertices.iter().map(|vertex| vertex.name.as_str()).collect()
    }

    #[test]
    fn a_consumer_of_two_agreements_is_drawn_once() {
        let graph = Graph::of(&[grant("churn", "orders"), grant("churn", "stores")]);
        assert_eq!((names(&graph.consumers), graph.consumer_of), (vec!["churn"], vec![0, 0]));
    }

    #[test]
    fn a_resource_that_two_consumers_read_is_drawn_once() {
        let graph = Graph::of(&[grant("churn", "orders"), grant("forecast", "orders")]);
        assert_eq!(
            (names(&graph.resources), graph.resources_of),
            (vec!["orders"], vec![vec![0]; 2])
        );
    }

    #[test]
    fn a_grant_without_an_agreement_is_drawn_at_its_role() {
        let graph = Graph::of(&[GrantRow { consumer: None, ..grant("", "orders") }]);
        assert_eq!(
            (names(&graph.consumers), graph.consumers[0].note.as_str()),
            (vec!["data-products/churn"], "role")
        );
    }

    #[test]
    fn forty_agreements_are_drawn_one_by_one() {
        let grants: Vec<_> = (0..40).map(|n| grant("churn", &format!("p{n}"))).collect();
        let graph = Graph::of(&grants);
        assert_eq!((graph.agreements.len(), graph.left_out), (40, None));
    }

    #[test]
    fn more_than_forty_are_drawn_as_groups_of_one_consumer_and_one_data_product() {
        let mut grants = vec![grant("churn", "orders"); 30];
        grants.extend(vec![grant("churn", "stores"); 11]);
        let graph = Graph::of(&grants);
        assert_eq!(
            (names(&graph.agreements), graph.left_out),
            (vec!["30 agreements", "11 agreements"], None)
        );
    }

    #[test]
    fn of_very_many_the_busiest_have_a_name_and_the_others_are_one() {
        let mut grants: Vec<_> = (0..60).map(|n| grant(&format!("c{n}"), "orders")).collect();
        grants.extend(vec![grant("c59", "orders"); 4]);
        let graph = Graph::of(&grants);
        assert_eq!((graph.consumers.len(), graph.consumers[0].name.as_str()), (40, "c59"));
        assert_eq!(graph.consumers[39].name, "21 other consumers");
        assert_eq!(
            graph.left_out.unwrap(),
            "By name: the busiest, 39 of 60 consumers and 1 of 1 data product. \
             The others are drawn together."
        );
    }

    #[test]
    fn no_agreement_is_missing_from_the_groups() {
        let grants: Vec<_> =
            (0..900).map(|n| grant(&format!("c{}", n % 70), &format!("p{}", n % 90))).collect();
        let graph = Graph::of(&grants);
        let drawn: u64 = graph.agreements.iter().map(|group| group.agreements).sum();
        assert_eq!(drawn, 900);
        assert!(graph.agreements.len() <= AT_MOST, "{} groups", graph.agreements.len());
    }

    #[test]
    fn a_group_says_how_many_of_it_are_not_as_agreed() {
        let mut grants = vec![grant("churn", "orders"); 41];
        grants[7].standing = Standing::Orphaned;
        let graph = Graph::of(&grants);
        assert_eq!(
            (graph.agreements[0].note.as_str(), graph.agreements[0].tone),
            ("1 not as agreed", Tone::Alarm)
        );
    }
}
