//! What an output port offers in AWS, read from its custom fields.

use std::str::FromStr;

use vec1::Vec1;

use crate::Rejection;
use crate::fields::CustomFields;
use crate::glue::{TableArn, WorkgroupArn};
use crate::rejection::{FieldProblem, quote};
use crate::resource_scope::ResourceScope;
use crate::role::RoleArn;
use crate::s3::S3Location;
use crate::server::Platform;

const PORT_TYPE: &str = "output-port-type";
const BUCKET: &str = "aws-s3-bucket-arn";
const FOLDER: &str = "aws-s3-folder-arn";
/// The predecessor's README misspelt the name, so data products carry it.
const MISSPELT_FOLDER: &str = "aws-s3-aws-s3-folder-arn";
const WORKGROUP: &str = "aws-athena-workgroup-arn";
const CATALOG: &str = "aws-glue-catalog-arn";
const DATABASE: &str = "aws-glue-database-arn";
const TABLE: &str = "aws-glue-table-arn";
const KNOWN: [&str; 7] = [BUCKET, FOLDER, MISSPELT_FOLDER, WORKGROUP, CATALOG, DATABASE, TABLE];

/// What a port offers, as far as its fields say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Offer {
    /// Data in S3.
    S3 {
        /// Where it lies.
        places: Vec1<S3Location>,
        /// The account that owns the buckets, where that is written down: their names do not say.
        owner: Option<String>,
    },
    /// Glue tables.
    Glue {
        /// The tables.
        tables: Vec1<OfferedTable>,
        /// Where consumers run their queries; without one the tables are not read through Athena.
        workgroup: Option<WorkgroupArn>,
    },
}

/// A table, as far as the port says where its data lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferedTable {
    /// The table.
    pub arn: TableArn,
    /// Where its data lies; `None` leaves it to Glue to say.
    pub location: Option<S3Location>,
}

/// What a grant covers: everything known, nothing optional.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DataAccess {
    /// Data in S3.
    S3(Vec1<S3Location>),
    /// Glue tables.
    Glue {
        /// The tables.
        tables: Vec1<Table>,
        /// Where consumers run their queries.
        workgroup: Option<WorkgroupArn>,
    },
}

impl From<S3Location> for DataAccess {
    fn from(place: S3Location) -> Self {
        Self::S3(Vec1::new(place))
    }
}

/// A table and where its data lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// The table.
    pub arn: TableArn,
    /// Where its data lies.
    pub location: S3Location,
}

/// A port's custom fields, with the words to name the port in a message.
struct Fields<'a> {
    custom: &'a CustomFields,
    holder: &'a str,
}

impl Fields<'_> {
    fn invalid(&self, field: &str, problem: FieldProblem) -> Rejection {
        Rejection::FieldInvalid { holder: self.holder.to_owned(), field: field.to_owned(), problem }
    }

    fn missing(&self, field: &'static str, advice: &'static str) -> Rejection {
        Rejection::FieldMissing { holder: self.holder.to_owned(), field, advice }
    }

    fn parsed<T: FromStr>(&self, field: &str) -> Result<Option<T>, Rejection>
    where
        FieldProblem: From<T::Err>,
    {
        let Some(text) = self.custom.get(field) else { return Ok(None) };
        text.parse().map(Some).map_err(|err: T::Err| self.invalid(field, err.into()))
    }

    /// A field that could be worked out must not say something else.
    fn agrees(&self, field: &str, other: &'static str, derived: &str) -> Result<(), Rejection> {
        match self.custom.get(field) {
            Some(text) if text != derived => {
                let value = derived.to_owned();
                Err(self.invalid(field, FieldProblem::Contradiction { other, value }))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// The narrowest place the fields name: a folder before a bucket.
    fn location(&self) -> Result<Option<S3Location>, Rejection> {
        let bucket: Option<S3Location> = self.parsed(BUCKET)?;
        let folder = match self.folder(FOLDER)? {
            Some(folder) => {
                self.agrees_with_place(MISSPELT_FOLDER, FOLDER, &folder)?;
                Some(folder)
            }
            None => self.folder(MISSPELT_FOLDER)?,
        };
        match (bucket, folder) {
            (Some(bucket), Some(folder)) if !bucket.contains(&folder) => {
                let value = folder.to_string();
                Err(self.invalid(BUCKET, FieldProblem::Contradiction { other: FOLDER, value }))
            }
            (bucket, folder) => Ok(folder.or(bucket)),
        }
    }

    fn folder(&self, field: &str) -> Result<Option<S3Location>, Rejection> {
        let Some(folder) = self.parsed::<S3Location>(field)? else { return Ok(None) };
        if folder.folder().is_none() {
            let problem = crate::s3::LocationError::NoFolder(folder.to_string());
            return Err(self.invalid(field, problem.into()));
        }
        Ok(Some(folder))
    }

    fn agrees_with_place(
        &self,
        field: &str,
        other: &'static str,
        place: &S3Location,
    ) -> Result<(), Rejection> {
        match self.folder(field)? {
            Some(found) if &found != place => {
                let value = place.to_string();
                Err(self.invalid(field, FieldProblem::Contradiction { other, value }))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// The predecessor granted whatever was called `aws…arn`; here each name has one meaning.
    fn refuse_unknown(&self) -> Result<(), Rejection> {
        let resembles = |name: &str| name.starts_with("aws") && name.ends_with("arn");
        let unknown = self.custom.keys().find(|n| resembles(n) && !KNOWN.contains(&n.as_str()));
        match unknown {
            None => Ok(()),
            Some(field) => Err(Rejection::UnknownArnField {
                holder: self.holder.to_owned(),
                field: quote(field),
                known: KNOWN.join(", "),
            }),
        }
    }

    fn glue(&self) -> Result<Offer, Rejection> {
        let table: TableArn = self
            .parsed(TABLE)?
            .ok_or_else(|| self.missing(TABLE, "set it to the ARN of the Glue table"))?;
        let workgroup = self.parsed(WORKGROUP)?.ok_or_else(|| {
            self.missing(WORKGROUP, "set it to the ARN of the Athena workgroup for consumers")
        })?;
        self.agrees(CATALOG, TABLE, &table.catalog_arn())?;
        self.agrees(DATABASE, TABLE, &table.database_arn())?;
        let table = OfferedTable { arn: table, location: self.location()? };
        Ok(Offer::Glue { tables: Vec1::new(table), workgroup: Some(workgroup) })
    }
}

impl Offer {
    /// Reads a port's custom fields. `holder` says which port, for the error.
    pub fn read(custom: &CustomFields, holder: &str) -> Result<Self, Rejection> {
        let fields = Fields { custom, holder };
        let port_type = custom
            .get(PORT_TYPE)
            .ok_or_else(|| fields.missing(PORT_TYPE, "set it to s3_bucket or glue_table"))?;
        match Platform::of(port_type) {
            Platform::S3 => {
                fields.refuse_unknown()?;
                let missing =
                    || fields.missing(BUCKET, "set it to the ARN of the bucket or folder");
                let place = fields.location()?.ok_or_else(missing)?;
                Ok(Self::S3 { places: Vec1::new(place), owner: None })
            }
            Platform::Glue => {
                fields.refuse_unknown()?;
                fields.glue()
            }
            Platform::Other => Err(Rejection::UnsupportedPortType {
                holder: holder.to_owned(),
                found: quote(port_type),
            }),
        }
    }
}

/// The workgroup a port names although something else describes its data.
pub fn workgroup(custom: &CustomFields, holder: &str) -> Result<Option<WorkgroupArn>, Rejection> {
    Fields { custom, holder }.parsed(WORKGROUP)
}

/// Whether a port describes its data in reserved fields of its own.
pub fn is_described(custom: &CustomFields) -> bool {
    let data = |name: &&&str| **name != WORKGROUP;
    custom.contains_key(PORT_TYPE)
        || KNOWN.iter().filter(data).any(|name| custom.contains_key(*name))
}

impl Table {
    /// Completes a table with the storage location Glue keeps for it.
    ///
    /// A table at the root of a bucket would open the whole bucket, which nobody wrote down; the
    /// owner can say so with `aws-s3-bucket-arn`.
    pub fn stored_at(arn: TableArn, stored: Option<&str>) -> Result<Self, Rejection> {
        let unknown = |reason: String| Rejection::TableLocation { table: arn.to_string(), reason };
        let url = stored.ok_or_else(|| unknown("Glue keeps none".to_owned()))?;
        let location = S3Location::from_url(url, arn.partition())
            .map_err(|err| unknown(quote(&err.to_string())))?;
        if location.folder().is_none() {
            return Err(unknown(format!(
                "it is the root of bucket {}, and a grant would cover the whole bucket (if that is \
                 meant, set aws-s3-bucket-arn)",
                location.bucket()
            )));
        }
        Ok(Self { arn, location })
    }
}

impl DataAccess {
    /// Checks what is granted against the operator's word and the role's partition.
    pub fn admit(&self, allowed: &ResourceScope, role: &RoleArn) -> Result<(), Rejection> {
        match self {
            Self::S3(places) => {
                places.iter().try_for_each(|place| allowed.admit_location(place, role))
            }
            Self::Glue { tables, workgroup } => {
                for Table { arn, location } in tables {
                    allowed.admit(&arn.to_string(), arn.partition(), role)?;
                    allowed.admit_location(location, role)?;
                }
                let queries = workgroup.iter();
                queries
                    .map(|group| (group.to_string(), group.partition()))
                    .try_for_each(|(group, partition)| allowed.admit(&group, partition, role))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE_ARN: &str = "arn:aws:glue:eu-west-1:123456789012:table/sales/orders";
    const WORKGROUP_ARN: &str = "arn:aws:athena:eu-west-1:123456789012:workgroup/consumers";
    const ROLE: &str = "arn:aws:iam::123456789012:role/churn";

    fn read(fields: &[(&str, &str)]) -> Result<Offer, Rejection> {
        let custom = fields.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        Offer::read(&custom, "output port p of data product d")
    }

    fn s3(fields: &[(&str, &str)]) -> Result<String, &'static str> {
        let fields = [&[("output-port-type", "s3_bucket")], fields].concat();
        match read(&fields) {
            Ok(Offer::S3 { places, .. }) => Ok(places.first().to_string()),
            Ok(Offer::Glue { .. }) => Err("Glue"),
            Err(rejection) => Err(rejection.code()),
        }
    }

    fn glue(fields: &[(&str, &str)]) -> Result<Option<String>, Rejection> {
        let fixed =
            [("output-port-type", "glue_table"), (TABLE, TABLE_ARN), (WORKGROUP, WORKGROUP_ARN)];
        match read(&[&fixed, fields].concat())? {
            Offer::Glue { tables, .. } => {
                Ok(tables.first().location.as_ref().map(ToString::to_string))
            }
            Offer::S3 { .. } => panic!("not a table"),
        }
    }

    #[test]
    fn a_bucket_port_offers_its_bucket_or_the_folder_its_arn_names() {
        assert_eq!(s3(&[(BUCKET, "arn:aws:s3:::data")]).unwrap(), "arn:aws:s3:::data");
        assert_eq!(s3(&[(BUCKET, "arn:aws:s3:::data/a/")]).unwrap(), "arn:aws:s3:::data/a");
    }

    #[test]
    fn a_folder_beside_a_bucket_narrows_the_offer() {
        let both = s3(&[(BUCKET, "arn:aws:s3:::data"), (FOLDER, "arn:aws:s3:::data/a")]);
        assert_eq!(both.unwrap(), "arn:aws:s3:::data/a");
        let apart = s3(&[(BUCKET, "arn:aws:s3:::other"), (FOLDER, "arn:aws:s3:::data/a")]);
        assert_eq!(apart, Err("FieldInvalid"));
    }

    #[test]
    fn a_folder_field_that_names_a_bucket_is_refused() {
        assert_eq!(s3(&[(FOLDER, "arn:aws:s3:::data")]), Err("FieldInvalid"));
    }

    #[test]
    fn fields_of_the_other_port_type_do_not_widen_a_grant() {
        let beside = s3(&[(BUCKET, "arn:aws:s3:::data"), (TABLE, TABLE_ARN)]);
        assert_eq!(beside.unwrap(), "arn:aws:s3:::data");
    }

    #[test]
    fn an_unknown_field_that_looks_like_a_resource_is_refused_by_name() {
        let fields = [
            ("output-port-type", "s3_bucket"),
            (BUCKET, "arn:aws:s3:::data"),
            ("aws-s3-second-arn", "arn:aws:s3:::more"),
        ];
        let message = read(&fields).unwrap_err().to_string();
        assert!(message.contains("aws-s3-second-arn"), "{message}");
    }

    #[test]
    fn a_missing_or_foreign_type_is_refused() {
        assert_eq!(read(&[]).unwrap_err().code(), "FieldMissing");
        let kafka = read(&[("output-port-type", "kafka")]).unwrap_err();
        assert!(kafka.to_string().contains("\"kafka\""));
    }

    #[test]
    fn a_table_port_needs_only_the_table_and_the_workgroup() {
        assert_eq!(glue(&[]).unwrap(), None);
        let missing = read(&[("output-port-type", "glue_table"), (TABLE, TABLE_ARN)]);
        assert!(missing.unwrap_err().to_string().contains(WORKGROUP));
    }

    #[test]
    fn the_predecessors_fields_keep_working_misspelling_included() {
        let location = glue(&[
            (CATALOG, "arn:aws:glue:eu-west-1:123456789012:catalog"),
            (DATABASE, "arn:aws:glue:eu-west-1:123456789012:database/sales"),
            (MISSPELT_FOLDER, "arn:aws:s3:::data/orders"),
        ]);
        assert_eq!(location.unwrap().unwrap(), "arn:aws:s3:::data/orders");
    }

    #[test]
    fn fields_that_contradict_the_table_or_each_other_are_refused() {
        for fields in [
            [(CATALOG, "arn:aws:glue:eu-west-1:999999999999:catalog")].as_slice(),
            &[(DATABASE, "arn:aws:glue:eu-west-1:123456789012:database/other")],
            &[(FOLDER, "arn:aws:s3:::data/a"), (MISSPELT_FOLDER, "arn:aws:s3:::data/b")],
        ] {
            assert_eq!(glue(fields).unwrap_err().code(), "FieldInvalid", "{fields:?}");
        }
    }

    #[test]
    fn a_table_whose_data_lies_at_the_root_of_a_bucket_does_not_open_the_bucket() {
        let of = |stored| Table::stored_at(TABLE_ARN.parse().unwrap(), stored);
        assert!(of(Some("s3://data/orders/")).is_ok());
        for stored in [Some("s3://data/"), Some("s3://data"), Some("hdfs://x/y"), Some(""), None] {
            assert_eq!(of(stored).unwrap_err().code(), "TableLocation", "{stored:?}");
        }
    }

    #[test]
    fn only_resources_the_operator_allows_are_granted() {
        let role: RoleArn = ROLE.parse().unwrap();
        let admits = |pattern: &str, place: &str| {
            let scope = ResourceScope::new(vec![pattern.parse().unwrap()]);
            DataAccess::from(place.parse::<S3Location>().unwrap()).admit(&scope, &role).is_ok()
        };
        assert!(admits("arn:aws:s3:::data", "arn:aws:s3:::data/a"));
        assert!(admits("arn:aws:s3:::data/a/*", "arn:aws:s3:::data/a"));
        assert!(admits("arn:aws:s3:::data-*", "arn:aws:s3:::data-x"));
        assert!(!admits("arn:aws:s3:::data/a", "arn:aws:s3:::data"));
        assert!(!admits("arn:aws:s3:::data/a/*", "arn:aws:s3:::data/ab"));
        assert!(!admits("arn:aws:s3:::data", "arn:aws:s3:::data-2"));
    }

    #[test]
    fn a_resource_of_another_partition_is_refused() {
        let access = DataAccess::from("arn:aws-cn:s3:::data".parse::<S3Location>().unwrap());
        let refused = access.admit(&ResourceScope::default(), &ROLE.parse().unwrap());
        assert_eq!(refused.unwrap_err().code(), "ForeignPartition");
    }
}
