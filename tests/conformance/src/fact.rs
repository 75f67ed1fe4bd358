//! What a fact is made of. Everything is data, so that it can be listed before anything is asked.

use serde::Serialize;

/// How sure a fact is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// AWS's own document or model, or several reports.
    High,
    /// One good report.
    Medium,
    /// It follows from something else, and nobody was seen to see it.
    Low,
}

/// One thing that AWS does.
#[derive(Clone, Copy, Debug)]
pub struct Fact {
    /// The sentence, as the name of a test.
    pub name: &'static str,
    /// The document or issue that says so.
    pub source: &'static str,
    /// How sure it is.
    pub confidence: Confidence,
    /// What has to be so of the caller's rights, or the answers mean something else.
    pub needs: &'static [Standing],
    /// What is done, in order, and what is answered.
    pub story: &'static [Step],
}

impl Fact {
    /// Whether it can be seen without changing anything.
    pub fn is_read_only(&self) -> bool {
        self.story.iter().all(|step| matches!(step, Step::Asked(call, _) if call.is_read()))
    }

    /// The calls of its story.
    pub fn calls(&self) -> impl Iterator<Item = Call> {
        self.story.iter().filter_map(|step| match step {
            Step::Asked(call, _) => Some(*call),
            Step::Meanwhile(..) => None,
        })
    }

    /// The sentence for people.
    pub fn sentence(&self) -> String {
        self.name.replace('_', " ")
    }
}

/// One step of a story.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// The caller, who has the rights of [`crate::least_policy`], asks.
    Asked(Call, Seen),
    /// Somebody else, who may do everything, does something.
    Meanwhile(Event, Seen),
}

/// A role of the story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// One that is there, below the path that the caller's rights name.
    Held,
    /// The same name in another case.
    HeldInAnotherCase,
    /// A name that was made up.
    Unknown,
}

/// A key of the story. Nothing is there at its beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// Below the prefix that the caller may list.
    Listed,
    /// Below another one, where the caller may read.
    Hidden,
}

/// What a list begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prefix {
    /// What the caller may list.
    Listed,
    /// What it may not.
    Hidden,
    /// Nothing: the whole bucket.
    Nothing,
}

/// What a write expects to find.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expecting {
    /// No object: `If-None-Match: *`.
    Nothing,
    /// What the first write of the story left: `If-Match`.
    TheFirst,
}

/// How large a policy is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// As any.
    Small,
    /// More than half of what a role has room for.
    MoreThanHalf,
}

/// One call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of AWS's own calls")]
pub enum Call {
    GetRole(Role),
    GetRolePolicy(Role),
    PutRolePolicy(Role, Size),
    DeleteRolePolicy(Role),
    GetObject(Key),
    HeadObject(Key),
    ListObjects(Prefix),
    PutObject(Key, Expecting),
    DeleteObject(Key, Expecting),
    /// Of a queue that was made up.
    GetQueueUrl,
    GetSecretValue,
}

impl Call {
    /// The action that IAM is asked about.
    pub fn action(self) -> &'static str {
        match self {
            Self::GetRole(_) => "iam:GetRole",
            Self::GetRolePolicy(_) => "iam:GetRolePolicy",
            Self::PutRolePolicy(..) => "iam:PutRolePolicy",
            Self::DeleteRolePolicy(_) => "iam:DeleteRolePolicy",
            // HeadObject is no action of its own.
            Self::GetObject(_) | Self::HeadObject(_) => "s3:GetObject",
            Self::ListObjects(_) => "s3:ListBucket",
            Self::PutObject(..) => "s3:PutObject",
            Self::DeleteObject(..) => "s3:DeleteObject",
            Self::GetQueueUrl => "sqs:GetQueueUrl",
            Self::GetSecretValue => "secretsmanager:GetSecretValue",
        }
    }

    /// Whether it changes nothing. A secret is not read where nobody made it for this.
    pub fn is_read(self) -> bool {
        match self {
            Self::GetRole(_)
            | Self::GetRolePolicy(_)
            | Self::GetObject(_)
            | Self::HeadObject(_)
            | Self::ListObjects(_)
            | Self::GetQueueUrl => true,
            Self::PutRolePolicy(..)
            | Self::DeleteRolePolicy(_)
            | Self::PutObject(..)
            | Self::DeleteObject(..)
            | Self::GetSecretValue => false,
        }
    }
}

/// What somebody else does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Makes a role whose name differs from that of [`Role::Held`] in nothing but case.
    RoleInAnotherCase,
    /// Deletes [`Role::Held`].
    RoleDeleted,
    /// Deletes [`Role::Held`] and makes it anew below another path.
    RoleMoved,
    /// Writes something else to [`Key::Listed`].
    ObjectReplaced,
    /// Deletes [`Key::Listed`].
    ObjectDeleted,
    /// Makes a secret and marks it for deletion.
    SecretMarkedForDeletion,
    /// So many ask that the next call is refused.
    TooManyCalls,
    /// Another writer is at the same thing at the moment of the next call.
    WriterBeside,
    /// Somebody else's policies take a little more than half of what [`Role::Held`] has room for.
    HalfOfTheRoleIsTaken,
    /// Reads show what was written, and what was there before, and again.
    ReadsGoBackAndForth,
    /// A minute passes.
    AMinutePasses,
}

/// What is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// It is done.
    Done,
    /// What was asked for is there, where it is expected.
    Found,
    /// A role of that name is there, and its ARN is another one.
    FoundElsewhere,
    /// 404 `NoSuchEntity` or `NoSuchKey`; without a body where there never is one.
    Missing,
    /// 403 `AccessDenied`.
    Forbidden,
    /// 412 `PreconditionFailed`.
    PreconditionFailed,
    /// 409 `ConditionalRequestConflict` or `ConcurrentModification`.
    Conflict,
    /// 409 `LimitExceeded`.
    Limit,
    /// 409 `EntityAlreadyExists`.
    AlreadyExists,
    /// `Throttling`, `SlowDown`.
    Throttled,
    /// `AWS.SimpleQueueService.NonExistentQueue`.
    NonExistentQueue,
    /// `InvalidRequestException`.
    InvalidRequest,
}

/// What has to be so of the caller's rights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It may do this.
    May(Right),
    /// It may not.
    MayNot(Right),
}

/// A right, without a call that uses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// An action on a role. One that was made up counts by its bare name.
    OnRole(&'static str, Role),
    /// Reading below this key's prefix.
    Read(Key),
    /// Listing with this key as the prefix.
    ListKey(Key),
    /// Listing with this prefix.
    List(Prefix),
    /// Asking for the address of the queue that was made up.
    FindQueue,
}
