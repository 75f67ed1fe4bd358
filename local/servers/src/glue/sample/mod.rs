//! An invented account: a shop's sales and its logistics.

mod pipelines;
mod tables;

use super::Account;

/// Two databases, the workflow `nightly_sales` with three runs (one succeeded, one failed, one goes
/// on at `now_epoch_seconds`), a visual job outside of it, a schedule and a crawler; tagged with the
/// team that owns them.
pub fn sample(account: &str, region: &str, now_epoch_seconds: i64) -> Account {
    let mut sample = Account::empty(account);
    tables::add(&mut sample);
    pipelines::add(&mut sample);
    pipelines::add_runs(&mut sample, now_epoch_seconds);
    for (resource, team) in [
        ("workflow/nightly_sales", "checkout"),
        ("job/load_orders", "checkout"),
        ("job/orders_daily", "customer-insight"),
        ("trigger/nightly_sales_start", "checkout"),
        ("crawler/sales_lake", "checkout"),
    ] {
        let arn = format!("arn:aws:glue:{region}:{account}:{resource}");
        sample.tags.insert(arn, [("team".to_owned(), team.to_owned())].into());
    }
    sample
}
