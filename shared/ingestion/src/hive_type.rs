//! Reads and prints Hive's column types, such as `struct<id:bigint,tags:array<string>>`.
//!
//! The text comes from whoever wrote the table: nothing in it fails, what is not understood stays
//! [`HiveType::Unknown`] where it stands and spoils nothing around it.

use std::fmt;

use crate::model::{Field, HiveType};

/// Levels below which types are not taken apart any more.
const DEEPEST: usize = 64;
/// Hive's own digits for a `decimal` that names none.
const DECIMAL: HiveType = HiveType::Decimal { precision: 10, scale: 0 };
const PLAIN: [&str; 16] = [
    "bigint",
    "binary",
    "boolean",
    "date",
    "double",
    "float",
    "int",
    "interval_day_time",
    "interval_year_month",
    "smallint",
    "string",
    "time",
    "timestamp",
    "timestamptz",
    "tinyint",
    "void",
];

impl HiveType {
    /// What `text` says. Names of types may be upper or lower case and stand between blanks; names of
    /// fields stay as they are. Synonyms become Hive's own word (`integer` is `int`).
    pub fn parse(text: &str) -> Self {
        parse(text.trim(), DEEPEST)
    }
}

fn parse(text: &str, levels: usize) -> HiveType {
    let read = match text.find(['<', '(']) {
        None => simple(text),
        Some(at) => text.split_at_checked(at).and_then(|(name, rest)| {
            let name = name.trim_end().to_ascii_lowercase();
            match (rest.strip_prefix('('), rest.strip_prefix('<')) {
                (Some(inner), _) => sized(&name, inner.strip_suffix(')')?),
                (None, Some(inner)) => nested(&name, inner.strip_suffix('>')?, levels),
                (None, None) => None,
            }
        }),
    };
    read.unwrap_or_else(|| HiveType::Unknown(text.to_owned()))
}

fn simple(text: &str) -> Option<HiveType> {
    let name = text.to_ascii_lowercase();
    let name = match name.as_str() {
        "bool" => "boolean",
        "integer" => "int",
        "real" => "float",
        "double precision" => "double",
        "decimal" | "dec" | "numeric" => return Some(DECIMAL),
        other => other,
    };
    PLAIN.contains(&name).then(|| HiveType::Plain(name.to_owned()))
}

fn sized(name: &str, inner: &str) -> Option<HiveType> {
    let number = |text: &str| text.trim().parse::<u32>().ok();
    match (name, inner.split_once(',')) {
        ("decimal" | "dec" | "numeric", Some((precision, scale))) => {
            Some(HiveType::Decimal { precision: number(precision)?, scale: number(scale)? })
        }
        ("decimal" | "dec" | "numeric", None) => {
            Some(HiveType::Decimal { precision: number(inner)?, scale: 0 })
        }
        ("char" | "varchar", None) => {
            Some(HiveType::Text { name: name.to_owned(), length: number(inner)? })
        }
        _ => None,
    }
}

fn nested(name: &str, inner: &str, levels: usize) -> Option<HiveType> {
    let levels = levels.checked_sub(1)?;
    let parts = split(inner)?;
    let boxed = |part: &Part<'_>| Box::new(parse(part.text.trim(), levels));
    match (name, parts.as_slice()) {
        ("array", [item]) => Some(HiveType::Array(boxed(item))),
        ("map", [key, value]) => Some(HiveType::Map(boxed(key), boxed(value))),
        ("uniontype", [_, ..]) => Some(HiveType::Union(
            parts.iter().map(|part| parse(part.text.trim(), levels)).collect(),
        )),
        // A crawler that saw `{}` writes a struct without fields.
        ("struct", [only]) if only.text.trim().is_empty() => Some(HiveType::Struct(Vec::new())),
        ("struct", [_, ..]) => {
            let fields: Option<Vec<Field>> = parts.iter().map(|part| field(part, levels)).collect();
            fields.map(HiveType::Struct)
        }
        _ => None,
    }
}

fn field(part: &Part<'_>, levels: usize) -> Option<Field> {
    // Types have their colons inside brackets: the last one outside ends the name, which may hold
    // others (`xsi:type:string`).
    let (name, text) = part.text.split_at_checked(part.colon?)?;
    let name = unquoted(name.trim())?;
    let text = text.strip_prefix(':')?.trim();
    Some(Field { name, kind: parse(text, levels), text: text.to_owned() })
}

fn unquoted(name: &str) -> Option<String> {
    let plain = match name.strip_prefix('`') {
        Some(quoted) => quoted.strip_suffix('`')?.replace("``", "`"),
        None => name.to_owned(),
    };
    (!plain.is_empty()).then_some(plain)
}

/// A piece between two commas outside brackets, and where its last colon outside brackets is.
struct Part<'a> {
    text: &'a str,
    colon: Option<usize>,
}

/// Cuts at commas outside brackets and back quotes; `None` where brackets do not match.
fn split(text: &str) -> Option<Vec<Part<'_>>> {
    let mut parts = Vec::new();
    let mut open = Vec::new();
    let (mut begin, mut colon, mut quoted) = (0, None, false);
    for (at, letter) in text.char_indices() {
        match letter {
            '`' => quoted = !quoted,
            _ if quoted => {}
            '<' => open.push('>'),
            '(' => open.push(')'),
            '[' => open.push(']'),
            '{' => open.push('}'),
            '>' | ')' | ']' | '}' if open.pop() != Some(letter) => return None,
            ':' if open.is_empty() => colon = at.checked_sub(begin),
            ',' if open.is_empty() => {
                parts.push(Part { text: text.get(begin..at)?, colon: colon.take() });
                begin = at.checked_add(1)?;
            }
            _ => {}
        }
    }
    parts.push(Part { text: text.get(begin..)?, colon });
    (open.is_empty() && !quoted).then_some(parts)
}

impl fmt::Display for HiveType {
    /// As Hive writes it: [`HiveType::parse`] reads it back.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain(text) | Self::Unknown(text) => f.write_str(text),
            Self::Decimal { precision, scale } => write!(f, "decimal({precision},{scale})"),
            Self::Text { name, length } => write!(f, "{name}({length})"),
            Self::Array(item) => write!(f, "array<{item}>"),
            Self::Map(key, value) => write!(f, "map<{key},{value}>"),
            Self::Struct(fields) => separated(f, "struct", fields),
            Self::Union(kinds) => separated(f, "uniontype", kinds),
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, kind, text: _ } = self;
        if name.chars().all(|letter| letter.is_alphanumeric() || letter == '_') {
            write!(f, "{name}:{kind}")
        } else {
            write!(f, "`{}`:{kind}", name.replace('`', "``"))
        }
    }
}

fn separated<T: fmt::Display>(f: &mut fmt::Formatter<'_>, name: &str, parts: &[T]) -> fmt::Result {
    write!(f, "{name}<")?;
    for (position, part) in parts.iter().enumerate() {
        let comma = if position == 0 { "" } else { "," };
        write!(f, "{comma}{part}")?;
    }
    f.write_str(">")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn plain(name: &str) -> HiveType {
        HiveType::Plain(name.to_owned())
    }

    fn field_of(name: &str, text: &str) -> Field {
        Field { name: name.to_owned(), kind: HiveType::parse(text), text: text.to_owned() }
    }

    #[test]
    fn a_plain_type_is_known_in_any_case_and_between_blanks() {
        assert_eq!(HiveType::parse(" BigInt "), plain("bigint"));
        assert_eq!(HiveType::parse("integer"), plain("int"));
        assert_eq!(HiveType::parse("bool"), plain("boolean"));
    }

    #[test]
    fn the_comma_of_a_decimal_separates_nothing_else() {
        let read = HiveType::parse("map<string,decimal(38, 18)>");
        let value = HiveType::Decimal { precision: 38, scale: 18 };
        assert_eq!(read, HiveType::Map(Box::new(plain("string")), Box::new(value)));
        assert_eq!(HiveType::parse("decimal"), DECIMAL);
    }

    #[test]
    fn a_text_type_knows_its_length() {
        let text = |name: &str, length| HiveType::Text { name: name.to_owned(), length };
        assert_eq!(HiveType::parse("VARCHAR( 20 )"), text("varchar", 20));
        assert_eq!(HiveType::parse("char(3)"), text("char", 3));
    }

    #[test]
    fn a_struct_keeps_its_fields_in_order_with_their_names_as_they_are() {
        let read = HiveType::parse("STRUCT<Id: bigint, tags:array<string>>");
        let fields = vec![field_of("Id", "bigint"), field_of("tags", "array<string>")];
        assert_eq!(read, HiveType::Struct(fields));
    }

    #[test]
    fn a_union_inside_a_struct_spoils_nothing() {
        let read = HiveType::parse("struct<a:uniontype<int,array<string>>,b:date>");
        let fields = vec![field_of("a", "uniontype<int,array<string>>"), field_of("b", "date")];
        assert!(matches!(&fields[0].kind, HiveType::Union(kinds) if kinds.len() == 2));
        assert_eq!(read, HiveType::Struct(fields));
    }

    #[test]
    fn a_back_quoted_name_may_hold_anything() {
        let read = HiveType::parse("struct<`a:b,<c``>`:int>");
        assert_eq!(read, HiveType::Struct(vec![field_of("a:b,<c`>", "int")]));
    }

    #[test]
    fn a_name_with_a_colon_ends_at_the_last_one() {
        let read = HiveType::parse("struct<xsi:type:string>");
        assert_eq!(read, HiveType::Struct(vec![field_of("xsi:type", "string")]));
    }

    #[test]
    fn what_is_not_understood_stays_as_it_stands() {
        for text in [
            "",
            "geometry",
            "array<int",
            "array<int>>",
            "map<int>",
            "array<int>,array<int>",
            "struct<a>",
            "struct<:int>",
            "struct<`a:int>",
            "varchar",
            "decimal(99999999999)",
            "array<(>)",
        ] {
            assert_eq!(HiveType::parse(text), HiveType::Unknown(text.to_owned()));
        }
        let read = HiveType::parse("array<Geometry>");
        assert_eq!(read, HiveType::Array(Box::new(HiveType::Unknown("Geometry".to_owned()))));
    }

    #[test]
    fn a_struct_without_fields_is_one() {
        assert_eq!(HiveType::parse("struct<>"), HiveType::Struct(Vec::new()));
    }

    #[test]
    fn types_are_not_taken_apart_without_end() {
        let levels = 5_000;
        let text = format!("{}int{}", "array<".repeat(levels), ">".repeat(levels));
        let mut read = &HiveType::parse(&text);
        let mut depth = 0;
        while let HiveType::Array(item) = read {
            read = item;
            depth += 1;
        }
        assert_eq!(depth, DEEPEST);
        assert!(matches!(read, HiveType::Unknown(_)));
    }

    fn any_type() -> impl Strategy<Value = HiveType> {
        let leaf = prop_oneof![
            proptest::sample::select(PLAIN.as_slice()).prop_map(plain),
            any::<(u32, u32)>()
                .prop_map(|(precision, scale)| HiveType::Decimal { precision, scale }),
            (proptest::sample::select(vec!["char", "varchar"]), any::<u32>())
                .prop_map(|(name, length)| HiveType::Text { name: name.to_owned(), length }),
            Just(HiveType::Unknown("geometry(4326)".to_owned())),
        ];
        leaf.prop_recursive(6, 48, 5, |inner| {
            let field = ("\\PC{1,8}|[ `:,<>(){}]{1,4}", inner.clone())
                .prop_map(|(name, kind)| Field { name, text: kind.to_string(), kind });
            prop_oneof![
                inner.clone().prop_map(|item| HiveType::Array(Box::new(item))),
                (inner.clone(), inner.clone())
                    .prop_map(|(key, value)| HiveType::Map(Box::new(key), Box::new(value))),
                prop::collection::vec(field, 0..5).prop_map(HiveType::Struct),
                prop::collection::vec(inner, 1..5).prop_map(HiveType::Union),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_printed_type_is_read_back(kind in any_type()) {
            prop_assert_eq!(HiveType::parse(&kind.to_string()), kind);
        }

        #[test]
        fn no_text_makes_it_panic(text in "[a-z`:,<>(){}\\[\\] ä0-9]{0,60}|\\PC{0,40}") {
            HiveType::parse(&text);
        }

        #[test]
        fn no_text_that_nearly_is_a_type_makes_it_panic(
            text in "(array<|map<|struct<|uniontype<|`?[a-zé]:|,|decimal\\([0-9],?|int|[>)`]){0,30}"
        ) {
            HiveType::parse(&text);
        }
    }
}
