//! Any account, of which nothing is changed: what the facts can show there by reading.

use aws_sdk_iam::types::{ContextEntry, ContextKeyTypeEnum, PolicyEvaluationDecisionType};

use crate::account::{Account, chain, outcome};
use crate::fact::{Call, Event, Fact, Right, Role, Seen, Standing};
use crate::names::Names;
use crate::subject::{Answer, Reason, Subject};

/// What is asked beside the calls of the facts: who asks, and what its rights are.
pub const BESIDE_THE_FACTS: [&str; 2] = ["sts:GetCallerIdentity", "iam:SimulatePrincipalPolicy"];

/// An account that is only read.
#[derive(Debug)]
pub struct ReadOnly {
    account: Account,
    names: Names,
    /// Whose policies are simulated; none for the account's root.
    whose: Option<String>,
    role_arn: String,
}

/// The actions that a run needs, sorted. Nothing else is asked for.
pub fn actions(facts: &[Fact]) -> Vec<&'static str> {
    let calls = facts.iter().filter(|fact| fact.is_read_only()).flat_map(Fact::calls);
    let mut actions: Vec<&'static str> = calls.map(Call::action).collect();
    actions.extend(BESIDE_THE_FACTS);
    actions.sort_unstable();
    actions.dedup();
    actions
}

/// What a run asks for and of what, one line a call, before anything is asked.
pub fn announcement(facts: &[Fact], names: &Names) -> Vec<String> {
    let mut lines = vec![
        "sts:GetCallerIdentity".to_owned(),
        format!("iam:GetRole of the caller's own role, and of {}", names.role),
        "iam:SimulatePrincipalPolicy of the caller, for what the facts take for granted".to_owned(),
    ];
    for call in facts.iter().filter(|fact| fact.is_read_only()).flat_map(Fact::calls) {
        let line = target(call, names);
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines
}

fn target(call: Call, names: &Names) -> String {
    let what = match call {
        Call::GetRole(role) => names.role(role),
        Call::GetRolePolicy(role) | Call::DeleteRolePolicy(role) | Call::PutRolePolicy(role, _) => {
            format!("{} of {}", names.policy(), names.role(role))
        }
        Call::GetObject(key) | Call::PutObject(key, _) | Call::DeleteObject(key, _) => {
            format!("{}/{}", names.bucket, names.key(key))
        }
        Call::HeadObject(key) => format!("{}/{} (HeadObject)", names.bucket, names.key(key)),
        Call::ListObjects(prefix) => {
            format!("{} with prefix {:?}", names.bucket, names.prefix(prefix).unwrap_or_default())
        }
        Call::GetQueueUrl => names.queue(),
        Call::GetSecretValue => names.secret(),
    };
    format!("{} {what}", call.action())
}

impl ReadOnly {
    /// Finds out who asks, and where the role lies that is there.
    pub async fn of(account: Account, names: Names) -> Result<Self, Reason> {
        let sent = account.sts.get_caller_identity().send().await;
        let caller = sent.map_err(|error| Reason::new(chain(&error)))?;
        let caller = caller.arn.unwrap_or_default();
        let role_arn = role_arn(&account, &names.role).await?;
        let mut whose = Some(caller.clone()).filter(|arn| !arn.ends_with(":root"));
        if let Some((_, session)) = caller.split_once(":assumed-role/") {
            let name = session.split('/').next().unwrap_or_default();
            whose = Some(self::role_arn(&account, name).await?);
        }
        Ok(Self { account, names, whose, role_arn })
    }

    /// What IAM is asked about a right: action, resource, `s3:prefix`.
    fn question(&self, right: Right) -> (&'static str, String, Option<String>) {
        let names = &self.names;
        let part = |at: usize| self.role_arn.split(':').nth(at).unwrap_or_default();
        let (partition, account) = (part(1), part(4));
        let bucket = format!("arn:{partition}:s3:::{}", names.bucket);
        match right {
            Right::OnRole(action, Role::Unknown) => {
                let name = names.role(Role::Unknown);
                (action, format!("arn:{partition}:iam::{account}:role/{name}"), None)
            }
            Right::OnRole(action, Role::Held | Role::HeldInAnotherCase) => {
                (action, self.role_arn.clone(), None)
            }
            Right::Read(key) => ("s3:GetObject", format!("{bucket}/{}", names.key(key)), None),
            Right::ListKey(key) => ("s3:ListBucket", bucket, Some(names.key(key))),
            Right::List(prefix) => {
                ("s3:ListBucket", bucket, names.prefix(prefix).map(str::to_owned))
            }
            Right::FindQueue => {
                // Any Region: the simulator compares, and finds nothing.
                let queue = names.queue();
                let region = self.account.sqs.config().region().map(ToString::to_string);
                let region = region.unwrap_or_default();
                ("sqs:GetQueueUrl", format!("arn:{partition}:sqs:{region}:{account}:{queue}"), None)
            }
        }
    }

    async fn may(&self, right: Right) -> Result<bool, Reason> {
        let (action, resource, prefix) = self.question(right);
        // The account's root may do everything, and cannot be simulated.
        let Some(whose) = self.whose.as_deref() else { return Ok(true) };
        let ask = self.account.iam.simulate_principal_policy().policy_source_arn(whose);
        let context = prefix.map(|prefix| {
            let entry = ContextEntry::builder().context_key_name("s3:prefix");
            let entry = entry.context_key_type(ContextKeyTypeEnum::String);
            vec![entry.context_key_values(prefix).build()]
        });
        let ask = ask.action_names(action).resource_arns(resource).set_context_entries(context);
        let sent = ask.send().await.map_err(|error| {
            let why = chain(&error);
            Reason::new(format!("the caller's own rights cannot be asked for: {why}"))
        })?;
        let allowed = PolicyEvaluationDecisionType::Allowed;
        let results = sent.evaluation_results.unwrap_or_default();
        Ok(results.first().is_some_and(|result| result.eval_decision == allowed))
    }
}

async fn role_arn(account: &Account, name: &str) -> Result<String, Reason> {
    let (answer, output) =
        outcome(account.iam.get_role().role_name(name).send().await, Seen::Found)?;
    let role = output.and_then(|output| output.role);
    role.map(|role| role.arn)
        .ok_or_else(|| Reason::new(format!("role {name} cannot be read: {}", answer.words)))
}

impl Subject for ReadOnly {
    async fn begin(&mut self, fact: &Fact) -> Result<(), Reason> {
        if fact.is_read_only() {
            return Ok(());
        }
        Err(Reason::new("something would have to be changed, and nothing is changed here"))
    }

    async fn ask(&mut self, call: Call) -> Result<Answer, Reason> {
        if !call.is_read() {
            return Err(Reason::new("nothing is changed here"));
        }
        let answer = self.account.ask(call, &self.names, &mut None).await?;
        let Call::GetRole(role @ (Role::Held | Role::HeldInAnotherCase)) = call else {
            return Ok(answer);
        };
        if answer.seen != Some(Seen::Found) {
            return Ok(answer);
        }
        let here = role_arn(&self.account, &self.names.role(role)).await? == self.role_arn;
        Ok(Answer::of(if here { Seen::Found } else { Seen::FoundElsewhere }))
    }

    async fn meanwhile(&mut self, _: Event) -> Result<Answer, Reason> {
        Err(Reason::new("nothing is changed here"))
    }

    async fn stands(&mut self, standing: Standing) -> Result<(), Reason> {
        let (right, wanted) = match standing {
            Standing::May(right) => (right, true),
            Standing::MayNot(right) => (right, false),
        };
        if self.may(right).await? == wanted {
            return Ok(());
        }
        let (action, resource, prefix) = self.question(right);
        let prefix = prefix.map(|prefix| format!(" with s3:prefix {prefix}")).unwrap_or_default();
        let is = if wanted { "may not" } else { "may" };
        Err(Reason::new(format!(
            "the caller {is} {action} on {resource}{prefix}; give it the policy of docs/conformance.md and no more"
        )))
    }
}
