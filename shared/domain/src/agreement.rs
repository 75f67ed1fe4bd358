//! A data usage agreement ("access") as the catalog describes it.

use std::str::FromStr;

use serde::Deserialize;
use time::Date;
use time::format_description::well_known::Iso8601;

use crate::ids::{AgreementId, IdError, MemberId, ProductId, TeamId};

/// Why the catalog's answer is not the agreement that was asked for.
#[derive(Debug, thiserror::Error)]
pub enum AgreementError {
    /// Not JSON, or a field of the wrong type.
    #[error("the agreement is not of the expected form")]
    Form(#[source] serde_json::Error),
    /// Its id cannot be asked for.
    #[error("the agreement's id cannot be used")]
    Unusable(#[source] IdError),
    /// Another agreement, or none.
    #[error("asked for agreement {asked}, got {got:?}")]
    Id {
        /// The agreement that was asked for.
        asked: AgreementId,
        /// What stands in `id` or `info.id`.
        got: Option<String>,
    },
}

/// What the catalog says about an agreement's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activity {
    /// The consumer may read now.
    Active,
    /// Requested, rejected, not yet begun or ended.
    Inactive,
    /// Very old servers say nothing; the event's own verb decides.
    Unstated,
}

/// The parts of an agreement that decide about access.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreement {
    /// Whether the consumer may read now.
    pub activity: Activity,
    /// Who may read.
    pub consumer: Consumer,
    /// The providing data product, unless it was deleted.
    pub provider: Option<ProductId>,
    /// The output port, by id or name.
    pub output_port: Option<String>,
    /// The last day, as the catalog spells it.
    pub ends: Option<String>,
}

/// Who an agreement is for. A data product is named with its team; the others stand alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Consumer {
    /// The consuming data product.
    pub product: Option<ProductId>,
    /// The consuming team, or the team of the consuming data product.
    pub team: Option<TeamId>,
    /// The consuming person.
    pub member: Option<MemberId>,
    /// Whether a consumer is named that cannot be asked for: nobody else inherits what is its own.
    pub is_unusable: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    id: Option<String>,
    info: Option<Info>,
    provider: Option<Provider>,
    consumer: Option<Named>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Info {
    id: Option<String>,
    status: Option<String>,
    active: Option<bool>,
    start_date: Option<String>,
    end_date: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Provider {
    data_product_id: Option<String>,
    output_port_id: Option<String>,
}

#[derive(Default, Deserialize)]
struct Named {
    #[serde(rename = "dataProductId")]
    product: Option<String>,
    #[serde(rename = "teamId")]
    team: Option<String>,
    #[serde(rename = "userId")]
    user: Option<String>,
}

impl Named {
    fn read(self) -> Consumer {
        let (product, team, user) = (stated(self.product), stated(self.team), stated(self.user));
        let named = [product.is_some(), team.is_some(), user.is_some()];
        let consumer = Consumer {
            product: product.and_then(|id| id.parse().ok()),
            team: team.and_then(|id| id.parse().ok()),
            member: user.and_then(|id| id.parse().ok()),
            is_unusable: false,
        };
        let read = [consumer.product.is_some(), consumer.team.is_some(), consumer.member.is_some()];
        Consumer { is_unusable: named != read, ..consumer }
    }
}

impl Agreement {
    /// Reads an entry of the catalog's list: which agreement it is, and what it says.
    pub fn listed(json: &str, today: Date) -> Result<(AgreementId, Self), AgreementError> {
        let document: Document = serde_json::from_str(json).map_err(AgreementError::Form)?;
        let id = document.id.or_else(|| document.info?.id).unwrap_or_default();
        let id: AgreementId = id.parse().map_err(AgreementError::Unusable)?;
        let agreement = Self::read(&id, json, today)?;
        Ok((id, agreement))
    }

    /// Which agreement an entry of the catalog's list is, whatever else is wrong with it.
    pub fn id_of(json: &str) -> Option<AgreementId> {
        let document: serde_json::Value = serde_json::from_str(json).ok()?;
        let id = document.get("id").or_else(|| document.get("info")?.get("id"))?;
        id.as_str()?.parse().ok()
    }

    /// Reads the catalog's JSON. `today` (UTC) counts only where the server states no `active`.
    pub fn read(asked: &AgreementId, json: &str, today: Date) -> Result<Self, AgreementError> {
        let document: Document = serde_json::from_str(json).map_err(AgreementError::Form)?;
        let info = document.info.unwrap_or_default();
        let provider = document.provider.unwrap_or_default();
        let consumer = document.consumer.unwrap_or_default();
        let got = document.id.as_deref().or(info.id.as_deref());
        if got != Some(asked.as_str()) {
            return Err(AgreementError::Id { asked: asked.clone(), got: got.map(str::to_owned) });
        }
        Ok(Self {
            activity: info.activity(today),
            consumer: consumer.read(),
            provider: named(provider.data_product_id),
            output_port: stated(provider.output_port_id),
            ends: stated(info.end_date.clone()),
        })
    }
}

impl Info {
    fn activity(&self, today: Date) -> Activity {
        let status = self.status.as_deref().map(str::to_ascii_lowercase);
        let granted = match (self.active, status.as_deref()) {
            // A refused agreement is refused, whatever a stale flag says: too little is the safe side.
            (_, Some("rejected")) => false,
            (Some(active), _) => active,
            (None, Some("approved" | "active")) => self.is_in_term(today),
            (None, Some(_)) => false,
            (None, None) => return Activity::Unstated,
        };
        if granted { Activity::Active } else { Activity::Inactive }
    }

    /// A date that cannot be read counts as outside the term.
    fn is_in_term(&self, today: Date) -> bool {
        let date = |text: &str| Date::parse(text.get(..10).unwrap_or(text), &Iso8601::DATE).ok();
        let begun = self.start_date.as_deref().is_none_or(|d| date(d).is_some_and(|d| d <= today));
        let lasting = self.end_date.as_deref().is_none_or(|d| date(d).is_some_and(|d| today <= d));
        begun && lasting
    }
}

/// The catalog writes `"unknown"` where it means nothing.
fn stated(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty() && text != "unknown")
}

fn named<T: FromStr>(id: Option<String>) -> Option<T> {
    stated(id)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use time::Month;

    use super::*;

    fn read(document: &serde_json::Value) -> Result<Agreement, AgreementError> {
        let today = Date::from_calendar_date(2026, Month::August, 1).unwrap();
        Agreement::read(&"acc-42".parse().unwrap(), &document.to_string(), today)
    }

    fn activity(info: &serde_json::Value) -> Activity {
        read(&json!({"id": "acc-42", "info": info})).unwrap().activity
    }

    #[test]
    fn the_active_flag_decides_where_there_is_one() {
        assert_eq!(activity(&json!({"active": true, "status": "approved"})), Activity::Active);
        assert_eq!(activity(&json!({"active": false, "status": "approved"})), Activity::Inactive);
        assert_eq!(activity(&json!({"active": true, "status": "rejected"})), Activity::Inactive);
    }

    #[test]
    fn without_a_flag_the_status_and_the_dates_decide() {
        assert_eq!(activity(&json!({"status": "requested"})), Activity::Inactive);
        assert_eq!(activity(&json!({"status": "approved"})), Activity::Active);
        let begun =
            json!({"status": "approved", "startDate": "2026-08-01", "endDate": "2026-08-01"});
        assert_eq!(activity(&begun), Activity::Active);
        let ahead = json!({"status": "approved", "startDate": "2026-08-02"});
        assert_eq!(activity(&ahead), Activity::Inactive);
        let over = json!({"status": "approved", "endDate": "2026-07-31T10:00:00Z"});
        assert_eq!(activity(&over), Activity::Inactive);
        let unreadable = json!({"status": "approved", "startDate": "soon"});
        assert_eq!(activity(&unreadable), Activity::Inactive);
    }

    #[test]
    fn a_very_old_server_states_neither() {
        assert_eq!(activity(&json!({"purpose": "x"})), Activity::Unstated);
    }

    #[test]
    fn the_id_may_stand_at_the_top_or_in_info() {
        assert!(read(&json!({"id": "acc-42"})).is_ok());
        assert!(read(&json!({"info": {"id": "acc-42"}})).is_ok());
        assert!(matches!(read(&json!({"id": "acc-43"})), Err(AgreementError::Id { .. })));
        assert!(matches!(read(&json!({})), Err(AgreementError::Id { .. })));
        assert!(matches!(read(&json!([])), Err(AgreementError::Form(_))));
    }

    #[test]
    fn unknown_empty_and_missing_all_mean_absent() {
        for consumer in
            [json!({"dataProductId": "unknown", "userId": null}), json!({"teamId": " "}), json!({})]
        {
            let read = read(&json!({"id": "acc-42", "consumer": consumer})).unwrap();
            assert_eq!(read.consumer, Consumer::default());
        }
    }
}
