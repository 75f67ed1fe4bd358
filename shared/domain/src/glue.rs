//! Glue tables and Athena workgroups, by their ARNs.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::arn::{Arn, ArnError, Partition, is_account, is_region};

/// ARN of exactly one Glue table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TableArn {
    partition: Partition,
    region: String,
    account: String,
    database: String,
    table: String,
}

impl FromStr for TableArn {
    type Err = ArnError;

    fn from_str(text: &str) -> Result<Self, ArnError> {
        let arn: Arn = text.parse()?;
        let refused =
            || arn.is_not("a Glue table (arn:aws:glue:region:account:table/database/table)");
        let named = arn.named("glue", "table").and_then(|rest| rest.split_once('/'));
        let (database, table) = named.ok_or_else(refused)?;
        if !is_glue_name(database) || !is_glue_name(table) || !is_placed(&arn) {
            return Err(refused());
        }
        let (database, table) = (database.to_owned(), table.to_owned());
        let Arn { partition, service: _, region, account, resource: _ } = arn;
        Ok(Self { partition, region, account, database, table })
    }
}

impl TryFrom<String> for TableArn {
    type Error = ArnError;

    fn try_from(text: String) -> Result<Self, ArnError> {
        text.parse()
    }
}

impl From<TableArn> for String {
    fn from(table: TableArn) -> Self {
        table.to_string()
    }
}

impl TableArn {
    /// The cloud the table lies in.
    pub fn partition(&self) -> Partition {
        self.partition
    }

    /// The region of the catalog that holds the table.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// The account, which is also the id of its Glue catalog.
    pub fn account(&self) -> &str {
        &self.account
    }

    /// The database's name.
    pub fn database(&self) -> &str {
        &self.database
    }

    /// The table's name.
    pub fn table(&self) -> &str {
        &self.table
    }

    /// ARN of the catalog. Glue checks every ancestor of a table.
    pub fn catalog_arn(&self) -> String {
        let Self { partition, region, account, .. } = self;
        format!("arn:{partition}:glue:{region}:{account}:catalog")
    }

    /// ARN of the database.
    pub fn database_arn(&self) -> String {
        let Self { partition, region, account, database, .. } = self;
        format!("arn:{partition}:glue:{region}:{account}:database/{database}")
    }
}

impl fmt::Display for TableArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { partition, region, account, database, table } = self;
        write!(f, "arn:{partition}:glue:{region}:{account}:table/{database}/{table}")
    }
}

/// ARN of exactly one Athena workgroup.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WorkgroupArn(Arn);

impl FromStr for WorkgroupArn {
    type Err = ArnError;

    fn from_str(text: &str) -> Result<Self, ArnError> {
        let arn: Arn = text.parse()?;
        let name = arn.named("athena", "workgroup");
        if !name.is_some_and(is_workgroup_name) || !is_placed(&arn) {
            return Err(arn.is_not("a workgroup (arn:aws:athena:region:account:workgroup/name)"));
        }
        Ok(Self(arn))
    }
}

impl WorkgroupArn {
    /// The cloud the workgroup lies in.
    pub fn partition(&self) -> Partition {
        self.0.partition
    }
}

impl fmt::Display for WorkgroupArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

fn is_placed(arn: &Arn) -> bool {
    is_region(&arn.region) && is_account(&arn.account)
}

/// Glue itself takes more; a slash or colon would name another resource.
fn is_glue_name(name: &str) -> bool {
    !name.is_empty() && name.len() <= 255 && !name.contains(['/', ':'])
}

fn is_workgroup_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    (1..=128).contains(&name.len()) && name.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ancestors_of_a_table_follow_from_its_arn() {
        let text = "arn:aws-cn:glue:cn-north-1:123456789012:table/sales/orders";
        let table: TableArn = text.parse().unwrap();
        assert_eq!(table.to_string(), text);
        assert_eq!(table.catalog_arn(), "arn:aws-cn:glue:cn-north-1:123456789012:catalog");
        assert_eq!(table.database_arn(), "arn:aws-cn:glue:cn-north-1:123456789012:database/sales");
    }

    #[test]
    fn anything_but_one_table_is_refused() {
        for text in [
            "arn:aws:glue:eu-west-1:123456789012:table/sales",
            "arn:aws:glue:eu-west-1:123456789012:table/sales/",
            "arn:aws:glue:eu-west-1:123456789012:table/sales/orders/more",
            "arn:aws:glue:eu-west-1:123456789012:table/sales/*",
            "arn:aws:glue:eu-west-1:123456789012:database/sales",
            "arn:aws:glue::123456789012:table/sales/orders",
            "arn:aws:glue:eu-west-1::table/sales/orders",
            "arn:aws:gluex:eu-west-1:123456789012:table/sales/orders",
        ] {
            assert!(text.parse::<TableArn>().is_err(), "{text}");
        }
        for text in [
            "arn:aws:athena:eu-west-1:123456789012:workgroup/",
            "arn:aws:athena:eu-west-1:123456789012:workgroup/a/b",
            "arn:aws:athena:eu-west-1:123456789012:datacatalog/a",
        ] {
            assert!(text.parse::<WorkgroupArn>().is_err(), "{text}");
        }
    }
}
