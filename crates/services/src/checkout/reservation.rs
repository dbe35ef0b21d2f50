//! The row that a checkout is made from: committed before the provider is called, with the request
//! frozen, so that every try asks for the same.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use domain::account::Principal;
use domain::payment::{PaymentStatus, PaymentType};
use domain::text_enum::TextEnum;
use payments::{SessionMode, SessionRequest};
use persistence::payments::{self as rows, Payment, STRIPE};
use persistence::stripe_customers::{self, StripeCustomer};
use persistence::{Stamp, Stored, Tx, audit};
use serde_json::json;
use uuid::Uuid;

use super::customer::keep_customer;
use super::payable::{Payable, PayableItem, payable};
use super::{Checkout, Purchase};
use crate::ServiceError;

/// Stripe takes sessions that live between 30 minutes and 24 hours.
const SHORTEST_SESSION: TimeDelta = TimeDelta::minutes(35);
pub(super) const LONGEST_SESSION: TimeDelta = TimeDelta::hours(23);
/// A payment that waits to be paid.
pub(super) struct Reserved {
    pub(super) payment: Payment,
    /// Whether what was asked for then isn't what would be asked for now: it has to give way.
    pub(super) is_outdated: bool,
}

/// Reserves a payment with the frozen request and its key, or gives the one that is pending.
pub(super) async fn reserve(
    tx: &Tx,
    checkout: &Checkout,
    who: Principal,
    purchase: Purchase,
    customer: &StripeCustomer,
) -> Result<Reserved, ServiceError> {
    // The payment refers to its customer: a settlement locks that first, and so does this.
    stripe_customers::lock_of_user(tx, who.user_id).await?;
    let payable = payable(tx, who, purchase).await?;
    let payment = reservation(tx, who.user_id, &payable, checkout, &customer.customer_id)?;
    if let Some(pending) = find_pending(tx, &payable).await? {
        return Ok(Reserved {
            is_outdated: is_outdated(&pending, &payment),
            payment: pending,
        });
    }
    if rows::insert_unless_there(tx, payment.clone()).await? {
        note_reservation(tx, &payment).await?;
        Ok(Reserved {
            payment,
            is_outdated: false,
        })
    } else {
        Err(ServiceError::Conflict)
    }
}

/// Neither the page nor the customer: what is asked of whom, and for what.
async fn note_reservation(tx: &Tx, payment: &Payment) -> Result<(), ServiceError> {
    let change = audit::Change {
        action: "payment.created",
        object_type: "payment",
        object_id: payment.id.to_string(),
        before: None,
        after: Some(json!({
            "type": *payment.kind,
            "booking_id": payment.booking_id,
            "tutor_id": payment.tutor_id,
            "amount_minor": payment.amount_minor,
            "currency": payment.currency,
        })),
    };
    Ok(audit::record(tx, change).await?)
}

/// Whether a pending payment asks another customer, for another amount, or could be paid after what
/// it pays for is gone: a lesson may have been moved.
fn is_outdated(pending: &Payment, now: &Payment) -> bool {
    pending.customer_id != now.customer_id
        || pending.amount_minor != now.amount_minor
        || pending.expires_at > now.expires_at
}

async fn find_pending(tx: &Tx, payable: &Payable) -> Result<Option<Payment>, ServiceError> {
    let payments = match payable.item.kind {
        PaymentType::Premium => rows::list_of_tutor(tx, payable.item.subject_id).await?,
        PaymentType::Booking => rows::list_of_booking(tx, payable.item.subject_id).await?,
    };
    Ok(payments
        .into_iter()
        .find(|payment| *payment.status == PaymentStatus::Pending))
}

fn reservation(
    tx: &Tx,
    user_id: Uuid,
    payable: &Payable,
    checkout: &Checkout,
    customer_id: &str,
) -> Result<Payment, ServiceError> {
    let stamp = tx.stamp();
    let id = stamp.id;
    let latest = tx.now() + LONGEST_SESSION;
    let expires_at = payable.until.clamp(tx.now() + SHORTEST_SESSION, latest);
    let request = SessionRequest {
        mode: match payable.item.kind {
            PaymentType::Premium => SessionMode::Subscription,
            PaymentType::Booking => SessionMode::Payment,
        },
        customer_id: customer_id.to_owned(),
        product_name: product_name(payable.item.kind).to_owned(),
        amount_minor: payable.item.amount.minor,
        currency: payable.item.amount.currency.code().to_owned(),
        metadata: metadata(id, user_id, payable),
        client_reference_id: user_id.to_string(),
        success_url: format!(
            "{}/payments/success?session_id={{CHECKOUT_SESSION_ID}}",
            checkout.frontend_url
        ),
        cancel_url: format!("{}/payments/cancelled", checkout.frontend_url),
        expires_at,
    };
    Ok(Payment {
        livemode: checkout.livemode,
        request: Some(
            serde_json::to_value(&request)
                .map_err(|_| ServiceError::Internal("a checkout could not be frozen"))?,
        ),
        idempotency_key: Some(format!("checkout:{id}")),
        expires_at: Some(expires_at),
        ..new_payment(stamp, user_id, payable.item, customer_id)
    })
}

/// A payment's row, of which nothing has been asked yet.
#[must_use]
pub fn new_payment(stamp: Stamp, user_id: Uuid, item: PayableItem, customer_id: &str) -> Payment {
    let is_premium = item.kind == PaymentType::Premium;
    Payment {
        id: stamp.id,
        user_id,
        kind: Stored(item.kind),
        booking_id: (!is_premium).then_some(item.subject_id),
        tutor_id: is_premium.then_some(item.subject_id),
        first_payment_id: None,
        status: Stored(PaymentStatus::Pending),
        amount_minor: item.amount.minor,
        refunded_minor: 0,
        disputed_minor: 0,
        lost_minor: 0,
        currency: item.amount.currency.code().to_owned(),
        livemode: false,
        provider: STRIPE.to_owned(),
        provider_ref: None,
        customer_id: Some(customer_id.to_owned()),
        subscription_id: None,
        payment_intent_id: None,
        request: None,
        idempotency_key: None,
        checkout_url: None,
        expires_at: None,
        paid_at: None,
        released_at: None,
        superseded_at: None,
        version: 1,
        created_at: stamp.at,
        updated_at: stamp.at,
        seed_run_id: stamp.seed_run_id,
    }
}

fn product_name(kind: PaymentType) -> &'static str {
    match kind {
        PaymentType::Premium => "Премиум для репетитора, 1 месяц",
        PaymentType::Booking => "Занятие с репетитором",
    }
}

fn metadata(payment_id: Uuid, user_id: Uuid, payable: &Payable) -> BTreeMap<String, String> {
    let subject = match payable.item.kind {
        PaymentType::Premium => "tutor_profile_id",
        PaymentType::Booking => "booking_id",
    };
    [
        ("type", payable.item.kind.as_str().to_owned()),
        ("user_id", user_id.to_string()),
        (subject, payable.item.subject_id.to_string()),
        ("payment_id", payment_id.to_string()),
    ]
    .into_iter()
    .map(|(key, value)| (key.to_owned(), value))
    .collect()
}

/// Reserves a payment as if its page had been opened, for a seed: what is paid then is settled by
/// the same events as any other payment.
///
/// # Errors
/// As [`open`].
pub async fn reserve_for_seed(
    tx: &Tx,
    who: Principal,
    purchase: Purchase,
    customer_id: &str,
    session_id: &str,
) -> Result<Payment, ServiceError> {
    let payable = payable(tx, who, purchase).await?;
    let kept = keep_customer(tx, who.user_id, customer_id).await?;
    let payment = Payment {
        provider_ref: Some(session_id.to_owned()),
        ..new_payment(tx.stamp(), who.user_id, payable.item, &kept.customer_id)
    };
    if rows::insert_unless_there(tx, payment.clone()).await? {
        Ok(payment)
    } else {
        Err(ServiceError::Conflict)
    }
}
