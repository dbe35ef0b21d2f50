//! Who may enter: identity, role and ownership as types in a handler's signature.

mod access_token;
mod administration;
mod identity;
mod ownership;
mod page;
mod policy;

pub use access_token::AccessTokens;
pub use administration::{AnyJob, AnyTutor, AnyWebhookEvent};
pub use identity::{Admin, Payer, Student, Tutor, User, authenticate, claim};
pub use ownership::{
    ChoosableApplication, ExistingOrder, ExplainablePayment, OwnApplication, OwnDocument, OwnOrder,
    OwnPayment, OwnProfile, OwnSession, PartyBooking, ReadableApplication, ReviewOfOneself,
    StudentBooking, TutorBooking, VisibleCard, VisibleOrder, VisibleTutor,
};
pub use page::page;
