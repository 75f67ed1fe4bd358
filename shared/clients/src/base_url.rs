//! Where the catalog is, and the addresses of what is in it.

use std::str::FromStr;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::{Host, Url};

/// All but RFC 3986's unreserved characters: an id is one segment, whatever it holds.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Why a text is not the catalog's address.
#[derive(Debug, thiserror::Error)]
pub enum BaseUrlError {
    /// Not a URL.
    #[error("not a URL")]
    Form(#[source] url::ParseError),
    /// The API key would cross the network in clear text.
    #[error("{0:?} must begin with https:// (http:// only for this machine itself)")]
    NotSecure(String),
    /// A password in a URL ends in logs; a query cannot be extended by a path.
    #[error("the URL must hold neither user, password, query nor fragment")]
    Extra,
}

/// The catalog's base URL: https, or http to this machine only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl {
    url: Url,
}

impl FromStr for BaseUrl {
    type Err = BaseUrlError;

    fn from_str(text: &str) -> Result<Self, BaseUrlError> {
        let url = Url::parse(text).map_err(BaseUrlError::Form)?;
        let anonymous = url.username().is_empty() && url.password().is_none();
        if !anonymous || url.query().is_some() || url.fragment().is_some() {
            return Err(BaseUrlError::Extra);
        }
        let base = Self { url };
        match base.url.scheme() {
            "https" => Ok(base),
            "http" if base.is_loopback() => Ok(base),
            _ => Err(BaseUrlError::NotSecure(text.to_owned())),
        }
    }
}

impl BaseUrl {
    /// Whether it points to this machine.
    pub fn is_loopback(&self) -> bool {
        match self.url.host() {
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }

    /// The address of `segments` below the base; each segment is percent-encoded.
    pub fn below(&self, segments: &[&str]) -> Url {
        let mut url = self.url.clone();
        let mut path = url.path().trim_end_matches('/').to_owned();
        for segment in segments {
            path.push('/');
            path.extend(utf8_percent_encode(segment, SEGMENT));
        }
        url.set_path(&path);
        url
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn below(base: &str, segments: &[&str]) -> String {
        base.parse::<BaseUrl>().unwrap().below(segments).to_string()
    }

    #[test]
    fn the_key_never_leaves_in_clear_text() {
        for text in ["http://api.example.com", "http://10.0.0.1", "ftp://x", "api.example.com", ""]
        {
            assert!(text.parse::<BaseUrl>().is_err(), "{text}");
        }
        for text in [
            "https://api.example.com",
            "http://127.0.0.1:8080",
            "http://localhost:1",
            "http://[::1]:1",
        ] {
            assert!(text.parse::<BaseUrl>().is_ok(), "{text}");
        }
        assert!("https://user:pass@api.example.com".parse::<BaseUrl>().is_err());
        assert!("https://api.example.com/?x=1".parse::<BaseUrl>().is_err());
    }

    #[test]
    fn an_id_is_one_segment_whatever_it_holds() {
        let url = below("https://h/base/", &["api", "access", "urn:a b/ä?#%"]);
        assert_eq!(url, "https://h/base/api/access/urn%3Aa%20b%2F%C3%A4%3F%23%25");
        assert_eq!(below("https://h", &["api", "events"]), "https://h/api/events");
    }
}
