//! How text from the catalog and from IAM is written into the page.
//!
//! askama calls [`Hostile`] for every expression of every template (see `askama.toml`), so nothing
//! depends on a template's author remembering it.

use std::fmt::{Result, Write};

use askama::filters::{Escaper, Html};

/// Escapes HTML, and makes characters visible that would change how their neighbours look.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hostile;

impl Escaper for Hostile {
    fn write_escaped_str<W: Write>(&self, mut dest: W, string: &str) -> Result {
        let mut rest = string;
        while let Some((at, character)) = rest.char_indices().find(|(_, c)| is_deceptive(*c)) {
            let (before, after) = rest.split_at(at);
            Html.write_escaped_str(&mut dest, before)?;
            write!(dest, "[U+{:04X}]", u32::from(character))?;
            rest = after.get(character.len_utf8()..).unwrap_or_default();
        }
        Html.write_escaped_str(dest, rest)
    }
}

/// Whether the character has no shape of its own, and a role or an agreement no business with it:
/// control characters, and those that turn the direction of what follows.
fn is_deceptive(character: char) -> bool {
    (character.is_control() && !matches!(character, '\n' | '\t'))
        || matches!(character,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn escaped(text: &str) -> String {
        let mut out = String::new();
        Hostile.write_escaped_str(&mut out, text).unwrap();
        out
    }

    #[test]
    fn markup_becomes_text() {
        assert_eq!(
            escaped("</script><img src=x onerror='alert(1)'>&\""),
            "&#60;/script&#62;&#60;img src=x onerror=&#39;alert(1)&#39;&#62;&#38;&#34;"
        );
    }

    #[test]
    fn a_character_that_turns_the_reading_direction_is_shown_as_its_number() {
        assert_eq!(escaped("churn\u{202e}nimda<"), "churn[U+202E]nimda&#60;");
    }

    #[test]
    fn a_control_character_is_shown_as_its_number() {
        assert_eq!(escaped("\0a\u{1b}[31m\r"), "[U+0000]a[U+001B][31m[U+000D]");
    }

    #[test]
    fn text_in_any_script_stays_as_it_is() {
        assert_eq!(escaped("طلبات · 注文 · zákazníci"), "طلبات · 注文 · zákazníci");
    }
}
