use std::collections::BTreeSet;

use super::{OPERATIONS, Refusal, Right, Tie, admit, allow};
use crate::account::Role;
use crate::payment::PaymentType;
use crate::text_enum::TextEnum;

fn everybody() -> impl Iterator<Item = Option<Role>> {
    std::iter::once(None).chain(Role::ALL.iter().copied().map(Some))
}

#[test]
fn who_is_not_signed_in_is_let_in_only_where_everybody_is() {
    for &right in Right::ALL {
        let expected = if right.is_public() {
            Ok(())
        } else {
            Err(Refusal::Unauthenticated)
        };
        assert_eq!(admit(None, right), expected, "{right}");
    }
}

#[test]
fn whoever_may_have_a_thing_may_have_it_when_they_are_nearer_to_it() {
    for &right in Right::ALL {
        for role in everybody() {
            let allowed: Vec<bool> = Tie::ALL
                .iter()
                .map(|tie| allow(role, *tie, right).is_ok())
                .collect();
            assert!(allowed.is_sorted(), "{right} {role:?}: {allowed:?}");
        }
    }
}

#[test]
fn a_foreign_thing_is_hidden_and_never_forbidden_to_a_role_that_is_let_in() {
    for &right in Right::ALL {
        for role in everybody().filter(|role| admit(*role, right).is_ok()) {
            let answer = allow(role, Tie::Foreign, right);
            assert!(
                matches!(answer, Ok(()) | Err(Refusal::Hidden)),
                "{right} {role:?}"
            );
        }
    }
}

#[test]
fn a_role_without_a_part_in_it_is_refused_however_near_it_is() {
    for &right in Right::ALL {
        for role in Role::ALL {
            if admit(Some(*role), right).is_err() {
                let answer = allow(Some(*role), Tie::Own, right);
                assert_eq!(answer, Err(Refusal::Forbidden), "{right} {role}");
            }
        }
    }
}

#[test]
fn only_administrators_and_those_who_bid_reach_what_is_foreign_to_them() {
    for &right in Right::ALL {
        for role in Role::ALL {
            let reaches = allow(Some(*role), Tie::Foreign, right).is_ok() && !right.is_public();
            let may = *role == Role::Admin || right == Right::ExistingOrder;
            assert!(may || !reaches, "{right} {role}");
        }
    }
}

#[test]
fn whoever_pays_for_something_is_a_payer() {
    for kind in PaymentType::ALL {
        assert_eq!(admit(Some(kind.payer()), Right::Payer), Ok(()));
    }
}

#[test]
fn every_right_is_some_operations_and_no_operation_has_two_rows() {
    let ids: BTreeSet<&str> = OPERATIONS.iter().map(|(id, _)| *id).collect();
    assert_eq!(ids.len(), OPERATIONS.len());
    for right in Right::ALL {
        assert!(
            OPERATIONS.iter().any(|(_, used)| used == right),
            "nothing asks for {right}"
        );
    }
}
