//! What must never be printed: keys, tokens, and the header that carries them.

/// Secrets of the tests are made up so that they hold one of these words.
const MARKS: [&str; 4] =
    ["not-a-real-", "sample-key-not-a-secret", "sample.bot.token", "sample.reader.token"];
/// Values of `Authorization`: as AWS signs, and before a token or key.
const SIGNED: &str = "AWS4-HMAC-SHA256";
const TOKEN_AFTER: [&str; 3] = ["authorization: ", "bearer ", "x-api-key: "];
/// Shorter words after `bearer` are prose.
const SHORTEST_TOKEN: usize = 16;

/// The lines, counted from 1, that hold a secret. They are not repeated.
pub fn lines_with_a_secret(printed: &str) -> Vec<usize> {
    let lines = printed.lines().enumerate();
    lines.filter(|(_, line)| holds_a_secret(line)).map(|(place, _)| place + 1).collect()
}

fn holds_a_secret(line: &str) -> bool {
    let lower = line.to_ascii_lowercase();
    MARKS.iter().any(|mark| lower.contains(mark))
        || line.contains(SIGNED)
        || TOKEN_AFTER.iter().any(|word| has_token_after(&lower, word))
}

fn has_token_after(lower: &str, word: &str) -> bool {
    let is_of_token = |c: char| c.is_ascii_alphanumeric() || "-_.+/=:".contains(c);
    lower
        .split(word)
        .skip(1)
        .any(|rest| rest.chars().take_while(|c| is_of_token(*c)).count() >= SHORTEST_TOKEN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_tokens_and_signatures_are_found_wherever_they_stand() {
        for line in [
            "error: key obviously-not-a-real-key-7c1f was refused",
            "Debug { secret: \"NOT-A-REAL-SECRET-access-key-55aa\" }",
            "-H 'x-api-key: 0123456789abcdef0123'",
            "Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.e30.x",
            "authorization=AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260801",
        ] {
            assert_eq!(lines_with_a_secret(&format!("before\n{line}\nafter")), [2], "{line}");
        }
    }

    #[test]
    fn prose_about_keys_is_no_secret() {
        let prose = "test the_key_is_carried_as_bearer_and_never_shown ... ok\n\
                     the catalog refused the key; a bearer token is needed\n\
                     x-api-key: ***";
        assert_eq!(lines_with_a_secret(prose), [0; 0]);
    }
}
