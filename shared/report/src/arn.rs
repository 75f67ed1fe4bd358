//! The telling part of an ARN. Text that is no ARN is shown whole.

/// An ARN cut in two: what is the same in every row, and what tells them apart. Together they are
/// the ARN, so that it can be copied and searched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cut<'a> {
    pub(crate) lead: &'a str,
    pub(crate) name: &'a str,
}

impl<'a> Cut<'a> {
    /// Cuts a role's ARN before the role's path and name.
    pub(crate) fn role(arn: &'a str) -> Self {
        match arn.find(":role/") {
            Some(at) => Self::at(arn, at + ":role/".len()),
            None => Self { lead: "", name: arn },
        }
    }

    /// Cuts any ARN before the resource, its sixth part.
    pub(crate) fn resource(arn: &'a str) -> Self {
        match arn.match_indices(':').nth(4) {
            Some((at, _)) if arn.starts_with("arn:") => Self::at(arn, at + 1),
            _ => Self { lead: "", name: arn },
        }
    }

    fn at(arn: &'a str, at: usize) -> Self {
        let (lead, name) = arn.split_at_checked(at).unwrap_or(("", arn));
        Self { lead, name }
    }
}

/// The resources of a policy, the most telling first: tables, what is in buckets, buckets, the rest.
pub(crate) fn most_telling_first(resources: &[String]) -> Vec<Cut<'_>> {
    let mut all: Vec<&String> = resources.iter().collect();
    all.sort_by_key(|arn| match (table(arn), stored(arn)) {
        (Some(_), _) => 0,
        (None, Some(_)) if arn.contains('/') => 1,
        (None, Some(_)) => 2,
        (None, None) => 3,
    });
    all.into_iter().map(|arn| Cut::resource(arn)).collect()
}

/// What a grant opens, as the picture draws it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) name: String,
    pub(crate) kind: &'static str,
}

/// The places that a policy's resources amount to: tables, if it names any, because the folder of
/// a table and the catalog around it are only the way there; else folders and buckets; else the
/// resources as they are.
pub(crate) fn places(resources: &[String]) -> Vec<Place> {
    let tables = distinct(resources.iter().filter_map(|arn| table(arn)));
    if !tables.is_empty() {
        return tables;
    }
    let stored = distinct(resources.iter().filter_map(|arn| stored(arn)));
    let inside = |bucket: &Place| {
        stored.iter().any(|place| {
            place.name.strip_prefix(&bucket.name).is_some_and(|rest| rest.starts_with('/'))
        })
    };
    // A policy names the bucket of a folder too, for the right to list that folder only.
    let innermost: Vec<Place> = stored.iter().filter(|place| !inside(place)).cloned().collect();
    if !innermost.is_empty() {
        return innermost;
    }
    distinct(
        resources
            .iter()
            .map(|arn| Place { name: Cut::resource(arn).name.to_owned(), kind: "resource" }),
    )
}

fn table(arn: &str) -> Option<Place> {
    let (_, path) = arn.strip_prefix("arn:").and_then(|_| arn.split_once(":table/"))?;
    Some(Place { name: path.replace('/', "."), kind: "Glue table" })
}

fn stored(arn: &str) -> Option<Place> {
    let path = arn.strip_prefix("arn:").and_then(|rest| rest.split_once(":s3:::"))?.1;
    let path = path.strip_suffix("/*").unwrap_or(path);
    let kind = if path.contains('/') { "S3 folder" } else { "S3 bucket" };
    Some(Place { name: path.to_owned(), kind })
}

fn distinct(places: impl Iterator<Item = Place>) -> Vec<Place> {
    let mut all: Vec<Place> = places.collect();
    all.sort();
    all.dedup();
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(resources: &[&str]) -> Vec<(String, &'static str)> {
        let resources: Vec<String> = resources.iter().map(ToString::to_string).collect();
        places(&resources).into_iter().map(|place| (place.name, place.kind)).collect()
    }

    #[test]
    fn both_parts_of_a_cut_arn_are_the_arn() {
        let arn = "arn:aws:iam::123456789012:role/data-products/churn";
        let cut = Cut::role(arn);
        assert_eq!(
            (cut.name, format!("{}{}", cut.lead, cut.name)),
            ("data-products/churn", arn.to_owned())
        );
    }

    #[test]
    fn what_is_no_arn_is_not_cut() {
        assert_eq!(
            [Cut::role("churn"), Cut::resource("a:b:c:d:e:f")],
            [Cut { lead: "", name: "churn" }, Cut { lead: "", name: "a:b:c:d:e:f" }]
        );
    }

    #[test]
    fn a_bucket_and_its_content_are_one_place() {
        assert_eq!(
            names(&["arn:aws:s3:::acme", "arn:aws:s3:::acme/*"]),
            [("acme".to_owned(), "S3 bucket")]
        );
    }

    #[test]
    fn the_bucket_around_a_folder_is_not_a_place_of_its_own() {
        assert_eq!(
            names(&["arn:aws:s3:::acme", "arn:aws:s3:::acme/eu/*"]),
            [("acme/eu".to_owned(), "S3 folder")]
        );
    }

    #[test]
    fn a_bucket_whose_name_only_begins_like_another_stays() {
        assert_eq!(names(&["arn:aws:s3:::acme", "arn:aws:s3:::acme-eu/x/*"]).len(), 2);
    }

    #[test]
    fn a_table_stands_for_the_folder_behind_it() {
        let resources = [
            "arn:aws:glue:eu-central-1:123456789012:catalog",
            "arn:aws:glue:eu-central-1:123456789012:table/shop/orders",
            "arn:aws:s3:::acme/orders/*",
        ];
        assert_eq!(names(&resources), [("shop.orders".to_owned(), "Glue table")]);
    }

    #[test]
    fn a_table_is_named_before_its_folder_and_the_way_there_last() {
        let resources = [
            "arn:aws:glue:eu-central-1:123456789012:catalog",
            "arn:aws:s3:::acme",
            "arn:aws:s3:::acme/orders/*",
            "arn:aws:glue:eu-central-1:123456789012:table/shop/orders",
        ]
        .map(ToOwned::to_owned);
        let names: Vec<_> = most_telling_first(&resources).iter().map(|cut| cut.name).collect();
        assert_eq!(names, ["table/shop/orders", "acme/orders/*", "acme", "catalog"]);
    }

    #[test]
    fn resources_of_another_kind_are_shown_as_they_are() {
        assert_eq!(
            names(&["arn:aws:sqs:eu-central-1:123456789012:queue", "</a>"]),
            [("</a>".to_owned(), "resource"), ("queue".to_owned(), "resource")]
        );
    }
}
