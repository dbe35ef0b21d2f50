//! Invoices: which grant a period of premium, and which were to.
//!
//! Source: <https://docs.stripe.com/api/invoices/object>.

use super::{
    AskedPayment, Check, Judgment, check_metadata_payment, check_party, ensure, judgment, mismatch,
    waiting,
};
use crate::stripe_facts::{InvoiceEventKind, InvoiceFact};

/// The reason of a subscription's first invoice, whose payment is the checkout's.
const FIRST: &str = "subscription_create";
/// The reason of a renewal's.
const RENEWAL: &str = "subscription_cycle";

/// Judges an invoice against the first payment of its subscription, which froze the price. What is
/// asked of a paid one is not asked of one that could not be paid.
#[must_use]
pub fn judge_invoice(asked: &AskedPayment, fact: &InvoiceFact) -> Judgment {
    judgment(check(asked, fact))
}

/// Why the invoice grants nothing whoever it is of; `None` if it could.
pub(super) fn ignored(fact: &InvoiceFact) -> Option<Judgment> {
    if !matches!(fact.billing_reason.as_deref(), Some(FIRST | RENEWAL)) {
        return Some(Judgment::Ignored(
            "billing_reason is neither a first payment nor a renewal",
        ));
    }
    (fact.total == Some(0)).then_some(Judgment::Ignored("total is zero"))
}

/// Whether the invoice is the subscription's first, of one grant with its checkout.
pub(super) fn is_first(fact: &InvoiceFact) -> bool {
    fact.billing_reason.as_deref() == Some(FIRST)
}

fn check(asked: &AskedPayment, fact: &InvoiceFact) -> Check {
    ignored(fact).map_or(Ok(()), Err)?;
    check_party(asked, &fact.stamp, fact.customer_id.as_deref())?;
    check_metadata_payment(asked, fact.metadata_payment_id.as_deref())?;
    ensure(
        fact.subscription_id.is_some(),
        waiting("the invoice names no subscription"),
    )?;
    if fact.kind != InvoiceEventKind::Paid {
        return Ok(());
    }
    ensure(
        fact.status.as_deref() == Some("paid"),
        mismatch("status is not paid"),
    )?;
    ensure(
        fact.amount_remaining == Some(0),
        mismatch("amount_remaining is not zero"),
    )?;
    ensure(
        fact.currency.as_deref() == Some(asked.amount.currency.code()),
        mismatch("currency is not the subscription's"),
    )?;
    ensure(
        fact.total == Some(asked.amount.minor),
        mismatch("total is not the subscription's price"),
    )
}
