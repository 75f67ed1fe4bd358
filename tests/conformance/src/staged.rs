//! A whole account, in which roles, objects and secrets may be made: the emulator. Everything bears a prefix of its
//! own and is taken away afterwards, also after a failure.

use std::error::Error;

use aws_credential_types::Credentials;
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use serde_json::json;

use crate::account::{Account, chain, document, outcome};
use crate::emulator::{ACCOUNT, REGION, caller, root};
use crate::fact::{Call, Event, Fact, Key, Role, Seen, Size, Standing};
use crate::least_policy::{Place, everything};
use crate::names::Names;
use crate::subject::{Answer, Reason, Subject};

/// Somebody else's policy on the role of a story.
const OTHERS: &str = "others";

/// Owner and caller.
#[derive(Debug)]
pub struct Staged {
    /// Who may do everything.
    pub owner: Account,
    /// Who has the rights of [`everything`] and no others.
    pub caller: Account,
    /// Credentials of the caller.
    pub session: Credentials,
    /// The names of the current story.
    pub names: Names,
    /// The ARN of [`Role::Held`].
    pub role_arn: String,
    run: String,
    stories: usize,
    first: Option<String>,
}

impl Staged {
    /// Prepares the bucket and the caller at an emulator. `run` is unique to it.
    pub async fn at(endpoint: &str, run: &str) -> Result<Self, Reason> {
        let owner = Account::new(&caller(endpoint, root()), true);
        let bucket = format!("conformance-{run}");
        let place = CreateBucketConfiguration::builder();
        let place = place.location_constraint(BucketLocationConstraint::from(REGION)).build();
        let make = owner.s3.create_bucket().bucket(&bucket).create_bucket_configuration(place);
        must("the bucket", make.send().await)?;
        let names = Names { suffix: run.to_owned(), role: String::new(), bucket };
        let mut staged = Self {
            caller: owner.clone(),
            session: root(),
            owner,
            names,
            role_arn: String::new(),
            run: run.to_owned(),
            stories: 0,
            first: None,
        };
        staged.session = staged.session_of_the_caller().await?;
        staged.caller = Account::new(&caller(endpoint, staged.session.clone()), true);
        Ok(staged)
    }

    fn path(&self) -> String {
        format!("/conformance-{}/", self.run)
    }

    async fn session_of_the_caller(&self) -> Result<Credentials, Reason> {
        let (name, path) = (format!("conformance-caller-{}", self.run), self.path());
        let arn = self.make_role(&name, "/").await?;
        let place =
            Place { partition: "aws", account: ACCOUNT, path: &path, bucket: &self.names.bucket };
        let put = self.owner.iam.put_role_policy().role_name(&name).policy_name("rights");
        let put = put.policy_document(everything(place).to_string()).send().await;
        must("the caller's rights", put)?;
        let assume = self.owner.sts.assume_role().role_arn(arn).role_session_name("conformance");
        let session = must("the caller's session", assume.send().await)?.credentials;
        let session = session.ok_or_else(|| Reason::new("a session without credentials"))?;
        let (key, secret) = (session.access_key_id, session.secret_access_key);
        Ok(Credentials::new(key, secret, Some(session.session_token), None, "conformance"))
    }

    async fn make_role(&self, name: &str, path: &str) -> Result<String, Reason> {
        let trust = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": { "AWS": format!("arn:aws:iam::{ACCOUNT}:root") } }] });
        let make = self.owner.iam.create_role().role_name(name).path(path);
        let sent = make.assume_role_policy_document(trust.to_string()).send().await;
        let role = must("a role", sent)?.role;
        role.map(|role| role.arn).ok_or_else(|| Reason::new("a role without an answer"))
    }

    async fn delete_role(&self, name: &str) -> Result<(), Reason> {
        let iam = &self.owner.iam;
        let listed = iam.list_role_policies().role_name(name).send().await;
        for policy in must("a role's policies", listed)?.policy_names {
            let gone = iam.delete_role_policy().role_name(name).policy_name(policy).send().await;
            must("a policy's end", gone)?;
        }
        must("a role's end", iam.delete_role().role_name(name).send().await).map(drop)
    }

    async fn write_object(&self) -> Result<(), Reason> {
        let put = self.owner.s3.put_object().bucket(&self.names.bucket);
        let put = put.key(self.names.key(Key::Listed)).body(b"of somebody else".to_vec().into());
        must("an object", put.send().await).map(drop)
    }

    async fn delete_object(&self) -> Result<(), Reason> {
        let delete = self.owner.s3.delete_object().bucket(&self.names.bucket);
        let sent = delete.key(self.names.key(Key::Listed)).send().await;
        must("an object's end", sent).map(drop)
    }

    async fn marked_secret(&self) -> Result<(), Reason> {
        let (secrets, name) = (&self.owner.secrets, self.names.secret());
        let make = secrets.create_secret().name(&name).secret_string("not-a-real-secret");
        must("a secret", make.send().await)?;
        let delete = secrets.delete_secret().secret_id(name).recovery_window_in_days(7);
        must("a secret's mark", delete.send().await).map(drop)
    }

    /// Takes away what the last story left.
    async fn clean(&self) {
        if self.stories > 0 {
            let _ = self.delete_role(&self.names.role).await;
            let _ = self.delete_object().await;
            let force = self.owner.secrets.delete_secret().secret_id(self.names.secret());
            let _ = force.force_delete_without_recovery(true).send().await;
        }
    }

    /// Takes everything away, and says what is left.
    pub async fn end(self) -> Result<(), Reason> {
        self.clean().await;
        let bucket = self.owner.s3.delete_bucket().bucket(&self.names.bucket).send().await;
        self.delete_role(&format!("conformance-caller-{}", self.run)).await?;
        must("the bucket's end", bucket).map(drop)
    }
}

impl Subject for Staged {
    async fn begin(&mut self, _: &Fact) -> Result<(), Reason> {
        self.clean().await;
        self.stories += 1;
        self.names.suffix = format!("{}-{}", self.run, self.stories);
        self.names.role = format!("Conformance-{}", self.names.suffix);
        self.role_arn = self.make_role(&self.names.role, &self.path()).await?;
        self.first = None;
        Ok(())
    }

    async fn ask(&mut self, call: Call) -> Result<Answer, Reason> {
        let answer = self.caller.ask(call, &self.names, &mut self.first).await?;
        let Call::GetRole(role @ (Role::Held | Role::HeldInAnotherCase)) = call else {
            return Ok(answer);
        };
        if answer.seen != Some(Seen::Found) {
            return Ok(answer);
        }
        let get = self.caller.iam.get_role().role_name(self.names.role(role)).send().await;
        let arn = must("a role", get)?.role.map(|role| role.arn);
        let here = arn.as_deref() == Some(self.role_arn.as_str());
        Ok(Answer::of(if here { Seen::Found } else { Seen::FoundElsewhere }))
    }

    async fn meanwhile(&mut self, event: Event) -> Result<Answer, Reason> {
        match event {
            Event::RoleInAnotherCase => {
                let make = self
                    .owner
                    .iam
                    .create_role()
                    .role_name(self.names.role(Role::HeldInAnotherCase));
                let make = make.assume_role_policy_document(document(Size::Small)).send().await;
                return Ok(outcome(make, Seen::Done)?.0);
            }
            Event::RoleDeleted => self.delete_role(&self.names.role).await?,
            Event::RoleMoved => {
                self.delete_role(&self.names.role).await?;
                self.make_role(&self.names.role, "/conformance-elsewhere/").await?;
            }
            Event::HalfOfTheRoleIsTaken => {
                let put = self.owner.iam.put_role_policy().role_name(&self.names.role);
                let put = put.policy_name(OTHERS).policy_document(document(Size::MoreThanHalf));
                must("a policy of somebody else", put.send().await)?;
            }
            Event::ObjectReplaced => self.write_object().await?,
            Event::ObjectDeleted => self.delete_object().await?,
            Event::SecretMarkedForDeletion => self.marked_secret().await?,
            Event::TooManyCalls => return Err(Reason::new("the emulator throttles nobody")),
            Event::WriterBeside => {
                return Err(Reason::new("the emulator takes one call after the other"));
            }
            Event::ReadsGoBackAndForth | Event::AMinutePasses => {
                return Err(Reason::new("what is written counts at once in the emulator"));
            }
        }
        Ok(Answer::of(Seen::Done))
    }

    /// The rights are those that were given.
    async fn stands(&mut self, _: Standing) -> Result<(), Reason> {
        Ok(())
    }
}

fn must<T, E>(what: &str, sent: Result<T, SdkError<E, HttpResponse>>) -> Result<T, Reason>
where
    E: Error + 'static,
{
    sent.map_err(|error| Reason::new(format!("{what} cannot be had: {}", chain(&error))))
}
