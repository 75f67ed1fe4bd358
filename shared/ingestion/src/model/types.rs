//! Hive's column types, which Glue keeps as text.

/// A column's type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HiveType {
    /// A type without parameters, by its name in lower case: `bigint`, `string`, `timestamp`, ….
    Plain(String),
    /// `decimal(precision, scale)`.
    Decimal {
        /// All digits.
        precision: u32,
        /// Digits after the point.
        scale: u32,
    },
    /// `char(n)` or `varchar(n)`.
    Text {
        /// `char` or `varchar`.
        name: String,
        /// Characters at most.
        length: u32,
    },
    /// `array<…>`.
    Array(Box<HiveType>),
    /// `map<key, value>`.
    Map(Box<HiveType>, Box<HiveType>),
    /// `struct<name:type, …>`.
    Struct(Vec<Field>),
    /// `uniontype<…>`.
    Union(Vec<HiveType>),
    /// Anything else, as it stands.
    Unknown(String),
}

/// A field of a struct.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: HiveType,
    /// Its type as it stands in Glue.
    pub text: String,
}
