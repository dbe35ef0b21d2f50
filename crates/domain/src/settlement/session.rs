//! Checkout sessions: is this one what we opened, and what did it do?
//!
//! Source: <https://docs.stripe.com/api/checkout/sessions/object>.

use crate::payment::PaymentType;
use crate::text_enum::TextEnum;

use super::{
    AskedPayment, Check, Judgment, check_metadata_payment, check_party, differs, ensure, judgment,
    mismatch, names, waiting,
};
use crate::stripe_facts::{SessionEventKind, SessionFact};

/// What an applied session event did to its payment. The greater one stands: money that came is
/// not undone by word of a failure, whichever arrives first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SessionEffect {
    /// The form was submitted; an asynchronous method will pay, or fail, later.
    CompletedUnpaid,
    Expired,
    Failed,
    Paid,
}

impl SessionEffect {
    /// What the fact says, as long as it was judged [`Judgment::Applied`].
    #[must_use]
    pub fn of(fact: &SessionFact) -> Self {
        match fact.kind {
            SessionEventKind::Expired => Self::Expired,
            SessionEventKind::AsyncFailed => Self::Failed,
            SessionEventKind::Completed | SessionEventKind::AsyncSucceeded => {
                if fact.payment_status.as_deref() == Some("paid") {
                    Self::Paid
                } else {
                    Self::CompletedUnpaid
                }
            }
        }
    }
}

/// Judges a session event against the payment that its id or its metadata names.
#[must_use]
pub fn judge_session(asked: &AskedPayment, fact: &SessionFact) -> Judgment {
    judge(asked, fact, fact.subscription_id.as_deref())
}

/// As [`judge_session`], where the subscription may be known from the session's invoice.
pub(super) fn judge(
    asked: &AskedPayment,
    fact: &SessionFact,
    subscription_id: Option<&str>,
) -> Judgment {
    judgment(check(asked, fact, subscription_id))
}

/// Whether the session is the payment's, by its id or by its metadata.
pub(super) fn is_of(asked: &AskedPayment, fact: &SessionFact) -> bool {
    has_id_of(asked, fact) || names(fact.metadata.payment_id.as_deref(), asked.payment_id)
}

pub(super) fn has_id_of(asked: &AskedPayment, fact: &SessionFact) -> bool {
    asked.session_id.as_deref() == Some(fact.session_id.as_str())
}

fn check(asked: &AskedPayment, fact: &SessionFact, subscription_id: Option<&str>) -> Check {
    ensure(
        is_of(asked, fact),
        waiting("the session names no payment of ours"),
    )?;
    check_party(asked, &fact.stamp, fact.customer_id.as_deref())?;
    check_references(asked, fact)?;
    check_terms(asked, fact)?;
    check_payment_status(fact)?;
    if asked.purpose == PaymentType::Premium && was_completed(fact) && subscription_id.is_none() {
        return Err(match fact.invoice_id {
            Some(_) => waiting("the session names no subscription, its invoice may"),
            None => mismatch("the session names no subscription"),
        });
    }
    Ok(())
}

/// The payment's own row says who pays for what; what came back may only agree with it.
fn check_references(asked: &AskedPayment, fact: &SessionFact) -> Check {
    let metadata = &fact.metadata;
    check_metadata_payment(asked, metadata.payment_id.as_deref())?;
    ensure(
        metadata
            .purpose
            .as_deref()
            .is_none_or(|purpose| purpose == asked.purpose.as_str()),
        mismatch("metadata.type is not the payment's"),
    )?;
    ensure(
        !differs(metadata.user_id.as_deref(), asked.user_id),
        mismatch("metadata.user_id is not the payment's"),
    )?;
    match asked.purpose {
        PaymentType::Premium => ensure(
            !differs(metadata.tutor_profile_id.as_deref(), asked.subject_id),
            mismatch("metadata.tutor_profile_id is not the payment's"),
        ),
        PaymentType::Booking => ensure(
            !differs(metadata.booking_id.as_deref(), asked.subject_id),
            mismatch("metadata.booking_id is not the payment's"),
        ),
    }?;
    ensure(
        !differs(fact.client_reference_id.as_deref(), asked.user_id),
        mismatch("client_reference_id is not the payer"),
    )
}

fn check_terms(asked: &AskedPayment, fact: &SessionFact) -> Check {
    let mode = match asked.purpose {
        PaymentType::Premium => "subscription",
        PaymentType::Booking => "payment",
    };
    ensure(
        fact.mode.as_deref() == Some(mode),
        mismatch("mode is not what was asked for"),
    )?;
    ensure(
        fact.currency.as_deref() == Some(asked.amount.currency.code()),
        mismatch("currency is not what was asked for"),
    )?;
    ensure(
        fact.amount_total == Some(asked.amount.minor),
        mismatch("amount_total is not what was asked for"),
    )
}

/// The status must be one that the event can have: `no_payment_required` is none, because nothing
/// that we sell is free.
fn check_payment_status(fact: &SessionFact) -> Check {
    let status = fact.payment_status.as_deref();
    let possible = match fact.kind {
        SessionEventKind::Completed => matches!(status, Some("paid" | "unpaid")),
        SessionEventKind::AsyncSucceeded => status == Some("paid"),
        SessionEventKind::AsyncFailed | SessionEventKind::Expired => status == Some("unpaid"),
    };
    ensure(
        possible,
        mismatch("payment_status is not one that the event can have"),
    )
}

fn was_completed(fact: &SessionFact) -> bool {
    matches!(
        fact.kind,
        SessionEventKind::Completed | SessionEventKind::AsyncSucceeded
    )
}
