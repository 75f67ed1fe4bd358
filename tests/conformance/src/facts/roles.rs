//! Roles and their inline policies.

use crate::fact::{
    Call::{DeleteRolePolicy, GetRole, GetRolePolicy, PutRolePolicy},
    Confidence::{High, Low, Medium},
    Event, Fact, Right, Role, Seen, Size,
    Standing::{May, MayNot},
    Step::{Asked, Meanwhile},
};

const UNKNOWN_ROLE: &str = "https://github.com/keikoproj/iam-manager/issues/31 (mended by pull request 35), \
     https://github.com/hashicorp/terraform-provider-aws/issues/10532, \
     https://github.com/aws/chalice/issues/591, https://github.com/aws/aws-cdk/issues/27067";
const IDENTIFIERS: &str =
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html";

pub(super) const FACTS: &[Fact] = &[
    Fact {
        name: "a_role_that_iam_does_not_know_is_refused_where_the_right_is_a_path_pattern",
        source: UNKNOWN_ROLE,
        confidence: High,
        needs: &[MayNot(Right::OnRole("iam:GetRolePolicy", Role::Unknown))],
        story: &[Asked(GetRolePolicy(Role::Unknown), Seen::Forbidden)],
    },
    Fact {
        name: "a_role_that_iam_does_not_know_is_missing_to_who_may_read_every_role",
        source: UNKNOWN_ROLE,
        confidence: Medium,
        needs: &[May(Right::OnRole("iam:GetRole", Role::Unknown))],
        story: &[Asked(GetRole(Role::Unknown), Seen::Missing)],
    },
    Fact {
        name: "a_role_that_iam_knows_is_authorised_with_its_path_although_only_its_name_is_sent",
        source: IDENTIFIERS,
        confidence: High,
        needs: &[
            May(Right::OnRole("iam:GetRolePolicy", Role::Held)),
            MayNot(Right::OnRole("iam:GetRolePolicy", Role::Unknown)),
        ],
        story: &[
            Asked(GetRole(Role::Held), Seen::Found),
            // The policy was made up; the role is there.
            Asked(GetRolePolicy(Role::Held), Seen::Missing),
        ],
    },
    Fact {
        name: "a_role_is_found_under_its_name_in_another_case",
        source: "follows from the next; whether GetRole does was not seen",
        confidence: Low,
        needs: &[May(Right::OnRole("iam:GetRole", Role::Held))],
        story: &[Asked(GetRole(Role::HeldInAnotherCase), Seen::Found)],
    },
    Fact {
        name: "two_roles_cannot_differ_in_the_case_of_their_names_alone",
        source: "https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html (RoleName)",
        confidence: High,
        needs: &[],
        story: &[Meanwhile(Event::RoleInAnotherCase, Seen::AlreadyExists)],
    },
    Fact {
        name: "a_deleted_role_is_refused_like_one_that_never_was",
        source: UNKNOWN_ROLE,
        confidence: High,
        needs: &[],
        story: &[
            Asked(PutRolePolicy(Role::Held, Size::Small), Seen::Done),
            Meanwhile(Event::RoleDeleted, Seen::Done),
            Asked(GetRolePolicy(Role::Held), Seen::Forbidden),
            Asked(DeleteRolePolicy(Role::Held), Seen::Forbidden),
            Asked(GetRole(Role::Held), Seen::Missing),
        ],
    },
    Fact {
        name: "a_role_made_anew_below_another_path_is_authorised_with_that_one",
        source: IDENTIFIERS,
        confidence: High,
        needs: &[],
        story: &[
            Meanwhile(Event::RoleMoved, Seen::Done),
            Asked(GetRole(Role::Held), Seen::FoundElsewhere),
            Asked(GetRolePolicy(Role::Held), Seen::Forbidden),
        ],
    },
    Fact {
        name: "a_removal_that_is_repeated_meets_a_policy_that_is_gone",
        source: "https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRolePolicy.html; the \
                 SDK repeats a call whose answer was lost",
        confidence: High,
        needs: &[],
        story: &[
            Asked(PutRolePolicy(Role::Held, Size::Small), Seen::Done),
            Asked(DeleteRolePolicy(Role::Held), Seen::Done),
            Asked(DeleteRolePolicy(Role::Held), Seen::Missing),
        ],
    },
    Fact {
        name: "a_policy_written_twice_is_there_as_if_written_once",
        source: "https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html",
        confidence: High,
        needs: &[],
        story: &[
            Asked(PutRolePolicy(Role::Held, Size::MoreThanHalf), Seen::Done),
            Asked(PutRolePolicy(Role::Held, Size::MoreThanHalf), Seen::Done),
            Asked(GetRolePolicy(Role::Held), Seen::Found),
        ],
    },
    Fact {
        name: "a_policy_beyond_what_a_role_has_room_for_is_refused_by_its_limit",
        source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
        confidence: High,
        needs: &[],
        story: &[
            Meanwhile(Event::HalfOfTheRoleIsTaken, Seen::Done),
            Asked(PutRolePolicy(Role::Held, Size::MoreThanHalf), Seen::Limit),
            Asked(PutRolePolicy(Role::Held, Size::Small), Seen::Done),
        ],
    },
    Fact {
        name: "a_policy_written_counts_within_a_minute_and_reads_go_back_and_forth_until_then",
        source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html \
                 (changes that I make are not always immediately visible)",
        confidence: Medium,
        needs: &[],
        story: &[
            Asked(PutRolePolicy(Role::Held, Size::Small), Seen::Done),
            Meanwhile(Event::ReadsGoBackAndForth, Seen::Done),
            Meanwhile(Event::AMinutePasses, Seen::Done),
            Asked(GetRolePolicy(Role::Held), Seen::Found),
        ],
    },
    Fact {
        name: "a_writer_of_a_role_beside_another_is_asked_to_come_again",
        source: "https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html \
                 (ConcurrentModification)",
        confidence: High,
        needs: &[],
        story: &[
            Meanwhile(Event::WriterBeside, Seen::Done),
            Asked(PutRolePolicy(Role::Held, Size::Small), Seen::Conflict),
            Asked(PutRolePolicy(Role::Held, Size::Small), Seen::Done),
        ],
    },
    Fact {
        name: "a_call_of_iam_beyond_its_rate_is_told_by_its_code",
        source: "https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html (Throttling)",
        confidence: High,
        needs: &[],
        story: &[
            Meanwhile(Event::TooManyCalls, Seen::Done),
            Asked(GetRole(Role::Held), Seen::Throttled),
            Asked(GetRole(Role::Held), Seen::Found),
        ],
    },
];
