//! The doubles in memory, with the rights of the least policy.

use clients::fake::{FakeIam, FakeObjects, Faults};
use conformance::fact::{Event, Fact, Seen, Size, Standing};
use conformance::names::Names;
use conformance::subject::{Answer, Reason};
use domain::role::RoleArn;

use crate::over_traits::{OverTraits, Surroundings, document, written_key};
use crate::story::hold;

const PATH: &str = "arn:aws:iam::123456789012:role/data-products/";
const ELSEWHERE: &str = "arn:aws:iam::123456789012:role/elsewhere/";

struct Fakes {
    iam: FakeIam,
    objects: FakeObjects,
    role: RoleArn,
}

impl Fakes {
    fn new() -> Self {
        let iam = FakeIam::new(Faults::default());
        let role = iam.create_role(&format!("{PATH}Churn"));
        let objects = FakeObjects::new(Faults::default());
        objects.may_list(&["conformance-listed/*"]);
        Self { iam, objects, role }
    }
}

impl Surroundings for Fakes {
    type Iam = FakeIam;
    type Objects = FakeObjects;

    async fn begin(&mut self, _: &Fact) -> Result<(), Reason> {
        *self = Self::new();
        Ok(())
    }

    fn names(&self) -> Names {
        let (suffix, bucket) = ("1".to_owned(), "bucket".to_owned());
        Names { suffix, role: self.role.name().to_string(), bucket }
    }

    fn role(&self) -> RoleArn {
        self.role.clone()
    }

    fn iam(&self) -> FakeIam {
        self.iam.clone()
    }

    fn objects(&self) -> FakeObjects {
        self.objects.clone()
    }

    async fn happens(&mut self, event: Event) -> Result<Answer, Reason> {
        match event {
            Event::RoleDeleted => self.iam.delete_role(&self.role),
            Event::RoleMoved => {
                self.iam.delete_role(&self.role);
                self.iam.create_role(&format!("{ELSEWHERE}{}", self.role.name()));
            }
            Event::HalfOfTheRoleIsTaken => {
                self.iam.set(&self.role, "others", &document(Size::MoreThanHalf).text());
            }
            Event::ObjectReplaced => {
                self.objects.set(&written_key(&self.names()), "of somebody else");
            }
            Event::ObjectDeleted => self.objects.expire(&written_key(&self.names())),
            Event::RoleInAnotherCase => return Err(Reason::new(A_TEST_MAKES_ROLES)),
            Event::SecretMarkedForDeletion => return Err(Reason::new(NO_MARKS)),
            Event::TooManyCalls | Event::WriterBeside => return Err(Reason::new(BY_CLASS)),
            Event::ReadsGoBackAndForth | Event::AMinutePasses => {
                return Err(Reason::new(AT_ONCE));
            }
        }
        Ok(Answer::of(Seen::Done))
    }

    /// The rights of the double are not told by policies.
    fn stands(&self, _: Standing) -> Result<(), Reason> {
        Ok(())
    }
}

const A_TEST_MAKES_ROLES: &str = "roles of the double are made by tests, which would fail";
const NO_MARKS: &str =
    "the double of secrets knows no marks; its client is held by clients' own tests";
const BY_CLASS: &str = "the double fails by class, not by code: unavailable, denied, answer lost";
const AT_ONCE: &str = "what is written counts at once; UnsteadyIam shows the other way";
const BEYOND: &str = "asked of the SDK alone: the trait tells what it means";

#[tokio::test]
async fn the_fakes_answer_as_aws_does() {
    let unseen = [
        ("two_roles_cannot_differ_in_the_case_of_their_names_alone", A_TEST_MAKES_ROLES),
        ("a_policy_written_counts_within_a_minute_and_reads_go_back_and_forth_until_then", AT_ONCE),
        ("a_writer_of_a_role_beside_another_is_asked_to_come_again", BY_CLASS),
        ("a_call_of_iam_beyond_its_rate_is_told_by_its_code", BY_CLASS),
        ("a_conditional_write_beside_another_is_asked_to_come_again", BY_CLASS),
        ("a_call_of_s3_beyond_its_rate_is_asked_to_slow_down", BY_CLASS),
        ("a_queue_that_does_not_exist_is_told_in_the_words_of_the_query_protocol", BEYOND),
        ("a_secret_that_is_marked_for_deletion_is_an_invalid_request_and_not_missing", NO_MARKS),
    ];
    hold("doubles in memory", &mut OverTraits::new(Fakes::new()), &unseen).await;
}
