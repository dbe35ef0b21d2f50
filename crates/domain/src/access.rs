//! Who may do what: the one table that the extractors, the OpenAPI document, `docs/access.md` and
//! the tests read. (role, tie to the thing, right) → allowed or not; nothing here loads a thing.

mod operations;
#[cfg(test)]
mod tests;

use crate::account::Role;
use crate::text_enum::text_enum;

pub use operations::{OPERATIONS, right_of};

text_enum! {
    /// How near somebody is to a thing. Each includes those before it.
    Tie {
        /// None of theirs, and not for them to see.
        Foreign = "any",
        /// Not theirs, and shown to those like them.
        Visible = "visible",
        /// They are one of the two whom it is between.
        Party = "party",
        /// Theirs.
        Own = "own",
    }
}

text_enum! {
    /// What somebody may be let in for. Each is an extractor of the same name; those of `Admin` load
    /// what they are of.
    Right {
        Anyone = "anyone",
        User = "user",
        Student = "student",
        Tutor = "tutor",
        Payer = "payer",
        Admin = "admin",
        VisibleTutor = "visible_tutor",
        OwnOrder = "own_order",
        VisibleOrder = "visible_order",
        ExistingOrder = "existing_order",
        OwnApplication = "own_application",
        ReadableApplication = "readable_application",
        ChoosableApplication = "choosable_application",
        PartyBooking = "party_booking",
        StudentBooking = "student_booking",
        TutorBooking = "tutor_booking",
        OwnProfile = "own_profile",
        ReviewOfOneself = "review_of_oneself",
        OwnDocument = "own_document",
        OwnSession = "own_session",
        OwnPayment = "own_payment",
        ExplainablePayment = "explainable_payment",
    }
}

/// Whom a right lets in, and how near they must be to the thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grants {
    /// Everybody, signed in or not.
    Everyone(Tie),
    /// These roles.
    Roles(&'static [(Role, Tie)]),
}

/// Why somebody is not let in, in the order in which it is found out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Nobody is signed in.
    Unauthenticated,
    /// A role that may never do this.
    Forbidden,
    /// A thing that isn't there for them.
    Hidden,
}

impl Right {
    /// The row of the table.
    #[must_use]
    pub const fn grants(self) -> Grants {
        use Grants::{Everyone, Roles};
        use Role::{Admin, Student, Tutor};
        match self {
            Self::Anyone => Everyone(Tie::Foreign),
            Self::VisibleTutor => Everyone(Tie::Visible),
            // What has no id in its path is the caller's own by itself.
            Self::User | Self::OwnSession | Self::OwnPayment => {
                Roles(&[(Student, Tie::Own), (Tutor, Tie::Own), (Admin, Tie::Own)])
            }
            Self::Student | Self::OwnOrder => Roles(&[(Student, Tie::Own)]),
            Self::Tutor | Self::OwnProfile | Self::OwnApplication | Self::OwnDocument => {
                Roles(&[(Tutor, Tie::Own)])
            }
            Self::Payer => Roles(&[(Student, Tie::Own), (Tutor, Tie::Own)]),
            Self::Admin => Roles(&[(Admin, Tie::Foreign)]),
            Self::VisibleOrder => Roles(&[(Student, Tie::Own), (Tutor, Tie::Visible)]),
            // Whoever applies to one that is no longer open is told so.
            Self::ExistingOrder => Roles(&[(Tutor, Tie::Foreign)]),
            Self::ReadableApplication | Self::PartyBooking => {
                Roles(&[(Student, Tie::Party), (Tutor, Tie::Party)])
            }
            Self::ChoosableApplication | Self::StudentBooking => Roles(&[(Student, Tie::Party)]),
            Self::TutorBooking | Self::ReviewOfOneself => Roles(&[(Tutor, Tie::Party)]),
            Self::ExplainablePayment => Roles(&[
                (Student, Tie::Own),
                (Tutor, Tie::Own),
                (Admin, Tie::Foreign),
            ]),
        }
    }

    /// How near somebody of a role must be to the thing; `None` if no nearness is enough.
    #[must_use]
    pub fn asks_of(self, role: Option<Role>) -> Option<Tie> {
        match (self.grants(), role) {
            (Grants::Everyone(tie), _) => Some(tie),
            (Grants::Roles(_), None) => None,
            (Grants::Roles(roles), Some(role)) => roles
                .iter()
                .find(|(granted, _)| *granted == role)
                .map(|(_, tie)| *tie),
        }
    }

    /// Whether nobody need be signed in.
    #[must_use]
    pub fn is_public(self) -> bool {
        matches!(self.grants(), Grants::Everyone(_))
    }
}

/// Whether somebody may enter at all, before any thing is looked for.
///
/// # Errors
/// Nobody is signed in, or the role has no part in it.
pub fn admit(role: Option<Role>, right: Right) -> Result<(), Refusal> {
    match (right.asks_of(role), role) {
        (Some(_), _) => Ok(()),
        (None, None) => Err(Refusal::Unauthenticated),
        (None, Some(_)) => Err(Refusal::Forbidden),
    }
}

/// Whether somebody may have this thing.
///
/// # Errors
/// As [`admit`], or the thing isn't there for them.
pub fn allow(role: Option<Role>, tie: Tie, right: Right) -> Result<(), Refusal> {
    admit(role, right)?;
    match right.asks_of(role) {
        Some(asked) if tie >= asked => Ok(()),
        _ => Err(Refusal::Hidden),
    }
}
