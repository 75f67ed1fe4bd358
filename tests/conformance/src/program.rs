//! One run against an account.

use std::io::Write as _;

use anyhow::Context as _;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};

use crate::account::Account;
use crate::arguments::Arguments;
use crate::facts;
use crate::names::Names;
use crate::read_only::{ReadOnly, announcement};
use crate::report::{Line, ask_about};

/// Says what will be asked, asks, and says what was answered; whether everything was as documented, as far as it
/// could be seen.
pub async fn run(arguments: &Arguments, suffix: &str) -> anyhow::Result<bool> {
    let names = Names {
        suffix: suffix.to_owned(),
        role: arguments.role_name.clone(),
        bucket: arguments.bucket.clone(),
    };
    let facts = facts::all();
    // On standard error, so that standard output holds nothing but findings.
    let mut said = vec!["these calls are made, each of which changes nothing:".to_owned()];
    said.extend(announcement(&facts, &names).iter().map(|line| format!("  {line}")));
    writeln!(anstream::stderr().lock(), "{}", said.join("\n")).context("standard error")?;
    let aws = configuration(arguments).await;
    let account = Account::new(&aws, arguments.endpoint_url.is_some());
    let mut subject = ReadOnly::of(account, names).await?;
    let lines = ask_about(&mut subject, &facts).await;
    say(&lines, arguments.json)?;
    Ok(!lines.iter().any(Line::differs))
}

fn say(lines: &[Line], as_json: bool) -> anyhow::Result<()> {
    let text = if as_json {
        serde_json::to_string_pretty(lines)?
    } else {
        lines.iter().map(Line::text).collect::<Vec<_>>().join("\n")
    };
    writeln!(anstream::stdout().lock(), "{text}").context("standard output cannot be written")
}

async fn configuration(arguments: &Arguments) -> SdkConfig {
    let http = aws_smithy_http_client::Builder::new();
    let tls = http.tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    let mut loader = aws_config::defaults(BehaviorVersion::latest()).http_client(tls);
    if let Some(profile) = &arguments.profile {
        loader = loader.profile_name(profile);
    }
    if let Some(region) = &arguments.region {
        loader = loader.region(Region::new(region.clone()));
    }
    if let Some(endpoint) = &arguments.endpoint_url {
        loader = loader.endpoint_url(endpoint);
    }
    loader.load().await
}
