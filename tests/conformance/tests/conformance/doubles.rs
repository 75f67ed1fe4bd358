//! The server of the tests of the binaries, in which any call can go wrong.

use backend::{Backend, Mishap, World};
use conformance::account::{Account, document};
use conformance::emulator::{caller, root};
use conformance::fact::{Call, Event, Fact, Key, Right, Role, Seen, Size, Standing};
use conformance::names::Names;
use conformance::subject::{Answer, Reason, Subject};

use crate::story::hold;

struct Double {
    backend: Backend,
    account: Account,
    names: Names,
    first: Option<String>,
}

impl Double {
    async fn new() -> Self {
        let names =
            Names { suffix: "1".to_owned(), role: "churn".to_owned(), bucket: "bucket".to_owned() };
        let mut world = World::with_feed(Vec::new(), 1);
        world.roles.entry(names.role.clone()).or_default();
        world.listable = vec!["conformance-listed/*".to_owned()];
        let backend = Backend::start(world).await;
        let aws = caller(&format!("http://{}", backend.address()), root());
        Self { backend, account: Account::new(&aws, true), names, first: None }
    }

    /// The next call goes wrong.
    fn mishap(&self, mishap: Mishap) {
        let mut due = Some(mishap);
        self.backend.world(|world| world.decide(move |_| due.take()));
    }
}

impl Subject for Double {
    async fn begin(&mut self, _: &Fact) -> Result<(), Reason> {
        *self = Self::new().await;
        Ok(())
    }

    async fn ask(&mut self, call: Call) -> Result<Answer, Reason> {
        match call {
            Call::DeleteObject(..) => Err(Reason::new(NO_SUCH_CALL)),
            // No function asks for the head of an object, and the server does not know it: it is GET without a body.
            Call::HeadObject(key) => {
                self.account.ask(Call::GetObject(key), &self.names, &mut self.first).await
            }
            Call::GetQueueUrl | Call::GetSecretValue => Err(Reason::new(ONE_OF_EACH)),
            _ => self.account.ask(call, &self.names, &mut self.first).await,
        }
    }

    async fn meanwhile(&mut self, event: Event) -> Result<Answer, Reason> {
        let (role, key) = (self.names.role(Role::Held), self.names.key(Key::Listed));
        match event {
            Event::RoleDeleted => drop(self.backend.world(|world| world.roles.remove(&role))),
            Event::HalfOfTheRoleIsTaken => self.backend.world(|world| {
                let policies = world.roles.entry(role).or_default();
                policies.insert("others".to_owned(), document(Size::MoreThanHalf));
            }),
            Event::ObjectReplaced => {
                self.backend.world(|world| world.keep(&key, b"of somebody else".to_vec()));
            }
            Event::ObjectDeleted => drop(self.backend.world(|world| world.objects.remove(&key))),
            Event::TooManyCalls => self.mishap(Mishap::Throttled),
            Event::WriterBeside => self.mishap(Mishap::Conflict),
            Event::RoleInAnotherCase | Event::RoleMoved => return Err(Reason::new(ONE_PATH)),
            Event::SecretMarkedForDeletion => return Err(Reason::new(ONE_OF_EACH)),
            Event::ReadsGoBackAndForth | Event::AMinutePasses => {
                return Err(Reason::new(AT_ONCE));
            }
        }
        Ok(Answer::of(Seen::Done))
    }

    async fn stands(&mut self, standing: Standing) -> Result<(), Reason> {
        match standing {
            Standing::May(Right::OnRole(..) | Right::Read(_) | Right::ListKey(_))
            | Standing::MayNot(Right::OnRole(..) | Right::ListKey(_)) => Ok(()),
            Standing::May(_) | Standing::MayNot(_) => Err(Reason::new(NO_RIGHTS)),
        }
    }
}

const NO_SUCH_CALL: &str = "no function makes this call, and the server does not know it";
const ONE_OF_EACH: &str = "the server has one queue and one secret, which are always there";
const ONE_PATH: &str = "all roles of the server lie below one path, and nobody makes one";
const AT_ONCE: &str = "what is written counts at once; UnsteadyIam shows the other way";
const NO_RIGHTS: &str = "the server knows no policies of its caller; Mishap::Denied refuses";

#[tokio::test]
async fn the_server_of_the_binaries_tests_answers_as_aws_does() {
    let unseen = [
        ("two_roles_cannot_differ_in_the_case_of_their_names_alone", ONE_PATH),
        ("a_role_made_anew_below_another_path_is_authorised_with_that_one", ONE_PATH),
        ("a_policy_written_counts_within_a_minute_and_reads_go_back_and_forth_until_then", AT_ONCE),
        ("a_list_is_allowed_by_the_prefix_it_asks_for_and_without_one_by_none", NO_RIGHTS),
        ("an_object_is_removed_in_the_state_that_is_expected_and_in_no_other", NO_SUCH_CALL),
        ("a_queue_that_does_not_exist_is_told_in_the_words_of_the_query_protocol", NO_RIGHTS),
        ("a_secret_that_is_marked_for_deletion_is_an_invalid_request_and_not_missing", ONE_OF_EACH),
    ];
    hold("server of the binaries' tests", &mut Double::new().await, &unseen).await;
}
