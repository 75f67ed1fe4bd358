//! What was asked, and with whose credentials.

use std::collections::{BTreeMap, VecDeque};

use axum::http::HeaderMap;
use serde_json::Value;

use crate::signature::Signature;

/// Calls that are kept; older ones are only counted.
const KEPT: usize = 10_000;

/// A call.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// Such as `GetTables`.
    pub action: String,
    /// What was sent.
    pub input: Value,
    /// The access key that signed.
    pub access_key: String,
    /// The region that was signed for.
    pub region: String,
    /// The token of temporary credentials.
    pub security_token: Option<String>,
}

impl Asked {
    /// Reads a request; `None` when it is not signed as requests to Glue are.
    pub(super) fn read(action: &str, input: Value, headers: &HeaderMap) -> Option<Self> {
        let signature = Signature::read(headers).filter(|signed| signed.service == "glue")?;
        let Signature { access_key, region, service: _, security_token } = signature;
        Some(Self { action: action.to_owned(), input, access_key, region, security_token })
    }
}

/// All that was asked so far.
#[derive(Debug, Default)]
pub(super) struct Record {
    newest: VecDeque<Asked>,
    counts: BTreeMap<String, usize>,
}

impl Record {
    pub(super) fn add(&mut self, asked: Asked) {
        let count = self.counts.entry(asked.action.clone()).or_default();
        *count = count.saturating_add(1);
        if self.newest.len() == KEPT {
            self.newest.pop_front();
        }
        self.newest.push_back(asked);
    }

    pub(super) fn newest(&self) -> Vec<Asked> {
        self.newest.iter().cloned().collect()
    }

    pub(super) fn count(&self, action: &str) -> usize {
        self.counts.get(action).copied().unwrap_or_default()
    }
}
