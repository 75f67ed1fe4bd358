//! Text that does not show itself.

use std::fmt;

/// A secret key, a session token, a password. `Debug` prints `***`; there is neither `Display` nor
/// `Serialize`, so that it reaches a log or a document only where somebody wrote [`Hidden::reveal`].
#[derive(Clone, PartialEq, Eq)]
pub struct Hidden(String);

impl Hidden {
    /// Hides `text`.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The text itself: for signing, and for whoever has to be told the secret.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c8_a_hidden_text_is_three_stars_in_debug_output() {
        let hidden = Hidden::new("LEAK".to_owned());
        assert_eq!(format!("{hidden:?} {:?}", Some(&hidden)), "*** Some(***)");
        assert_eq!(hidden.reveal(), "LEAK");
    }
}
