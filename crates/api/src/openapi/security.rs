//! Who may call an operation, as the table of `domain::access` has it.

use domain::access::{Right, right_of};
use domain::account::Role;
use domain::text_enum::TextEnum;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::SecurityRequirement;

/// Says it aloud: nothing for everybody, `bearer` for those who are signed in, with the role for
/// each that is let in where not all are. An operation without a row says nothing, which the tests
/// don't let pass.
pub(super) fn add(operation: &mut Operation) {
    operation.security = right(operation).map(|right| {
        let scopes: Vec<Vec<&str>> = match (right.is_public(), roles(right)) {
            (true, _) => Vec::new(),
            (false, all) if all.len() == Role::ALL.len() => vec![Vec::new()],
            (false, some) => some.iter().map(|role| vec![role.as_str()]).collect(),
        };
        let requirements = scopes.into_iter();
        requirements
            .map(|scopes| SecurityRequirement::new("bearer", scopes))
            .collect()
    });
}

/// Whether somebody signed in may be of the wrong role.
pub(super) fn is_of_some_roles(operation: &Operation) -> bool {
    right(operation).is_some_and(|right| roles(right).len() < Role::ALL.len())
}

fn right(operation: &Operation) -> Option<Right> {
    right_of(operation.operation_id.as_deref()?)
}

fn roles(right: Right) -> Vec<Role> {
    let is_let_in = |role: &Role| right.asks_of(Some(*role)).is_some();
    Role::ALL.iter().copied().filter(is_let_in).collect()
}
