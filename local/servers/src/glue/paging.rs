//! Lists, page by page, with tokens nobody can read anything from.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use serde_json::{Map, Value, json};

use super::refusal::Refusal;

/// What a list is asked with.
pub(super) struct List<'a> {
    /// The action.
    pub(super) action: &'a str,
    /// Whose list: the database, job or workflow; empty where there is only one.
    pub(super) of: &'a str,
    /// The field of the answer that holds the list.
    pub(super) field: &'a str,
    /// The most that `MaxResults` may say.
    pub(super) limit: usize,
    /// What was sent.
    pub(super) input: &'a Value,
    /// Tokens of other times are not valid.
    pub(super) time: u64,
}

impl List<'_> {
    /// The page asked for; `some` gives so many things from a place on.
    pub(super) fn page(
        &self,
        total: usize,
        some: impl FnOnce(usize, usize) -> Vec<Value>,
    ) -> Result<Value, Refusal> {
        let size = self.size()?;
        let from = self.from()?;
        let items = some(from, size);
        let end = from.saturating_add(items.len());
        let mut answer = Map::new();
        answer.insert(self.field.to_owned(), Value::Array(items));
        if end < total {
            answer.insert("NextToken".to_owned(), json!(self.token(end)));
        }
        Ok(Value::Object(answer))
    }

    fn size(&self) -> Result<usize, Refusal> {
        let limit = self.limit;
        let Some(asked) = self.input.get("MaxResults").filter(|asked| !asked.is_null()) else {
            return Ok(limit.min(100));
        };
        let size = asked.as_u64().and_then(|size| usize::try_from(size).ok());
        size.filter(|size| (1..=limit).contains(size)).ok_or_else(|| {
            Refusal::invalid(&format!(
                "1 validation error detected: Value '{asked}' at 'maxResults' failed to satisfy \
                 constraint: Member must have value less than or equal to {limit}"
            ))
        })
    }

    fn from(&self) -> Result<usize, Refusal> {
        match self.input.get("NextToken").and_then(Value::as_str) {
            None => Ok(0),
            Some(token) => self.place(token).ok_or_else(|| {
                Refusal::of("InvalidInputException", "The pagination token is not valid.")
            }),
        }
    }

    fn token(&self, place: usize) -> String {
        let key = self.key();
        let place = u64::try_from(place).unwrap_or(u64::MAX);
        format!("{key:016x}{:016x}", key.rotate_left(32) ^ place)
    }

    fn place(&self, token: &str) -> Option<usize> {
        let (key, place) = token.split_at_checked(16)?;
        let (key, place) =
            (u64::from_str_radix(key, 16).ok()?, u64::from_str_radix(place, 16).ok()?);
        let place = usize::try_from(place ^ key.rotate_left(32)).ok()?;
        (key == self.key()).then_some(place)
    }

    fn key(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (self.action, self.of, self.time).hash(&mut hasher);
        hasher.finish()
    }
}
