//! Plans one agreement, from the texts of the catalog to the text of the policy, as often as the
//! first argument says. Two counts of instructions, at different repetitions, give those of one plan
//! without those of starting a process.

use std::collections::BTreeMap;
use std::hint::black_box;

use anyhow::Context as _;
use domain::agreement::Agreement;
use domain::event::read_body;
use domain::ids::{AgreementId, PolicyName};
use domain::ledger::Occasion;
use domain::output_port::{DataAccess, Offer, Table};
use domain::plan::{Plan, Situation, Wanted, plan};
use domain::policy::{Document, Grant};
use domain::product::Product;
use domain::role_field::RoleField;
use time::macros::date;

const EVENT: &str = r#"{"specversion":"1.0","id":"1f0c0004-7a10-6c00-9d00-0242ac120004",
  "type":"com.entropy-data.events.AccessUpdatedEvent","source":"https://catalog.example.com",
  "subject":"acc-42","time":"2026-08-03T07:04:11.250Z","data":{"id":"acc-42"}}"#;
const AGREEMENT: &str = r#"{"id":"acc-42","info":{"active":true,"status":"approved","purpose":"churn"},
  "provider":{"dataProductId":"fulfillment","outputPortId":"stock"},
  "consumer":{"dataProductId":"churn"},"tags":["pii"],"custom":{"ticket":"1"}}"#;
const CONSUMER: &str = r#"{"dataProductSpecification":"0.0.1","id":"churn",
  "info":{"title":"Churn","owner":"insight"},"custom":{"aws-role-name":"churn"}}"#;
const PROVIDER: &str = r#"{"dataProductSpecification":"0.0.1","id":"fulfillment",
  "info":{"title":"Fulfillment","owner":"logistics"},"outputPorts":[
  {"id":"orders","custom":{"output-port-type":"s3_bucket","aws-s3-bucket-arn":"arn:aws:s3:::acme-orders"}},
  {"id":"stock","custom":{"output-port-type":"glue_table",
   "aws-glue-table-arn":"arn:aws:glue:eu-west-1:123456789012:table/fulfillment/stock",
   "aws-s3-folder-arn":"arn:aws:s3:::acme-lake/stock",
   "aws-athena-workgroup-arn":"arn:aws:athena:eu-west-1:123456789012:workgroup/consumers"}}]}"#;

fn main() -> anyhow::Result<()> {
    let times: usize = std::env::args().nth(1).context("how often to plan is missing")?.parse()?;
    for _ in 0..times {
        black_box(planned()?);
    }
    Ok(())
}

/// Everything of converging one agreement that is neither waiting nor speaking a protocol.
fn planned() -> anyhow::Result<(Plan, String)> {
    let hint = read_body(black_box(EVENT))?.context("the event changes no access")?;
    let agreement = Agreement::read(&hint.agreement, black_box(AGREEMENT), date!(2026 - 08 - 03))?;
    let grant = grant(&hint.agreement, &agreement)?;
    let text = grant.document.text();
    let occasion =
        Occasion { event_id: hint.event.to_string(), time: "2026-08-03T07:05:00Z".to_owned() };
    let situation = Situation {
        agreement: hint.agreement,
        wanted: Wanted::Grant(grant),
        recorded: None,
        found: BTreeMap::new(),
        shown: false,
        occasion,
    };
    Ok((plan(&situation), text))
}

fn grant(id: &AgreementId, agreement: &Agreement) -> anyhow::Result<Grant> {
    let consumer = agreement.consumer.product.as_ref().context("no consumer")?;
    let consumer = Product::read(consumer, black_box(CONSUMER))?;
    let role = RoleField::default().read(consumer.custom(), "the consumer");
    let role = role.map_err(|refused| anyhow::anyhow!("{refused}"))?.context("no role")?;
    let provider = agreement.provider.as_ref().context("no provider")?;
    let provider = Product::read(provider, black_box(PROVIDER))?;
    let port = agreement.output_port.as_deref().and_then(|port| provider.output_port(port));
    let port = port.context("no such port")?;
    let offer = Offer::read(&port.custom, "the port").map_err(|why| anyhow::anyhow!("{why}"))?;
    Ok(Grant {
        role: format!("arn:aws:iam::123456789012:role/{}", role.name()).parse()?,
        policy: PolicyName::of(id),
        document: Document::of(&access(offer)?, None),
        also_needed: Vec::new(),
        missed: domain::absence::MissedTables::new(),
    })
}

fn access(offer: Offer) -> anyhow::Result<DataAccess> {
    let Offer::Glue { tables, workgroup } = offer else { anyhow::bail!("not a table") };
    let tables = tables.try_mapped(|table| {
        let location = table.location.context("no location")?;
        anyhow::Ok(Table { arn: table.arn, location })
    })?;
    Ok(DataAccess::Glue { tables, workgroup })
}
