//! Applications: a tutor's bid on an order.

use crate::money::{Currency, Money};
use crate::text_enum::{Event, InvalidState, invalid_state, text_enum};
use crate::validation::{Violations, text};

text_enum! {
    ApplicationStatus {
        Submitted = "submitted",
        Chosen = "chosen",
        Rejected = "rejected",
        Withdrawn = "withdrawn",
    }
}

text_enum! {
    /// What can happen to an application.
    ApplicationEvent {
        /// Its tutor changes the price or the message.
        Edit = "edit",
        Choose = "choose",
        /// Another was chosen, or the order ended.
        Reject = "reject",
        Withdraw = "withdraw",
        /// Its tutor sends it again after withdrawing it.
        Resubmit = "resubmit",
        /// The order is open again: what was chosen or rejected competes once more.
        Reopen = "reopen",
    }
}

impl Event for ApplicationEvent {
    fn is_called(self) -> bool {
        match self {
            Self::Edit | Self::Choose | Self::Withdraw | Self::Resubmit => true,
            Self::Reject | Self::Reopen => false,
        }
    }
}

impl ApplicationStatus {
    fn next(self, event: ApplicationEvent) -> Option<Self> {
        match (self, event) {
            (Self::Submitted, ApplicationEvent::Edit) => Some(Self::Submitted),
            (Self::Submitted, ApplicationEvent::Choose) => Some(Self::Chosen),
            (Self::Submitted, ApplicationEvent::Reject) => Some(Self::Rejected),
            (Self::Submitted, ApplicationEvent::Withdraw) => Some(Self::Withdrawn),
            (Self::Withdrawn, ApplicationEvent::Resubmit) => Some(Self::Submitted),
            (Self::Rejected | Self::Chosen, ApplicationEvent::Reopen) => Some(Self::Submitted),
            _ => None,
        }
    }

    /// The state after `event`.
    ///
    /// # Errors
    /// The state has no such move.
    pub fn on(self, event: ApplicationEvent) -> Result<Self, InvalidState> {
        self.next(event)
            .ok_or_else(|| invalid_state(self, Self::next))
    }
}

/// A bid, checked.
#[derive(Debug, Clone)]
pub struct Bid {
    /// The total of the booking that choosing it makes.
    pub price: Money,
    pub message: String,
}

impl Bid {
    /// # Errors
    /// Everything that is wrong with it.
    pub fn parse(price: i64, message: &str) -> Result<Self, Violations> {
        let mut wrong = Violations::default();
        let price = wrong.take("/price", Money::price(price, Currency::Rub));
        let message = wrong.take("/message", text(message, 1, 2_000));
        match (price, message) {
            (Some(price), Some(message)) => Ok(Self { price, message }),
            _ => Err(wrong),
        }
    }
}
