//! What is asked for, whatever a document says: the granted things, their neighbours, their
//! namesakes elsewhere, and things that have nothing to do with data.

use crate::exactness::evaluator::{Allowing, Policy};

/// A resource, in a request that lists with this prefix, or without one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Probe {
    pub(crate) resource: String,
    pub(crate) prefix: Option<String>,
}

/// Anything at all.
pub(crate) const ANYTHING: &str = "*";

impl Probe {
    pub(crate) fn of(resource: impl Into<String>) -> Self {
        Self { resource: resource.into(), prefix: None }
    }

    pub(crate) fn listing(resource: impl Into<String>, prefix: impl Into<String>) -> Self {
        Self { resource: resource.into(), prefix: Some(prefix.into()) }
    }

    /// The request, as expectations spell it.
    pub(crate) fn asked_by(&self, action: &str) -> String {
        match &self.prefix {
            None => format!("{action} {}", self.resource),
            Some(prefix) => format!("{action} {} prefix={prefix}", self.resource),
        }
    }

    /// The requests with `action` that the evaluator allows.
    pub(crate) fn allowed_by(&self, allowing: &Allowing<'_>, action: &str) -> Vec<String> {
        if self.resource == ANYTHING {
            let anything = allowing.anything().into_iter();
            return anything.map(|pattern| on_anything(action, pattern)).collect();
        }
        let allowed = allowing.allows(&self.resource, self.prefix.as_deref());
        allowed.then(|| self.asked_by(action)).into_iter().collect()
    }
}

/// A document's own resource on which an action is allowed, as expectations spell it.
pub(crate) fn on_anything(action: &str, pattern: &str) -> String {
    format!("{action} {ANYTHING} {pattern}")
}

/// Every request that the evaluator allows.
pub(crate) fn allowed<'a>(
    policy: &'a Policy,
    actions: impl Iterator<Item = &'a str>,
    probes: &[Probe],
) -> Vec<String> {
    let of_action = |action: &'a str| {
        let allowing = policy.on(action);
        let requests = probes.iter().flat_map(|probe| probe.allowed_by(&allowing, action));
        requests.collect::<Vec<_>>()
    };
    actions.flat_map(of_action).collect()
}

const OBJECTS: [&str; 12] = [
    "x",
    "orders",
    "orders/",
    "orders/x",
    "orders/a/b",
    "orders//x",
    "orders/../x",
    "orders2/x",
    "order/x",
    "ORDERS/x",
    "returns/x",
    "/orders/x",
];

const PREFIXES: [&str; 14] = [
    "",
    "order",
    "orders",
    "orders/",
    "orders/x",
    "orders//x",
    "orders2",
    "orders2/",
    "ORDERS/",
    "/orders",
    "returns",
    "returns/",
    "churn",
    "churn/x",
];

/// In the account, region and partition of the integration.
const AT_HOME: [&str; 40] = [
    "arn:aws:s3:::acme-lake",
    "arn:aws:s3:::acme-lake-2",
    "arn:aws:s3:::acme-lak",
    "arn:aws:s3:::acme-lake-2/orders/x",
    "arn:aws:s3:::acme-results",
    "arn:aws:s3:::acme-results/x",
    "arn:aws:s3:::acme-results/churn",
    "arn:aws:s3:::acme-results/churn/x",
    "arn:aws:s3:::acme-results/churn2/x",
    "arn:aws:s3:eu-west-1:123456789012:accesspoint/acme-lake",
    "arn:aws:s3:eu-west-1:123456789012:accesspoint/acme-lake/object/orders/x",
    "arn:aws:glue:eu-west-1:123456789012:catalog",
    "arn:aws:glue:eu-west-1:123456789012:catalog/other",
    "arn:aws:glue:eu-west-1:123456789012:database/sales",
    "arn:aws:glue:eu-west-1:123456789012:database/sales2",
    "arn:aws:glue:eu-west-1:123456789012:database/default",
    "arn:aws:glue:eu-west-1:123456789012:table/sales/orders",
    "arn:aws:glue:eu-west-1:123456789012:table/sales/orders2",
    "arn:aws:glue:eu-west-1:123456789012:table/sales/Orders",
    "arn:aws:glue:eu-west-1:123456789012:table/sales/returns",
    "arn:aws:glue:eu-west-1:123456789012:table/sales2/orders",
    "arn:aws:glue:eu-west-1:123456789012:userDefinedFunction/sales/orders",
    "arn:aws:glue:eu-west-1:123456789012:connection/orders",
    "arn:aws:glue:eu-west-1:123456789012:job/orders",
    "arn:aws:glue:eu-west-1:999999999999:catalog",
    "arn:aws:glue:eu-west-1:999999999999:database/sales",
    "arn:aws:glue:eu-west-1:999999999999:table/sales/orders",
    "arn:aws:glue:eu-west-2:123456789012:catalog",
    "arn:aws:glue:eu-west-2:123456789012:database/sales",
    "arn:aws:glue:eu-west-2:123456789012:table/sales/orders",
    "arn:aws:athena:eu-west-1:123456789012:workgroup/consumers",
    "arn:aws:athena:eu-west-1:123456789012:workgroup/consumers2",
    "arn:aws:athena:eu-west-1:123456789012:workgroup/primary",
    "arn:aws:athena:eu-west-1:999999999999:workgroup/consumers",
    "arn:aws:athena:eu-west-2:123456789012:workgroup/consumers",
    "arn:aws:athena:eu-west-1:123456789012:datacatalog/AwsDataCatalog",
    "arn:aws:iam::123456789012:role/data-products/churn",
    "arn:aws:iam::123456789012:role/data-products/other",
    "arn:aws:iam::123456789012:policy/churn",
    "arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-0000-0000-000000000000",
];

/// In each of the other partitions, spelt as if they lay in the first.
const ELSEWHERE: [&str; 10] = [
    "arn:aws:s3:::acme-lake",
    "arn:aws:s3:::acme-lake-2",
    "arn:aws:s3:::acme-lake/x",
    "arn:aws:s3:::acme-lake/orders/x",
    "arn:aws:s3:::acme-lake/orders2/x",
    "arn:aws:glue:eu-west-1:123456789012:catalog",
    "arn:aws:glue:eu-west-1:123456789012:database/sales",
    "arn:aws:glue:eu-west-1:123456789012:table/sales/orders",
    "arn:aws:glue:eu-west-1:123456789012:table/sales/returns",
    "arn:aws:athena:eu-west-1:123456789012:workgroup/consumers",
];

/// The same probes for every document.
pub(crate) fn every_probe() -> Vec<Probe> {
    let objects = OBJECTS.map(|key| format!("arn:aws:s3:::acme-lake/{key}"));
    let at_home = AT_HOME.map(str::to_owned).into_iter().chain(objects);
    let elsewhere = [("aws-cn", "cn-north-1"), ("aws-us-gov", "us-gov-west-1")];
    let elsewhere = elsewhere.into_iter().flat_map(|(partition, region)| {
        ELSEWHERE.map(|arn| moved(arn, partition, region)).into_iter()
    });
    let resources = at_home.chain(elsewhere).chain([ANYTHING.to_owned()]);
    let buckets = ["aws", "aws-cn", "aws-us-gov"].map(|p| format!("arn:{p}:s3:::acme-lake"));
    let more = ["acme-lake-2", "acme-results"].map(|name| format!("arn:aws:s3:::{name}"));
    let listings = buckets.into_iter().chain(more).flat_map(|bucket| {
        PREFIXES.map(|prefix| Probe::listing(bucket.clone(), prefix)).into_iter()
    });
    resources.map(Probe::of).chain(listings).collect()
}

/// The namesake of an ARN in another partition.
pub(crate) fn moved(arn: &str, partition: &str, region: &str) -> String {
    arn.replace("arn:aws:", &format!("arn:{partition}:")).replace("eu-west-1", region)
}
