//! The facts as this project's own traits tell them: over the real clients, and over the doubles in memory.

use std::future::Future;

use clients::aws::AwsError;
use clients::iam::{IamError, RolePolicies, Roles as _};
use clients::objects::{ObjectError, ObjectNames, Removal, Version, VersionedObjects};
use conformance::fact::{Call, Event, Expecting, Fact, Key, Role, Seen, Size, Standing};
use conformance::names::Names;
use conformance::subject::{Answer, Reason, Subject};
use domain::ids::PolicyName;
use domain::output_port::DataAccess;
use domain::policy::Document;
use domain::role::{RoleArn, RoleReference};
use vec1::Vec1;

/// The body of what a story writes.
const BODY: &[u8] = b"of the story";

/// Where the clients of a story come from, and what happens around them.
pub(crate) trait Surroundings: Send {
    type Iam: RolePolicies;
    type Objects: VersionedObjects + Removal + ObjectNames;

    fn begin(&mut self, fact: &Fact) -> impl Future<Output = Result<(), Reason>> + Send;
    fn names(&self) -> Names;
    fn role(&self) -> RoleArn;
    fn iam(&self) -> Self::Iam;
    fn objects(&self) -> Self::Objects;
    fn happens(&mut self, event: Event) -> impl Future<Output = Result<Answer, Reason>> + Send;
    fn stands(&self, standing: Standing) -> Result<(), Reason>;
}

/// The same facts over traits.
pub(crate) struct OverTraits<S> {
    pub(crate) surroundings: S,
    first: Option<Version>,
}

impl<S: Surroundings> OverTraits<S> {
    pub(crate) fn new(surroundings: S) -> Self {
        Self { surroundings, first: None }
    }

    /// Roles go by their ARN; a name that was made up, or another case, as the same path would have it.
    fn arn(&self, role: Role) -> RoleArn {
        let held = self.surroundings.role();
        let names = self.surroundings.names();
        let text = held.to_string();
        let path = text.strip_suffix(held.name().as_str()).unwrap();
        format!("{path}{}", names.role(role)).parse().unwrap()
    }

    fn policy(&self) -> PolicyName {
        PolicyName::of(&self.surroundings.names().policy().parse().unwrap())
    }

    async fn ask_iam(&self, call: Call) -> Result<Answer, Reason> {
        let iam = self.surroundings.iam();
        Ok(match call {
            Call::GetRole(role) => {
                let reference = RoleReference::Name(self.arn(role).name().clone());
                match iam.role(&reference).await {
                    Ok(Some(found)) if found.arn == self.surroundings.role() => {
                        Answer::of(Seen::Found)
                    }
                    Ok(Some(_)) => Answer::of(Seen::FoundElsewhere),
                    Ok(None) => Answer::of(Seen::Missing),
                    Err(error) => refused_by_iam(&error),
                }
            }
            Call::GetRolePolicy(role) => {
                let found = iam.policy(&self.arn(role), &self.policy()).await;
                found
                    .map_or_else(|e| refused_by_iam(&e), |found| there(found.as_ref(), Seen::Found))
            }
            Call::PutRolePolicy(role, size) => {
                let put = iam.put(&self.arn(role), &self.policy(), &document(size)).await;
                put.map_or_else(|error| refused_by_iam(&error), |_| Answer::of(Seen::Done))
            }
            Call::DeleteRolePolicy(role) => {
                let gone = iam.delete(&self.arn(role), &self.policy()).await;
                gone.map_or_else(|e| refused_by_iam(&e), |found| there(found.as_ref(), Seen::Done))
            }
            _ => return Err(Reason::new("no trait of this project makes this call")),
        })
    }

    async fn ask_bucket(&mut self, call: Call) -> Result<Answer, Reason> {
        let (objects, names) = (self.surroundings.objects(), self.surroundings.names());
        Ok(match call {
            Call::GetObject(key) => {
                let found = objects.get(&names.key(key)).await;
                found.map_or_else(|e| refused_by_s3(&e), |found| there(found.as_ref(), Seen::Found))
            }
            Call::ListObjects(prefix) => {
                let listed = objects.names(names.prefix(prefix).unwrap_or_default()).await;
                listed.map_or_else(|error| refused_by_s3(&error), |_| Answer::of(Seen::Found))
            }
            Call::PutObject(key, expecting) => {
                let expected = self.expected(expecting)?;
                let put = objects.put(&names.key(key), BODY.to_vec(), expected.as_ref()).await;
                self.first = self.first.take().or(put.as_ref().ok().cloned());
                put.map_or_else(|error| refused_by_s3(&error), |_| Answer::of(Seen::Done))
            }
            Call::DeleteObject(key, expecting) => {
                let expected = self.expected(expecting)?;
                let expected = expected.ok_or_else(|| Reason::new("the trait expects a state"))?;
                let gone = objects.remove(&names.key(key), &expected).await;
                gone.map_or_else(|error| refused_by_s3(&error), |()| Answer::of(Seen::Done))
            }
            _ => return Err(Reason::new("no trait of this project makes this call")),
        })
    }

    fn expected(&self, expecting: Expecting) -> Result<Option<Version>, Reason> {
        match expecting {
            Expecting::Nothing => Ok(None),
            Expecting::TheFirst => {
                let first = self.first.clone();
                first.map(Some).ok_or_else(|| Reason::new("nobody wrote before"))
            }
        }
    }
}

impl<S: Surroundings> Subject for OverTraits<S>
where
    S: Sync,
    S::Iam: Send + Sync,
{
    async fn begin(&mut self, fact: &Fact) -> Result<(), Reason> {
        self.first = None;
        self.surroundings.begin(fact).await
    }

    async fn ask(&mut self, call: Call) -> Result<Answer, Reason> {
        match call {
            Call::GetRole(_)
            | Call::GetRolePolicy(_)
            | Call::PutRolePolicy(..)
            | Call::DeleteRolePolicy(_) => self.ask_iam(call).await,
            Call::GetObject(_)
            | Call::ListObjects(_)
            | Call::PutObject(..)
            | Call::DeleteObject(..) => self.ask_bucket(call).await,
            // The SDK answers HeadObject as GetObject, without a body.
            Call::HeadObject(key) => self.ask_bucket(Call::GetObject(key)).await,
            Call::GetQueueUrl | Call::GetSecretValue => {
                Err(Reason::new("asked of the SDK alone: the trait tells what it means"))
            }
        }
    }

    async fn meanwhile(&mut self, event: Event) -> Result<Answer, Reason> {
        self.surroundings.happens(event).await
    }

    async fn stands(&mut self, standing: Standing) -> Result<(), Reason> {
        self.surroundings.stands(standing)
    }

    /// What our own clients make of AWS's answer.
    fn expects(&self, call: Call, seen: Seen) -> Seen {
        match (call, seen) {
            // Refused, they ask for the role itself, which may be looked at whatever its path: gone, or another one.
            (Call::GetRolePolicy(_) | Call::DeleteRolePolicy(_), Seen::Forbidden) => Seen::Missing,
            // What one call wrote itself it adopts; another call of the same caller is another writer.
            (
                Call::PutObject(..) | Call::DeleteObject(..),
                Seen::PreconditionFailed | Seen::Missing,
            ) => Seen::Conflict,
            _ => seen,
        }
    }
}

fn there<T>(found: Option<&T>, seen: Seen) -> Answer {
    Answer::of(if found.is_some() { seen } else { Seen::Missing })
}

fn of(seen: Option<Seen>, error: &impl std::fmt::Debug) -> Answer {
    Answer { seen, words: format!("{error:?}") }
}

fn refused_by_iam(error: &IamError) -> Answer {
    let seen = match error {
        IamError::NotVisible { .. } | IamError::Aws(AwsError::Denied { .. }) => {
            Some(Seen::Forbidden)
        }
        IamError::NoSuchRole { .. } => Some(Seen::Missing),
        IamError::LimitExceeded { .. } => Some(Seen::Limit),
        _ => None,
    };
    of(seen, error)
}

fn refused_by_s3(error: &ObjectError) -> Answer {
    let seen = match error {
        ObjectError::Conflict { .. } => Some(Seen::Conflict),
        ObjectError::Aws { source: AwsError::Denied { .. }, .. } => Some(Seen::Forbidden),
        _ => None,
    };
    of(seen, error)
}

/// A document of ours of about the size that is asked for.
pub(crate) fn document(size: Size) -> Document {
    let folders = match size {
        Size::Small => 1,
        Size::MoreThanHalf => 7,
    };
    let place = |number: usize| {
        let folder = "x".repeat(300);
        format!("arn:aws:s3:::data/{number}-{folder}/").parse().unwrap()
    };
    let places = Vec1::try_from_vec((0..folders).map(place).collect()).unwrap();
    let document = Document::of(&DataAccess::S3(places), None);
    let counted = domain::policy::counted_characters(&document.text());
    assert_eq!(counted > 5_120, size == Size::MoreThanHalf, "{counted}");
    assert!(counted <= domain::policy::INLINE_QUOTA, "{counted}");
    document
}

/// A key of the story, for surroundings that write to it.
pub(crate) fn written_key(names: &Names) -> String {
    names.key(Key::Listed)
}
