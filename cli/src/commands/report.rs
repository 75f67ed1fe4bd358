//! `report`: builds the access report on this machine, as `reconcile` does in AWS.

use std::fs;
use std::path::{Path, PathBuf};

use access::Mode;
use anyhow::Context as _;
use lambda::clock;
use report::Report;
use survey::{Asking, Circumstances, Remembered, report_of};
use time::OffsetDateTime;

use crate::Ended;
use crate::arguments::Report as Asked;
use crate::compared::picture;
use crate::connect::Connected;
use crate::screen::{progress, remark, say};

pub(crate) async fn run(
    asked: &Asked,
    connected: &Connected<'_>,
    now: OffsetDateTime,
) -> anyhow::Result<Ended> {
    let (survey, limit) = connected.survey().await?;
    let mode = connected.read(|settings| settings.optional("MODE", Mode::Apply))?;
    let bar = progress("roles looked at:");
    let picture = picture(&survey, None, now, &bar).await?;
    bar.finish_and_clear();
    let asking = Asking::of(&picture, limit, |_| false);
    let about = Circumstances { ended: clock::utc(), mode, asking: &asking, asked: false };
    // What was repaired since is known to the rounds of reconcile; here every difference is new.
    let (report, _) = report_of(&picture, &Remembered::default(), &about);
    let json = report.to_json()?;
    let folder = match (&asked.out, asked.form.json) {
        (Some(folder), _) => Some(folder.clone()),
        (None, false) => Some(PathBuf::from(".")),
        (None, true) => None,
    };
    let written = folder.map(|folder| write(&folder, &report, &json)).transpose()?;
    if asked.form.json {
        say(&json)?;
    } else {
        say(&summary(&report, &written.unwrap_or_default()))?;
    }
    for problem in &report.round.problems {
        remark(&format!("not everything could be looked at: {problem}"));
    }
    Ok(Ended::Well)
}

fn write(folder: &Path, report: &Report, json: &str) -> anyhow::Result<Vec<PathBuf>> {
    let html = report.to_html()?;
    let failed = |path: &Path| format!("{} cannot be written", path.display());
    fs::create_dir_all(folder).with_context(|| failed(folder))?;
    let mut written = Vec::new();
    for (name, text) in [("report.json", json), ("report.html", &html)] {
        let path = folder.join(name);
        fs::write(&path, text).with_context(|| failed(&path))?;
        written.push(path);
    }
    Ok(written)
}

fn summary(report: &Report, written: &[PathBuf]) -> String {
    let totals = &report.totals;
    let files: Vec<String> = written.iter().map(|path| path.display().to_string()).collect();
    format!(
        "{} agreements, {} of them active; {} grants on {} roles, {} as agreed; {} differences; \
         {} refused.\nWritten: {}",
        totals.agreements,
        totals.active,
        totals.grants,
        totals.roles,
        totals.as_agreed,
        totals.differences,
        totals.rejections,
        files.join(", ")
    )
}
