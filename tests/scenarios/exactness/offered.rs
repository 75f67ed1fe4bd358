//! What a generated port offers, and by a model that knows no policies what may be done with it.

use std::collections::BTreeSet;

use crate::exactness::probes::Probe;

const S3: [&str; 3] = ["s3:GetBucketLocation", "s3:ListBucket", "s3:GetObject"];
const RESULTS: [&str; 3] =
    ["s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"];
const GLUE: [&str; 6] = [
    "glue:GetDatabase",
    "glue:GetTable",
    "glue:GetTables",
    "glue:GetPartition",
    "glue:GetPartitions",
    "glue:BatchGetPartition",
];
const ATHENA: [&str; 6] = [
    "athena:StartQueryExecution",
    "athena:StopQueryExecution",
    "athena:GetQueryExecution",
    "athena:GetQueryResults",
    "athena:GetQueryResultsStream",
    "athena:GetWorkGroup",
];

/// Asked about buckets, objects, Glue and Athena; some of each are nobody's right.
pub(crate) const ON_BUCKETS: [&str; 4] =
    ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketVersions", "s3:PutBucketPolicy"];
pub(crate) const ON_OBJECTS: [&str; 6] = [
    "s3:GetObject",
    "s3:PutObject",
    "s3:AbortMultipartUpload",
    "s3:ListMultipartUploadParts",
    "s3:DeleteObject",
    "s3:GetObjectVersion",
];
pub(crate) const ON_TABLES: [&str; 9] = [
    "glue:GetDatabase",
    "glue:GetTable",
    "glue:GetTables",
    "glue:GetPartition",
    "glue:GetPartitions",
    "glue:BatchGetPartition",
    "glue:GetTableVersions",
    "glue:UpdateTable",
    "glue:GetDatabases",
];
pub(crate) const ON_WORKGROUPS: [&str; 7] = [
    "athena:StartQueryExecution",
    "athena:StopQueryExecution",
    "athena:GetQueryExecution",
    "athena:GetQueryResults",
    "athena:GetQueryResultsStream",
    "athena:GetWorkGroup",
    "athena:UpdateWorkGroup",
];

/// A bucket, or a folder of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) bucket: String,
    pub(crate) folder: Option<String>,
}

impl Place {
    /// Whether an object or a prefix lies in it.
    fn has(&self, bucket: &str, key: &str) -> bool {
        let inside = |folder: &String| key.strip_prefix(folder).is_some_and(|r| r.starts_with('/'));
        self.bucket == bucket && self.folder.as_ref().is_none_or(inside)
    }

    /// Whether the bucket may be listed so, for this place.
    fn lists(&self, bucket: &str, prefix: Option<&str>) -> bool {
        match (&self.folder, prefix) {
            (None, _) => self.bucket == bucket,
            (Some(_), None) => false,
            (Some(folder), Some(prefix)) => {
                self.bucket == bucket && (prefix == folder || self.has(bucket, prefix))
            }
        }
    }
}

/// Everything behind one port, and the consumer's place for results.
#[derive(Clone, Debug)]
pub(crate) struct Offered {
    pub(crate) partition: &'static str,
    pub(crate) region: String,
    pub(crate) account: String,
    pub(crate) places: Vec<Place>,
    pub(crate) database: String,
    pub(crate) tables: Vec<String>,
    pub(crate) workgroup: Option<String>,
    pub(crate) results: Option<Place>,
}

impl Offered {
    fn glue(&self, kind: &str, rest: &str) -> String {
        let Self { partition, region, account, .. } = self;
        format!("arn:{partition}:glue:{region}:{account}:{kind}{rest}")
    }

    pub(crate) fn catalog(&self) -> String {
        self.glue("catalog", "")
    }

    pub(crate) fn database(&self) -> String {
        self.glue("database/", &self.database)
    }

    pub(crate) fn table(&self, name: &str) -> String {
        self.glue(&format!("table/{}/", self.database), name)
    }

    pub(crate) fn workgroup(&self, name: &str) -> String {
        let Self { partition, region, account, .. } = self;
        format!("arn:{partition}:athena:{region}:{account}:workgroup/{name}")
    }

    /// The actions that its grant has to name.
    pub(crate) fn actions(&self) -> BTreeSet<&'static str> {
        let tables = if self.tables.is_empty() { &[][..] } else { &GLUE[..] };
        let queries = if self.workgroup.is_some() { &ATHENA[..] } else { &[][..] };
        let results = if self.results.is_some() { &RESULTS[..] } else { &[][..] };
        [&S3[..], tables, queries, results].concat().into_iter().collect()
    }

    /// Whether this may be done: asked of what was generated, not of any document.
    pub(crate) fn allows(&self, action: &str, probe: &Probe) -> bool {
        let s3 = format!("arn:{}:s3:::", self.partition);
        let (bucket, key) = match probe.resource.strip_prefix(&s3) {
            Some(path) => path.split_once('/').map_or((path, None), |(b, key)| (b, Some(key))),
            None => ("", None),
        };
        let mut places = self.places.iter().chain(&self.results);
        let writes = RESULTS.contains(&action);
        match (action, key) {
            ("s3:GetBucketLocation", None) => places.any(|place| place.bucket == bucket),
            ("s3:ListBucket", None) => places.any(|p| p.lists(bucket, probe.prefix.as_deref())),
            ("s3:GetObject", Some(key)) => places.any(|place| place.has(bucket, key)),
            (_, Some(key)) if writes => self.results.iter().any(|place| place.has(bucket, key)),
            _ if GLUE.contains(&action) && !self.tables.is_empty() => {
                let above = [self.catalog(), self.database()];
                let mut tables = self.tables.iter().map(|name| self.table(name));
                above.contains(&probe.resource) || tables.any(|table| table == probe.resource)
            }
            _ if ATHENA.contains(&action) => {
                let mut workgroup = self.workgroup.iter().map(|name| self.workgroup(name));
                workgroup.any(|workgroup| workgroup == probe.resource)
            }
            _ => false,
        }
    }

    /// What to ask for, with the actions to ask it by.
    pub(crate) fn probes(&self) -> [(&'static [&'static str], Vec<Probe>); 4] {
        let places = || self.places.iter().chain(&self.results);
        [
            (&ON_BUCKETS, places().flat_map(|place| self.buckets(place)).collect()),
            (&ON_OBJECTS, places().flat_map(|place| self.objects(place)).collect()),
            (&ON_TABLES, self.neighbours_of_tables()),
            (&ON_WORKGROUPS, self.neighbours_of_workgroup()),
        ]
    }

    fn buckets(&self, place: &Place) -> Vec<Probe> {
        let named = |name: &str| format!("arn:{}:s3:::{name}", self.partition);
        let bucket = named(&place.bucket);
        let folder = place.folder.as_deref().unwrap_or("folder");
        let prefixes = [String::new(), folder.to_owned(), format!("{folder}2"), changed(folder)];
        let inside = [format!("{folder}/"), format!("{folder}/x"), format!("{folder}2/")];
        let listings = prefixes.into_iter().chain(inside);
        let mut probes: Vec<Probe> =
            listings.map(|prefix| Probe::listing(bucket.clone(), prefix)).collect();
        probes.push(Probe::listing(named(&format!("{}-2", place.bucket)), folder));
        probes.extend([Probe::of(bucket), Probe::of(named(&format!("{}-2", place.bucket)))]);
        probes
    }

    fn objects(&self, place: &Place) -> Vec<Probe> {
        let Place { bucket, folder } = place;
        let folder = folder.as_deref().unwrap_or("folder");
        let other = if self.partition == "aws" { "aws-cn" } else { "aws" };
        let at = |partition: &str, path: String| Probe::of(format!("arn:{partition}:s3:::{path}"));
        let here = |path: String| at(self.partition, path);
        vec![
            here(format!("{bucket}/{folder}/x")),
            here(format!("{bucket}/{folder}/")),
            here(format!("{bucket}/{folder}/a/b")),
            here(format!("{bucket}/{folder}//x")),
            here(format!("{bucket}/{folder}")),
            here(format!("{bucket}/{folder}2/x")),
            here(format!("{bucket}/{}/x", changed(folder))),
            here(format!("{bucket}//{folder}/x")),
            here(format!("{bucket}/zz")),
            here(format!("{bucket}-2/{folder}/x")),
            at(other, format!("{bucket}/{folder}/x")),
        ]
    }

    fn neighbours_of_tables(&self) -> Vec<Probe> {
        if self.tables.is_empty() {
            return Vec::new();
        }
        let sibling = Self { database: format!("{}2", self.database), ..self.clone() };
        let stranger = Self { account: turned(&self.account), ..self.clone() };
        let abroad = Self { region: "sa-east-1".to_owned(), ..self.clone() };
        let mut found = vec![self.catalog(), self.database(), sibling.database()];
        for name in &self.tables {
            found.extend([self.table(name), self.table(&format!("{name}2"))]);
            found.extend([&sibling, &stranger, &abroad].map(|other| other.table(name)));
        }
        found.extend([
            stranger.catalog(),
            stranger.database(),
            abroad.catalog(),
            abroad.database(),
        ]);
        found.into_iter().map(Probe::of).collect()
    }

    fn neighbours_of_workgroup(&self) -> Vec<Probe> {
        let stranger = Self { account: turned(&self.account), ..self.clone() };
        let name = self.workgroup.as_deref().unwrap_or("primary");
        let sibling = format!("{name}2");
        let found = [self.workgroup(name), self.workgroup(&sibling), stranger.workgroup(name)];
        found.into_iter().map(Probe::of).collect()
    }
}

/// The same text with its first letter in the other case, or with one letter more.
fn changed(text: &str) -> String {
    let flip = |c: char| if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { 'z' };
    let mut letters = text.chars();
    letters.next().map(flip).into_iter().chain(letters).collect()
}

/// Another account.
fn turned(account: &str) -> String {
    account.chars().map(|digit| if digit == '9' { '0' } else { '9' }).collect()
}
