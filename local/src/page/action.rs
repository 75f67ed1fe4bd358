//! What a person may do with an agreement on the page, and what that does to the catalog.

use serde_json::{Map, Value, json};

use super::consumer::Consumer;
use crate::{
    catalog::{Catalog, Decision},
    demo::sample,
};

/// One button.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// The provider agrees.
    Approve,
    /// The provider refuses.
    Reject,
    /// An approved agreement that its dates keep from being active gets dates that do not.
    Activate,
    /// The agreement ends today.
    End,
    /// The catalog forgets it.
    Delete,
    /// An agreement of the sample that was deleted is asked for once more.
    AskAgain,
    /// Its consumer names another role.
    SetRole,
}

/// Why nothing was done.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// There is nothing of that name.
    Unknown(String),
    /// What was sent with the request is not what the action needs.
    Unusable(String),
    /// It makes no sense as the agreement is now.
    NotNow(String),
}

impl Action {
    const ALL: [Self; 7] = [
        Self::Approve,
        Self::Reject,
        Self::Activate,
        Self::End,
        Self::Delete,
        Self::AskAgain,
        Self::SetRole,
    ];

    /// Its part of the address.
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Reject => "reject",
            Self::Activate => "activate",
            Self::End => "end",
            Self::Delete => "delete",
            Self::AskAgain => "ask-again",
            Self::SetRole => "role",
        }
    }

    /// The words on the button.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Approve => "Approve",
            Self::Reject => "Reject",
            Self::Activate => "Activate",
            Self::End => "End",
            Self::Delete => "Delete",
            Self::AskAgain => "Ask again",
            Self::SetRole => "Edit role…",
        }
    }

    /// The action with that part of an address.
    pub(super) fn at(path: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.path() == path)
    }

    /// Everything that makes sense now, in the order of the buttons. `shown` is the agreement as the
    /// catalog shows it, if there is one.
    pub(super) fn suitable(id: &str, shown: Option<&Value>) -> Vec<Self> {
        Self::ALL.into_iter().filter(|action| action.suits(id, shown)).collect()
    }

    fn suits(self, id: &str, shown: Option<&Value>) -> bool {
        let Some(shown) = shown else { return self == Self::AskAgain && is_of_sample(id) };
        let status = shown.pointer("/info/status").and_then(Value::as_str).unwrap_or_default();
        let active = shown.pointer("/info/active").and_then(Value::as_bool).unwrap_or_default();
        match self {
            Self::Approve => status != "approved",
            Self::Reject => status == "requested",
            Self::Activate => status == "approved" && !active,
            Self::End => active,
            Self::Delete => true,
            Self::AskAgain => false,
            Self::SetRole => Consumer::of(shown).is_some(),
        }
    }

    /// Does it, and says in a sentence what was done. `body` is what came with the request.
    pub(super) fn carry_out(
        self,
        catalog: &Catalog,
        id: &str,
        body: &Value,
        today: &str,
    ) -> Result<String, Refused> {
        let shown = catalog.agreement(id);
        if shown.is_none() && !is_of_sample(id) {
            return Err(Refused::Unknown(format!("There is no agreement {id}.")));
        }
        if !self.suits(id, shown.as_ref()) {
            let (label, state) = (self.label(), in_words(shown.as_ref()));
            return Err(Refused::NotNow(format!("{label}: not now, {id} is {state}.")));
        }
        match self {
            Self::Approve => drop(catalog.decide(id, Decision::Approve)),
            Self::Reject => drop(catalog.decide(id, Decision::Reject)),
            Self::End => drop(catalog.decide(id, Decision::Cancel)),
            Self::Delete => drop(catalog.delete_agreement(id)),
            Self::Activate => sample::edit(catalog, id, |document| let_run(document, today)),
            Self::AskAgain => ask_again(catalog, id),
            Self::SetRole => return set_role(catalog, shown.as_ref(), body),
        }
        Ok(format!("{id} is now {}.", in_words(catalog.agreement(id).as_ref())))
    }
}

/// `approved and active`, or what else the catalog says.
pub(super) fn in_words(shown: Option<&Value>) -> String {
    let Some(shown) = shown else { return "deleted".to_owned() };
    let status = shown.pointer("/info/status").and_then(Value::as_str).unwrap_or("undecided");
    match (status, shown.pointer("/info/active").and_then(Value::as_bool)) {
        ("approved", Some(true)) => "approved and active".to_owned(),
        ("approved", _) => "approved, not active".to_owned(),
        (other, _) => other.to_owned(),
    }
}

fn is_of_sample(id: &str) -> bool {
    sample::AGREEMENTS.iter().any(|(known, ..)| *known == id)
}

/// The end date itself is no longer part of the time.
fn let_run(document: &mut Map<String, Value>, today: &str) {
    let Some(info) = document.get_mut("info").and_then(Value::as_object_mut) else { return };
    let date = |name: &str| info.get(name).and_then(Value::as_str);
    let (begun, over) = (
        date("startDate").is_some_and(|start| start <= today),
        date("endDate").is_some_and(|end| end <= today),
    );
    if !begun {
        info.insert("startDate".to_owned(), json!(today));
    }
    if over {
        info.remove("endDate");
    }
}

fn ask_again(catalog: &Catalog, id: &str) {
    let known = sample::AGREEMENTS.iter().find(|(known, ..)| *known == id);
    if let Some((id, product, port, consumer)) = known {
        catalog.put_agreement(id, sample::agreement(id, (product, port), *consumer));
    }
}

fn set_role(catalog: &Catalog, shown: Option<&Value>, body: &Value) -> Result<String, Refused> {
    let role = body.get("role").and_then(Value::as_str).unwrap_or_default().trim();
    if role.is_empty() {
        return Err(Refused::Unusable("Which role? A name or an ARN is needed.".to_owned()));
    }
    let consumer = shown.and_then(Consumer::of);
    let consumer = consumer.ok_or_else(|| {
        Refused::Unknown("The agreement names no consumer whose role could be edited.".to_owned())
    })?;
    let named = format!("{} {}", consumer.noun(), consumer.id);
    if !consumer.set_role(catalog, role) {
        return Err(Refused::Unknown(format!("The catalog does not know the {named}.")));
    }
    let mut text = format!("The {named} now names role {role}.");
    if !consumer.is_followed(catalog) {
        for id in agreements_of(catalog, &consumer) {
            sample::edit(catalog, &id, |_| {});
        }
        text.push_str(" Its agreements were saved too: the feed alone would not lead to them.");
    }
    Ok(text)
}

/// The ids of all agreements of a consumer.
pub(super) fn agreements_of(catalog: &Catalog, consumer: &Consumer) -> Vec<String> {
    let all = catalog.agreements();
    let same = all.iter().filter(|one| Consumer::of(one).as_ref() == Some(consumer));
    same.filter_map(|one| one.get("id")?.as_str().map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{catalog::Generation, demo};

    const ID: &str = "orders-for-churn";
    const TODAY: &str = "2026-08-01";

    fn catalog(generation: Generation) -> Catalog {
        let catalog = Catalog::new(generation, "key");
        demo::fill(&catalog);
        catalog
    }

    fn carry_out(catalog: &Catalog, action: Action) -> Result<String, Refused> {
        action.carry_out(catalog, ID, &Value::Null, TODAY)
    }

    fn buttons(catalog: &Catalog) -> Vec<&'static str> {
        let suitable = Action::suitable(ID, catalog.agreement(ID).as_ref());
        suitable.into_iter().map(Action::path).collect()
    }

    fn last_event(catalog: &Catalog) -> String {
        let events = catalog.events();
        let kind = events.last().unwrap()["type"].as_str().unwrap();
        kind.rsplit('.').next().unwrap().to_owned()
    }

    #[test]
    fn the_buttons_follow_the_life_of_an_agreement() {
        let catalog = catalog(Generation::Access);
        assert_eq!(buttons(&catalog), ["approve", "reject", "delete", "role"]);
        for (action, said, then) in [
            (Action::Reject, "rejected", vec!["approve", "delete", "role"]),
            (Action::Approve, "approved and active", vec!["end", "delete", "role"]),
            (Action::Delete, "deleted", vec!["ask-again"]),
            (Action::AskAgain, "requested", vec!["approve", "reject", "delete", "role"]),
        ] {
            assert_eq!(carry_out(&catalog, action), Ok(format!("{ID} is now {said}.")));
            assert_eq!(buttons(&catalog), then);
        }
    }

    #[test]
    fn an_agreement_that_has_ended_can_be_activated_again() {
        let catalog = catalog(Generation::Access);
        let today = crate::catalog::today();
        for (action, then) in [
            (Action::Approve, vec!["end", "delete", "role"]),
            (Action::End, vec!["activate", "delete", "role"]),
            (Action::Activate, vec!["end", "delete", "role"]),
        ] {
            action.carry_out(&catalog, ID, &Value::Null, &today).unwrap();
            assert_eq!(buttons(&catalog), then);
        }
        assert_eq!(last_event(&catalog), "AccessActivatedEvent");
    }

    #[test]
    fn activation_moves_only_the_dates_that_are_in_the_way() {
        for (info, expected) in [
            (json!({}), json!({ "startDate": TODAY })),
            (json!({ "startDate": "2999-01-01" }), json!({ "startDate": TODAY })),
            (
                json!({ "startDate": "2024-01-01", "endDate": TODAY }),
                json!({ "startDate": "2024-01-01" }),
            ),
            (
                json!({ "startDate": "2024-01-01", "endDate": "2999-01-01" }),
                json!({ "startDate": "2024-01-01", "endDate": "2999-01-01" }),
            ),
        ] {
            let mut document = json!({ "info": info }).as_object().unwrap().clone();
            let_run(&mut document, TODAY);
            assert_eq!(document["info"], expected);
        }
    }

    #[test]
    fn what_makes_no_sense_now_is_refused_with_the_reason_and_changes_nothing() {
        let catalog = catalog(Generation::Access);
        let before = catalog.events().len();
        let refused = carry_out(&catalog, Action::End).unwrap_err();
        assert_eq!(refused, Refused::NotNow(format!("End: not now, {ID} is requested.")));
        assert_eq!(catalog.events().len(), before);
    }

    #[test]
    fn an_agreement_that_never_was_is_unknown() {
        let catalog = catalog(Generation::Access);
        for action in Action::ALL {
            let refused = action.carry_out(&catalog, "nothing", &Value::Null, TODAY).unwrap_err();
            assert_eq!(refused, Refused::Unknown("There is no agreement nothing.".to_owned()));
        }
    }

    #[test]
    fn editing_a_role_saves_the_agreements_only_where_nothing_else_leads_to_them() {
        for (generation, id, event) in [
            (Generation::Access, ID, "DataProductUpdatedEvent"),
            (Generation::Access, "inventory-for-analyst", "AccessUpdatedEvent"),
            (Generation::DataUsageAgreement, ID, "DataUsageAgreementUpdatedEvent"),
        ] {
            let catalog = catalog(generation);
            let body = json!({ "role": " forecast " });
            let said = Action::SetRole.carry_out(&catalog, id, &body, TODAY).unwrap();
            assert!(said.contains("now names role forecast."), "{said}");
            assert_eq!(last_event(&catalog), event);
        }
    }

    #[test]
    fn a_role_has_to_be_named() {
        let catalog = catalog(Generation::Access);
        for body in [Value::Null, json!({ "role": "  " }), json!({ "role": 7 })] {
            let refused = Action::SetRole.carry_out(&catalog, ID, &body, TODAY);
            assert!(matches!(refused, Err(Refused::Unusable(_))), "{refused:?}");
        }
    }

    #[test]
    fn every_action_is_found_by_its_address() {
        for action in Action::ALL {
            assert_eq!(Action::at(action.path()), Some(action));
        }
        assert_eq!(Action::at("explode"), None);
    }
}
