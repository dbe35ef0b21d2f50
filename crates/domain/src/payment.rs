//! Payments: what is paid for, and the state that is derived from the provider's facts.

use crate::account::Role;
use crate::text_enum::text_enum;

text_enum! {
    /// What a payment is for.
    PaymentType { Premium = "premium", Booking = "booking" }
}

impl PaymentType {
    /// Who pays for it: premium is a tutor's, a lesson its student's.
    #[must_use]
    pub fn payer(self) -> Role {
        match self {
            Self::Premium => Role::Tutor,
            Self::Booking => Role::Student,
        }
    }
}

text_enum! {
    /// Derived from facts and never set by a call.
    PaymentStatus {
        Pending = "pending",
        Completed = "completed",
        Failed = "failed",
        Expired = "expired",
        Refunded = "refunded",
        PartiallyRefunded = "partially_refunded",
        Disputed = "disputed",
    }
}

text_enum! {
    /// Why we give money back. One payment is refunded once for one reason.
    RefundReason {
        /// The booking was cancelled; how much goes back its policy says.
        BookingCancelled = "booking_cancelled",
        /// It was paid for too late, or was paid for already.
        NotPayable = "not_payable",
        /// Its checkout had been given up for a later one, which was paid as well.
        Superseded = "superseded",
    }
}

text_enum! {
    RefundStatus {
        Decided = "decided",
        /// The provider has taken it on.
        Sent = "sent",
        Succeeded = "succeeded",
        /// It failed at the payer's bank; needs a person.
        Failed = "failed",
        /// There was nothing left to give back.
        Void = "void",
    }
}

text_enum! {
    /// What became of an event that Stripe sent.
    EventOutcome {
        Applied = "applied",
        /// True, and older than what we know.
        Stale = "stale",
        /// Nothing to us.
        Ignored = "ignored",
        /// Kept, and not acted on (yet).
        Parked = "parked",
    }
}

text_enum! {
    /// The accounts of the ledger.
    LedgerAccount {
        Student = "student",
        Escrow = "escrow",
        Platform = "platform",
        Tutor = "tutor",
        Refund = "refund",
        StripeFees = "stripe_fees",
        Disputed = "disputed",
    }
}
