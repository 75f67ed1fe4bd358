//! Settings from environment variables. All that is wrong is said at once, by name.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::str::FromStr;

use crate::chain::Chain;

/// Every setting that is missing or malformed.
#[derive(Debug, PartialEq, Eq)]
pub struct SettingsError(Vec<String>);

impl SettingsError {
    /// What is wrong, one by one; each begins with the setting's name.
    pub fn problems(&self) -> &[String] {
        &self.0
    }
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of the settings cannot be used: {}", self.0.len(), self.0.join("; "))
    }
}

impl Error for SettingsError {}

/// The environment, and what was found wrong in it so far.
#[derive(Clone, Debug)]
pub struct Settings {
    variables: BTreeMap<String, String>,
    problems: Vec<String>,
}

impl Settings {
    /// The process's own environment. Variables that are not UTF-8 count as absent.
    pub fn from_env() -> Self {
        let known = std::env::vars_os();
        let text = known.filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?)));
        Self::from_variables(text)
    }

    /// The given variables.
    pub fn from_variables(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        Self { variables: variables.into_iter().collect(), problems: Vec::new() }
    }

    /// All of them, for documents that name some.
    pub fn variables(&self) -> &BTreeMap<String, String> {
        &self.variables
    }

    /// Whether a variable is set to anything.
    pub fn is_set(&self, name: &str) -> bool {
        self.text(name).is_some()
    }

    /// A setting without which the function cannot work.
    pub fn required<T: FromStr>(&mut self, name: &str) -> Option<T>
    where
        T::Err: Error,
    {
        if !self.is_set(name) {
            self.problems.push(format!("{name} is missing"));
        }
        self.parsed(name)
    }

    /// A setting with a default.
    pub fn optional<T: FromStr>(&mut self, name: &str, default: T) -> Option<T>
    where
        T::Err: Error,
    {
        if self.is_set(name) { self.parsed(name) } else { Some(default) }
    }

    /// A comma-separated list; absent is empty. White space around the entries does not count.
    pub fn list<T: FromStr>(&mut self, name: &str) -> Option<Vec<T>>
    where
        T::Err: Error,
    {
        let text = self.text(name).unwrap_or_default().to_owned();
        let entries = text.split(',').map(str::trim).filter(|entry| !entry.is_empty());
        let parsed: Result<Vec<T>, T::Err> = entries.map(str::parse).collect();
        parsed.map_err(|error| self.wrong(name, &error)).ok()
    }

    /// A list that must not be empty.
    pub fn required_list<T: FromStr>(&mut self, name: &str) -> Option<Vec<T>>
    where
        T::Err: Error,
    {
        let list = self.list(name)?;
        if list.is_empty() {
            self.problems.push(format!("{name} is missing"));
            return None;
        }
        Some(list)
    }

    /// What was built from the settings, or everything that is wrong with them.
    pub fn finish<T>(self, built: Option<T>) -> Result<T, SettingsError> {
        match built {
            Some(built) if self.problems.is_empty() => Ok(built),
            Some(_) | None => Err(SettingsError(self.problems)),
        }
    }

    /// An empty variable counts as absent: that is how deployment tools leave one out.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(|text| text.trim()).filter(|text| !text.is_empty())
    }

    fn parsed<T: FromStr>(&mut self, name: &str) -> Option<T>
    where
        T::Err: Error,
    {
        let parsed = self.text(name)?.parse();
        parsed.map_err(|error| self.wrong(name, &error)).ok()
    }

    fn wrong(&mut self, name: &str, error: &dyn Error) {
        self.problems.push(format!("{name}: {}", Chain(error)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(variables: &[(&str, &str)]) -> Settings {
        let owned = variables.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
        Settings::from_variables(owned)
    }

    #[test]
    fn all_that_is_wrong_is_said_at_once() {
        let mut settings = settings(&[("COUNT", "many"), ("EMPTY", " ")]);
        let a: Option<u32> = settings.required("COUNT");
        let b: Option<String> = settings.required("EMPTY");
        let c: Option<String> = settings.required("ABSENT");
        let error = settings.finish(a.zip(b).zip(c)).unwrap_err().to_string();
        let expected = "3 of the settings cannot be used: COUNT: invalid digit found in string; \
                        EMPTY is missing; ABSENT is missing";
        assert_eq!(error, expected);
    }

    #[test]
    fn defaults_and_lists() {
        let mut settings = settings(&[("LIST", "1, 2,,3 ")]);
        assert_eq!(settings.optional("ABSENT", 300), Some(300));
        assert_eq!(settings.list::<u32>("LIST"), Some(vec![1, 2, 3]));
        assert_eq!(settings.list::<u32>("ABSENT"), Some(vec![]));
        assert_eq!(settings.required_list::<u32>("ABSENT"), None);
        assert!(settings.finish(Some(())).is_err());
    }
}
