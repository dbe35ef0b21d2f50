//! A tutor's premium, derived from everything that is known of their subscriptions.

use chrono::{DateTime, Utc};
use domain::payment::{PaymentStatus, RefundReason};
use domain::settlement::{
    AskedPayment, FirstPayment, PremiumSettlement, Renewal, Reversal, SessionEffect, settle_premium,
};
use domain::stripe_facts::Names;
use persistence::outbox::{self, NotificationType};
use persistence::payments::{self as rows, Payment, Subject};
use persistence::tutors::{self, TutorProfile};
use persistence::{Reader, Stored, Tx, audit, stripe_customers};
use serde_json::json;
use uuid::Uuid;

use super::facts::Known;
use super::payment::{Progress, book, note_payment, write_progress};
use super::{Derived, amount, asked, refunds};
use crate::ServiceError;

/// Everything known of a tutor's premium, decided. `payments` are all of theirs.
pub(crate) async fn read_premium(
    reader: &impl Reader,
    payments: &[Payment],
    extra: &Names,
) -> Result<PremiumSettlement, ServiceError> {
    Ok(decide(
        payments,
        &Known::read(reader, payments, extra).await?,
    ))
}

fn decide(payments: &[Payment], known: &Known) -> PremiumSettlement {
    let is_checkout = |payment: &&Payment| payment.first_payment_id.is_none();
    let checkouts = payments.iter().filter(is_checkout);
    let asked: Vec<AskedPayment> = checkouts.filter_map(asked).collect();
    let is_ours = |owner: Uuid| asked.iter().any(|asked| asked.payment_id == owner);
    settle_premium(&asked, &known.of(is_ours))
}

pub(super) async fn settle(
    tx: &Tx,
    tutor_id: Uuid,
    names: &Names,
) -> Result<Derived, ServiceError> {
    let user_id = tutors::find_user_id(tx, tutor_id)
        .await?
        .ok_or(ServiceError::Internal("the tutor of a payment is gone"))?;
    stripe_customers::lock_of_user(tx, user_id).await?;
    let mut profile = tutors::lock(tx, tutor_id)
        .await?
        .ok_or(ServiceError::Internal("the tutor of a payment is gone"))?;
    let payments = rows::lock_of(tx, Subject::Premium(tutor_id)).await?;
    let known = Known::read(tx, &payments, names).await?;
    let settled = decide(&payments, &known);
    let mut checkouts = Vec::new();
    for first in &settled.first_payments {
        if let Some(checkout) = payments.iter().find(|row| row.id == first.payment_id) {
            checkouts.push(write_first(tx, checkout.clone(), first).await?);
        }
    }
    for renewal in &settled.renewals {
        write_renewal(tx, &payments, renewal).await?;
    }
    let ids = payments.iter().map(|payment| payment.id);
    refunds::note_seen(tx, ids, &settled.refunds).await?;
    give_back_superseded(tx, &checkouts).await?;
    let before = profile.clone();
    entitle(&mut profile, &settled);
    if profile != before {
        note_premium(tx, user_id, &before, &profile).await?;
        tutors::update(tx, profile).await?;
    }
    Ok(Derived {
        judgments: settled.judgments.into_iter().collect(),
        known,
    })
}

async fn write_first(
    tx: &Tx,
    checkout: Payment,
    first: &FirstPayment,
) -> Result<Payment, ServiceError> {
    let paid = first.paid.as_ref();
    let progress = Progress {
        session_id: first.session_id.clone(),
        subscription_id: paid.map(|paid| paid.subscription_id.clone()),
        payment_intent_id: paid.and_then(|paid| paid.payment_intent_id.clone()),
        paid_at: paid.map(|paid| paid.paid_at),
        effect: first.progress,
        reversal: paid.map_or_else(Reversal::default, |paid| paid.reversal),
    };
    write_progress(tx, checkout, None, progress).await
}

/// A checkout that was given up and is paid all the same, beside the one that took its place: two
/// subscriptions where one was asked for.
async fn give_back_superseded(tx: &Tx, checkouts: &[Payment]) -> Result<(), ServiceError> {
    let is_paid = |payment: &&Payment| payment.paid_at.is_some();
    for payment in checkouts.iter().filter(is_paid) {
        let has_successor = checkouts
            .iter()
            .filter(is_paid)
            .any(|other| other.id != payment.id && other.created_at >= payment.created_at);
        if payment.superseded_at.is_some() && has_successor {
            let reason = RefundReason::Superseded;
            crate::refunds::decide(tx, payment.id, reason, amount(payment)).await?;
        }
    }
    Ok(())
}

/// Writes what a tutor is entitled to on their profile.
pub fn entitle(profile: &mut TutorProfile, settled: &PremiumSettlement) {
    let entitlement = &settled.entitlement;
    profile.premium_until = entitlement.until;
    profile.premium_expires_at = entitlement.expires_at;
    profile.premium_active_until = entitlement.until.map(|until| until + entitlement.grace);
    let live = settled.live_subscription.as_ref();
    profile.premium_status = live.and_then(|live| live.status.clone());
}

async fn note_premium(
    tx: &Tx,
    user_id: Uuid,
    before: &TutorProfile,
    after: &TutorProfile,
) -> Result<(), ServiceError> {
    let shown = |profile: &TutorProfile| {
        let until: Option<DateTime<Utc>> = profile.premium_until;
        json!({ "until": until, "status": profile.premium_status })
    };
    audit::record(
        tx,
        audit::Change {
            action: "premium.changed",
            object_type: "tutor_profile",
            object_id: after.id.to_string(),
            before: Some(shown(before)),
            after: Some(shown(after)),
        },
    )
    .await?;
    // The first word of a subscription comes with its payment, of which the tutor is told anyway.
    let is_news =
        before.premium_status.is_some() || after.premium_status.as_deref().is_some_and(is_trouble);
    if before.premium_status != after.premium_status && is_news {
        let data = json!({
            "premium_status": after.premium_status.as_deref().unwrap_or("none"),
            "premium_until": after.premium_active_until,
        });
        outbox::tell(tx, user_id, NotificationType::PaymentUpdated, data).await?;
    }
    Ok(())
}

fn is_trouble(status: &str) -> bool {
    matches!(status, "past_due" | "unpaid")
}

/// A renewal is a payment of its own, known by its invoice.
async fn write_renewal(
    tx: &Tx,
    payments: &[Payment],
    renewal: &Renewal,
) -> Result<(), ServiceError> {
    let by_invoice = |row: &&Payment| row.provider_ref.as_ref() == Some(&renewal.invoice_id);
    let payment = match payments.iter().find(by_invoice) {
        Some(known) => known.clone(),
        None => new_renewal(tx, payments, renewal).await?,
    };
    let progress = Progress {
        session_id: None,
        subscription_id: None,
        payment_intent_id: renewal.payment_intent_id.clone(),
        paid_at: Some(renewal.paid_at),
        effect: Some(SessionEffect::Paid),
        reversal: renewal.reversal,
    };
    write_progress(tx, payment, None, progress).await?;
    Ok(())
}

async fn new_renewal(
    tx: &Tx,
    payments: &[Payment],
    renewal: &Renewal,
) -> Result<Payment, ServiceError> {
    let is_first = |row: &&Payment| row.id == renewal.first_payment_id;
    let missing = ServiceError::Internal("a renewal without its first payment");
    let first = payments.iter().find(is_first).ok_or(missing)?;
    let payment = Payment {
        id: tx.new_id(),
        first_payment_id: Some(first.id),
        status: Stored(PaymentStatus::Completed),
        amount_minor: renewal.amount.minor,
        refunded_minor: 0,
        disputed_minor: 0,
        lost_minor: 0,
        provider_ref: Some(renewal.invoice_id.clone()),
        subscription_id: Some(renewal.subscription_id.clone()),
        payment_intent_id: renewal.payment_intent_id.clone(),
        request: None,
        idempotency_key: None,
        checkout_url: None,
        expires_at: None,
        paid_at: Some(renewal.paid_at),
        superseded_at: None,
        version: 1,
        created_at: tx.now(),
        updated_at: tx.now(),
        seed_run_id: tx.seed_run_id(),
        ..first.clone()
    };
    if rows::insert_unless_there(tx, payment.clone()).await? {
        let unpaid = Payment {
            paid_at: None,
            ..payment.clone()
        };
        book(tx, &unpaid, &payment, None).await?;
        note_payment(tx, &payment, PaymentStatus::Pending).await?;
    }
    Ok(payment)
}
