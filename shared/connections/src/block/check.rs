//! What a field of a block may hold.

use clients::base_url::BaseUrl;

use super::BlockError;

/// `eu-central-1`, `us-gov-west-1`: two to four letters, words, a number.
pub(super) fn region(field: &'static str, text: &str) -> Result<(), BlockError> {
    if is_region(text) {
        return Ok(());
    }
    let found = text.to_owned();
    match region_of_zone(text) {
        Some(region) => Err(BlockError::Zone { field, found, region }),
        None => Err(BlockError::Region { field, found }),
    }
}

fn is_region(text: &str) -> bool {
    let mut parts: Vec<&str> = text.split('-').collect();
    let is_word = |part: &&str| (1..=12).contains(&part.len()) && all(part, u8::is_ascii_lowercase);
    let number = parts
        .pop()
        .is_some_and(|part| (1..=2).contains(&part.len()) && all(part, u8::is_ascii_digit));
    number && parts.len() >= 2 && parts.iter().all(is_word)
}

/// `eu-west-1a` lies in `eu-west-1`, `us-west-2-lax-1a` in `us-west-2`.
fn region_of_zone(text: &str) -> Option<String> {
    let zone = text.strip_suffix(|last: char| last.is_ascii_lowercase())?;
    if is_region(zone) {
        return Some(zone.to_owned());
    }
    let (rest, number) = zone.rsplit_once('-')?;
    let (region, _) = rest.rsplit_once('-')?;
    (all(number, u8::is_ascii_digit) && is_region(region)).then(|| region.to_owned())
}

fn all(text: &str, is_fit: fn(&u8) -> bool) -> bool {
    !text.is_empty() && text.bytes().all(|byte| is_fit(&byte))
}

/// Names of sessions and source identities, by STS's rule.
pub(super) fn name(field: &'static str, text: &str) -> Result<(), BlockError> {
    form(field, text, (64, "+ = , . @ -"), b"_+=,.@-")
}

/// External ids, by STS's rule.
pub(super) fn external_id(field: &'static str, text: &str) -> Result<(), BlockError> {
    form(field, text, (1224, "+ = , . @ : / -"), b"_+=,.@:/-")
}

fn form(
    field: &'static str,
    text: &str,
    (longest, others): (usize, &'static str),
    allowed: &[u8],
) -> Result<(), BlockError> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || allowed.contains(&byte);
    let is_fit = (2..=longest).contains(&text.len()) && text.bytes().all(fits);
    if is_fit { Ok(()) } else { Err(BlockError::Form { field, longest, others }) }
}

/// Ids of access keys.
pub(super) fn word(field: &'static str, text: &str) -> Result<(), BlockError> {
    holds(field, text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'))
}

/// Secret keys and tokens: whatever a header can carry that is not white space.
pub(super) fn graphic(field: &'static str, text: &str) -> Result<(), BlockError> {
    holds(field, text.bytes().all(|byte| byte.is_ascii_graphic()))
}

/// Names people give.
pub(super) fn printable(field: &'static str, text: &str) -> Result<(), BlockError> {
    holds(field, !text.contains(char::is_control) && text.trim() == text)
}

fn holds(field: &'static str, is_fit: bool) -> Result<(), BlockError> {
    if is_fit { Ok(()) } else { Err(BlockError::Character(field)) }
}

/// The rule for the catalog's address, without its words: they show the address.
pub(super) fn endpoint(text: &str) -> Result<(), BlockError> {
    text.parse::<BaseUrl>().map(|_| ()).map_err(|_| BlockError::Endpoint)
}
