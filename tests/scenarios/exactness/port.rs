//! Valid ports of every form, generated. The same seed gives the same ports on every machine.

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};

use crate::exactness::offered::{Offered, Place};
use crate::exactness::story::Story;

/// To repeat a run that failed, this is all it takes.
const SEED: [u8; 32] = *b"exactness of grants, issue seven";

/// Letters that a folder may hold; the last four mean a pattern in a URL, and nothing in an ARN.
const PART: &str = "[A-Za-z0-9_][A-Za-z0-9_=.,:;@!#%&'()+<>^`|~{}\\[\\]-]{0,7}";
const NAME: &str = "[a-z0-9_]{1,10}|[A-Za-z0-9_.,;@!#%&'()+<>^`|~{}\\[\\]-]{2,8}";
const BUCKET: &str = "[a-z0-9][a-z0-9-]{1,8}([.][a-z0-9-]{1,8})?[a-z0-9]";

/// Where a port says what lies behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    BucketField,
    FolderField,
    S3Server,
    S3Location,
    S3Models,
    TableFields,
    TableFieldsAlone,
    GlueServer,
    GlueServerAlone,
    GlueContract,
    AthenaContract,
}

const FORMS: [Form; 11] = [
    Form::BucketField,
    Form::FolderField,
    Form::S3Server,
    Form::S3Location,
    Form::S3Models,
    Form::TableFields,
    Form::TableFieldsAlone,
    Form::GlueServer,
    Form::GlueServerAlone,
    Form::GlueContract,
    Form::AthenaContract,
];

/// A port in its story, and what it offers.
#[derive(Clone, Debug)]
pub(crate) struct Port {
    pub(crate) form: Form,
    pub(crate) story: Story,
    pub(crate) offered: Offered,
}

/// The first `count` ports of [`SEED`].
pub(crate) fn ports(count: usize) -> Vec<Port> {
    values(&port(), count)
}

/// The first `count` values of [`SEED`].
pub(crate) fn values<S: Strategy>(strategy: &S, count: usize) -> Vec<S::Value> {
    let random = TestRng::from_seed(RngAlgorithm::ChaCha, &SEED);
    let mut runner = TestRunner::new_with_rng(Config::default(), random);
    (0..count).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect()
}

/// The names that everything is made of, and how it is spelt.
#[derive(Clone, Debug)]
struct Names {
    form: Form,
    partition: &'static str,
    account: String,
    place: Place,
    database: String,
    tables: Vec<String>,
    workgroup: String,
    results: Option<Place>,
    spelt: [bool; 4],
}

pub(crate) fn port() -> impl Strategy<Value = Port> {
    names().prop_map(Names::port)
}

fn place() -> impl Strategy<Value = Place> {
    let folder = prop::collection::vec(PART, 1..4).prop_map(|parts| parts.join("/"));
    (BUCKET, prop::option::weighted(0.8, folder))
        .prop_map(|(bucket, folder)| Place { bucket, folder })
}

fn names() -> impl Strategy<Value = Names> {
    let partition = prop_oneof![6 => Just("aws"), 1 => Just("aws-cn"), 1 => Just("aws-us-gov")];
    let how = (prop::sample::select(FORMS.to_vec()), partition, any::<[bool; 4]>());
    let glue = (NAME, prop::collection::btree_set(NAME, 1..4), "[A-Za-z0-9._-]{1,12}");
    let results = prop::option::of(place());
    (how, "[0-9]{12}", place(), glue, results).prop_map(|(how, account, place, glue, results)| {
        let (form, partition, spelt) = how;
        let (database, tables, workgroup) = glue;
        let tables = tables.into_iter().collect();
        Names { form, partition, account, place, database, tables, workgroup, results, spelt }
    })
}

/// A name that is no pattern where patterns are understood.
fn plain(name: &str) -> String {
    let plain = name.replace(['{', '}', '[', ']'], "-");
    if plain.bytes().all(|byte| byte == b'.') { format!("{plain}x") } else { plain }
}

impl Names {
    fn port(mut self) -> Port {
        if !matches!(self.form, Form::BucketField | Form::FolderField | Form::TableFields) {
            self.place.folder = self.place.folder.as_deref().map(plain);
            self.tables = self.tables.iter().map(|name| plain(name)).collect();
            self.tables.dedup();
        }
        if !matches!(self.form, Form::BucketField | Form::S3Server | Form::S3Location) {
            self.place.folder.get_or_insert_with(|| "data".to_owned());
        }
        let reads_one = matches!(
            self.form,
            Form::TableFields | Form::TableFieldsAlone | Form::GlueServer | Form::GlueServerAlone
        );
        self.tables.truncate(if reads_one { 1 } else { 3 });
        let is_s3 = self.is_s3();
        let offered = Offered {
            partition: self.partition,
            region: Story::region(self.partition).to_owned(),
            account: self.account.clone(),
            places: self.places(),
            database: self.database.clone(),
            tables: if is_s3 { Vec::new() } else { self.tables.clone() },
            workgroup: self.has_workgroup().then(|| self.workgroup.clone()),
            results: self.results.clone().filter(|_| !is_s3),
        };
        Port { form: self.form, story: self.story(&offered), offered }
    }

    fn is_s3(&self) -> bool {
        use Form::{BucketField, FolderField, S3Location, S3Models, S3Server};
        matches!(self.form, BucketField | FolderField | S3Server | S3Location | S3Models)
    }

    fn is_reserved(&self) -> bool {
        matches!(self.form, Form::TableFields | Form::TableFieldsAlone)
    }

    fn has_workgroup(&self) -> bool {
        !self.is_s3() && (self.is_reserved() || self.spelt[1])
    }

    fn below(&self, name: &str) -> Place {
        let folder = self.place.folder.as_ref().map(|folder| format!("{folder}/{name}"));
        Place { folder, ..self.place.clone() }
    }

    /// With several tables the first may lie around the others.
    fn places(&self) -> Vec<Place> {
        match self.form {
            Form::S3Models => self.tables.iter().map(|name| self.below(name)).collect(),
            Form::GlueContract | Form::AthenaContract => {
                let mut places: Vec<Place> = self.tables.iter().map(|n| self.below(n)).collect();
                if self.spelt[2] {
                    places[0] = self.place.clone();
                }
                places
            }
            Form::BucketField
            | Form::FolderField
            | Form::S3Server
            | Form::S3Location
            | Form::TableFields
            | Form::TableFieldsAlone
            | Form::GlueServer
            | Form::GlueServerAlone => vec![self.place.clone()],
        }
    }

    fn arn(&self, place: &Place) -> String {
        let slash = if self.spelt[2] && place.folder.is_some() { "/" } else { "" };
        format!("arn:{}:s3:::{}{slash}", self.partition, path(place))
    }

    fn url(&self, ending: &str) -> String {
        format!("s3://{}{ending}", path(&self.place))
    }

    fn story(&self, offered: &Offered) -> Story {
        let (custom, more) = self.port_members(offered);
        let by_consumer = !self.is_reserved() && self.spelt[3];
        let mut consumer = json!({});
        let mut custom: Vec<(&str, Value)> = custom;
        if let Some(workgroup) = &offered.workgroup {
            let arn = json!(offered.workgroup(workgroup));
            if by_consumer {
                consumer["aws-athena-workgroup-arn"] = arn;
            } else {
                custom.push(("aws-athena-workgroup-arn", arn));
            }
        }
        if let Some(results) = &self.results {
            consumer["aws-s3-athena-results-arn"] = json!(self.arn(results));
        }
        Story {
            partition: self.partition,
            consumer,
            provider: self.product(&custom, more),
            contract: self.contract(),
            tables: self.stored(offered),
        }
    }

    /// Either of the catalog's two forms of a data product.
    fn product(&self, custom: &[(&str, Value)], mut port: Value) -> String {
        port["name"] = json!("p");
        if self.spelt[0] {
            let properties = custom.iter().map(|(name, value)| json!({"property": name, "value": value}));
            port["customProperties"] = properties.collect();
            json!({"apiVersion": "v1.0.0", "kind": "DataProduct", "id": "warmers", "outputPorts": [port]})
        } else {
            port["custom"] = custom.iter().map(|(n, v)| ((*n).to_owned(), v.clone())).collect();
            json!({"id": "warmers", "outputPorts": [port]})
        }
        .to_string()
    }

    /// Fields of the port that are free, and the others.
    fn port_members(&self, offered: &Offered) -> (Vec<(&'static str, Value)>, Value) {
        let kind = |name: &str| ("output-port-type", json!(name));
        let place = json!(self.arn(&self.place));
        let table = || json!(offered.table(&offered.tables[0]));
        match self.form {
            Form::BucketField => (vec![kind("s3_bucket"), ("aws-s3-bucket-arn", place)], json!({})),
            Form::FolderField => {
                let field =
                    if self.spelt[1] { "aws-s3-folder-arn" } else { "aws-s3-aws-s3-folder-arn" };
                (vec![kind("S3"), (field, place)], json!({}))
            }
            Form::S3Server => {
                let ending = if self.spelt[1] { "/*" } else { "" };
                let server = json!({"type": "s3", "location": self.url(ending)});
                (Vec::new(), json!({"server": server}))
            }
            Form::S3Location => (Vec::new(), json!({"type": "s3", "location": self.url("/**")})),
            Form::TableFields => {
                let mut fields = vec![kind("glue_table"), ("aws-glue-table-arn", table())];
                fields.push(("aws-s3-folder-arn", place));
                if self.spelt[1] {
                    fields.push(("aws-glue-catalog-arn", json!(offered.catalog())));
                    fields.push(("aws-glue-database-arn", json!(offered.database())));
                }
                (fields, json!({}))
            }
            Form::TableFieldsAlone => {
                (vec![kind("Glue"), ("aws-glue-table-arn", table())], json!({}))
            }
            Form::GlueServer | Form::GlueServerAlone => {
                let mut server = json!({"type": "glue", "account": self.account,
                    "database": self.database, "table": offered.tables[0]});
                if self.form == Form::GlueServer {
                    server["location"] = json!(self.url("/"));
                }
                (Vec::new(), json!({"server": server}))
            }
            Form::S3Models | Form::GlueContract | Form::AthenaContract => {
                (Vec::new(), json!({"contractId": "c"}))
            }
        }
    }

    fn contract(&self) -> Option<Value> {
        let server = match self.form {
            Form::S3Models => json!({"type": "s3", "location": self.url("/{model}/*")}),
            Form::GlueContract => {
                json!({"type": "glue", "account": self.account, "database": self.database})
            }
            Form::AthenaContract => {
                json!({"type": "athena", "account": self.account, "schema": self.database})
            }
            Form::BucketField
            | Form::FolderField
            | Form::S3Server
            | Form::S3Location
            | Form::TableFields
            | Form::TableFieldsAlone
            | Form::GlueServer
            | Form::GlueServerAlone => return None,
        };
        let schema: Value = self.tables.iter().map(|name| json!({"name": name})).collect();
        Some(json!({"kind": "DataContract", "id": "c", "servers": [server], "schema": schema}))
    }

    /// What Glue says where the port does not.
    fn stored(&self, offered: &Offered) -> Vec<(String, String)> {
        let places = self.places();
        let url = |place: &Place| format!("s3://{}/", path(place));
        let tables = offered.tables.iter().zip(&places);
        tables.map(|(name, place)| (offered.table(name), url(place))).collect()
    }
}

fn path(place: &Place) -> String {
    let folder = place.folder.iter().map(|folder| format!("/{folder}"));
    [place.bucket.clone()].into_iter().chain(folder).collect()
}
