//! A tutor's premium, derived from everything that is known of their subscriptions.

use chrono::{DateTime, Utc};
use domain::payment::PaymentStatus;
use domain::premium::Entitlement;
use domain::settlement::{AskedPayment, PremiumSettlement, Renewal, settle_premium};
use persistence::payments::{self as rows, Payment};
use persistence::stripe_facts::{self, FactKeys};
use persistence::tutors::{self, TutorProfile};
use persistence::{Reader, Stored, Tx, audit, stripe_customers};
use serde_json::json;
use uuid::Uuid;

use super::payment::{book, name_session, note_payment, write_progress};
use super::{Judgments, asked, lock_payments};
use crate::ServiceError;

/// Everything known of a tutor's premium, decided.
pub(crate) async fn read_premium(
    reader: &impl Reader,
    checkouts: &[Payment],
    extra: &FactKeys,
) -> Result<PremiumSettlement, ServiceError> {
    let keys = FactKeys {
        payment_ids: checkouts.iter().map(|p| p.id).collect(),
        session_ids: join(
            checkouts.iter().filter_map(|p| p.provider_ref.clone()),
            &extra.session_ids,
        ),
        subscription_ids: join(
            checkouts.iter().filter_map(|p| p.subscription_id.clone()),
            &extra.subscription_ids,
        ),
        invoice_ids: extra.invoice_ids.clone(),
    };
    let facts = stripe_facts::load(reader, &keys).await?;
    let asked: Vec<AskedPayment> = checkouts.iter().filter_map(asked).collect();
    Ok(settle_premium(
        &asked,
        &facts.sessions,
        &facts.invoices,
        &facts.subscriptions,
    ))
}

fn join(own: impl Iterator<Item = String>, extra: &[String]) -> Vec<String> {
    own.chain(extra.iter().cloned()).collect()
}

pub(super) async fn settle(
    tx: &Tx,
    tutor_id: Uuid,
    extra: &FactKeys,
) -> Result<Judgments, ServiceError> {
    let user_id = tutors::find_user_id(tx, tutor_id)
        .await?
        .ok_or(ServiceError::Internal("the tutor of a payment is gone"))?;
    stripe_customers::lock_of_user(tx, user_id).await?;
    let mut profile = tutors::lock(tx, tutor_id)
        .await?
        .ok_or(ServiceError::Internal("the tutor of a payment is gone"))?;
    let all = lock_payments(tx, rows::list_of_tutor(tx, tutor_id).await?).await?;
    let checkouts: Vec<Payment> = all
        .into_iter()
        .filter(|payment| payment.first_payment_id.is_none())
        .collect();
    let settled = read_premium(tx, &checkouts, extra).await?;
    for checkout in &checkouts {
        let Some(first) = settled
            .first_payments
            .iter()
            .find(|first| first.payment_id == checkout.id)
        else {
            continue;
        };
        let paid_at = first.paid.as_ref().map(|paid| paid.paid_at);
        let subscription_id = first.paid.as_ref().map(|paid| paid.subscription_id.clone());
        let mut checkout = name_session(tx, checkout.clone(), first.session_id.clone()).await?;
        if subscription_id.is_some() {
            checkout.subscription_id = subscription_id;
        }
        write_progress(tx, checkout, paid_at, first.progress).await?;
    }
    for renewal in &settled.renewals {
        write_renewal(tx, &checkouts, renewal).await?;
    }
    let before = profile.clone();
    entitle(&mut profile, &settled.entitlement);
    if profile != before {
        record_premium(tx, tutor_id, before.premium_until, profile.premium_until).await?;
        tutors::update(tx, profile).await?;
    }
    Ok(settled.judgments.into_iter().collect())
}

/// Writes what a tutor is entitled to on their profile.
pub fn entitle(profile: &mut TutorProfile, entitlement: &Entitlement) {
    profile.premium_until = entitlement.until;
    profile.premium_expires_at = entitlement.expires_at;
    profile.premium_active_until = entitlement.until.map(|until| until + entitlement.grace);
}

async fn record_premium(
    tx: &Tx,
    tutor_id: Uuid,
    before: Option<DateTime<Utc>>,
    after: Option<DateTime<Utc>>,
) -> Result<(), ServiceError> {
    audit::record(
        tx,
        audit::Change {
            action: "premium.changed",
            object_type: "tutor_profile",
            object_id: tutor_id.to_string(),
            before: Some(json!({ "until": before })),
            after: Some(json!({ "until": after })),
        },
    )
    .await?;
    Ok(())
}

/// A renewal is a payment of its own, known by its invoice.
async fn write_renewal(
    tx: &Tx,
    checkouts: &[Payment],
    renewal: &Renewal,
) -> Result<(), ServiceError> {
    let Some(first) = checkouts.iter().find(|p| p.id == renewal.first_payment_id) else {
        return Err(ServiceError::Internal(
            "a renewal without its first payment",
        ));
    };
    let payment = Payment {
        id: tx.new_id(),
        first_payment_id: Some(first.id),
        status: Stored(PaymentStatus::Completed),
        amount_minor: renewal.amount.minor,
        refunded_minor: 0,
        provider_ref: Some(renewal.invoice_id.clone()),
        subscription_id: Some(renewal.subscription_id.clone()),
        request: None,
        idempotency_key: None,
        checkout_url: None,
        expires_at: None,
        paid_at: Some(renewal.paid_at),
        version: 1,
        created_at: tx.now(),
        updated_at: tx.now(),
        seed_run_id: tx.seed_run_id(),
        ..first.clone()
    };
    if rows::insert_unless_there(tx, payment.clone()).await? {
        book(tx, &payment, renewal.paid_at).await?;
        note_payment(tx, &payment, PaymentStatus::Pending).await?;
    }
    Ok(())
}
