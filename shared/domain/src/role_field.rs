//! Which fields of a consumer name its role.

use crate::Rejection;
use crate::fields::CustomFields;
use crate::rejection::FieldProblem;
use crate::role::{RoleArn, RoleName, RoleReference};

const ROLE_NAME: &str = "aws-role-name";
const ROLE_ARN: &str = "aws-role-arn";

/// The fields that name a consumer's role, wherever the consumer keeps its fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoleField(Option<String>);

impl RoleField {
    /// One field that holds a name or an ARN, instead of `aws-role-name` and `aws-role-arn`.
    pub fn named(name: String) -> Self {
        Self(Some(name))
    }

    /// The names of the fields, for people.
    pub fn names(&self) -> String {
        self.0.clone().unwrap_or_else(|| format!("{ROLE_NAME} or {ROLE_ARN}"))
    }

    /// The role the fields name; `None` when they name none. `holder` says whose fields they are.
    pub fn read(
        &self,
        custom: &CustomFields,
        holder: &str,
    ) -> Result<Option<RoleReference>, Rejection> {
        let fields = Fields { custom, holder };
        match &self.0 {
            Some(name) => fields.either(name),
            None => fields.usual(),
        }
    }
}

struct Fields<'a> {
    custom: &'a CustomFields,
    holder: &'a str,
}

impl Fields<'_> {
    fn invalid(&self, field: &str, problem: FieldProblem) -> Rejection {
        Rejection::FieldInvalid { holder: self.holder.to_owned(), field: field.to_owned(), problem }
    }

    fn either(&self, field: &str) -> Result<Option<RoleReference>, Rejection> {
        let Some(text) = self.custom.get(field) else { return Ok(None) };
        let read = if text.starts_with("arn:") {
            text.parse().map(RoleReference::Arn).map_err(FieldProblem::Arn)
        } else {
            text.parse().map(RoleReference::Name).map_err(FieldProblem::RoleName)
        };
        read.map(Some).map_err(|problem| self.invalid(field, problem))
    }

    fn usual(&self) -> Result<Option<RoleReference>, Rejection> {
        let name = self.custom.get(ROLE_NAME).map(|text| text.parse::<RoleName>()).transpose();
        let name = name.map_err(|err| self.invalid(ROLE_NAME, err.into()))?;
        let arn = self.custom.get(ROLE_ARN).map(|text| text.parse::<RoleArn>()).transpose();
        let arn = arn.map_err(|err| self.invalid(ROLE_ARN, err.into()))?;
        match (arn, name) {
            (Some(arn), Some(name)) if arn.name() != &name => {
                let value = name.to_string();
                let problem = FieldProblem::Contradiction { other: ROLE_NAME, value };
                Err(self.invalid(ROLE_ARN, problem))
            }
            (Some(arn), _) => Ok(Some(RoleReference::Arn(arn))),
            (None, name) => Ok(name.map(RoleReference::Name)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str = "arn:aws:iam::123456789012:role/data-products/churn";

    fn read(
        field: &RoleField,
        custom: &[(&str, &str)],
    ) -> Result<Option<RoleReference>, Rejection> {
        let custom = custom.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        field.read(&custom, "team marketing")
    }

    fn usual(custom: &[(&str, &str)]) -> Result<Option<RoleReference>, Rejection> {
        read(&RoleField::default(), custom)
    }

    #[test]
    fn a_consumer_names_its_role_by_name_or_by_arn() {
        let by_name = usual(&[(ROLE_NAME, "churn")]).unwrap();
        assert_eq!(by_name, Some(RoleReference::Name("churn".parse().unwrap())));
        let by_arn = usual(&[(ROLE_ARN, ARN), (ROLE_NAME, "churn")]).unwrap();
        assert_eq!(by_arn, Some(RoleReference::Arn(ARN.parse().unwrap())));
        assert_eq!(usual(&[]).unwrap(), None);
    }

    #[test]
    fn a_name_and_an_arn_that_disagree_are_refused() {
        let refused = usual(&[(ROLE_ARN, ARN), (ROLE_NAME, "other")]).unwrap_err();
        assert_eq!(refused.code(), "FieldInvalid");
    }

    #[test]
    fn a_malformed_role_says_which_field_of_whom_to_mend() {
        let malformed = usual(&[(ROLE_NAME, "a b")]).unwrap_err().to_string();
        assert!(malformed.contains("custom field aws-role-name of team marketing"), "{malformed}");
    }

    #[test]
    fn a_field_the_operator_chose_holds_either_and_the_usual_ones_then_say_nothing() {
        let own = RoleField::named("awsPrincipal".to_owned());
        let by_arn = read(&own, &[("awsPrincipal", ARN), (ROLE_NAME, "other")]).unwrap();
        assert_eq!(by_arn, Some(RoleReference::Arn(ARN.parse().unwrap())));
        let by_name = read(&own, &[("awsPrincipal", "churn")]).unwrap();
        assert_eq!(by_name, Some(RoleReference::Name("churn".parse().unwrap())));
        assert_eq!(read(&own, &[(ROLE_NAME, "churn")]).unwrap(), None);
        assert!(read(&own, &[("awsPrincipal", "arn:aws:iam::1:user/x")]).is_err());
    }
}
