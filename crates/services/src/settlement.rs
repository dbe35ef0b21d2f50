//! Deriving state from Stripe's facts: find the roots, lock them, read everything, decide, write.
//!
//! The deciding is `domain::settlement`'s. Here nothing is ever added to a state: each time it is
//! computed from all facts of its root and written where it differs.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use domain::booking::{BookingEvent, BookingStatus};
use domain::money::{Currency, Money};
use domain::payment::{EventOutcome, LedgerAccount, PaymentStatus, PaymentType};
use domain::settlement::{
    AskedPayment, Judgment, ParkReason, PremiumSettlement, SessionEffect, settle_booking,
    settle_premium,
};
use payments::events::Fact;
use persistence::outbox::{self, NotificationType};
use persistence::payments::{self as rows, Payment};
use persistence::stripe_facts::{self, FactKeys};
use persistence::webhook_events::{self, Verdict};
use persistence::{
    Reader, Stored, Tx, audit, bookings, ledger, orders, refunds, stripe_customers, tutors,
};
use serde_json::json;
use uuid::Uuid;

use crate::ServiceError;
use crate::bookings::note_change;

/// What a set of facts is about: everything that is derived from it is locked together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Root {
    /// A tutor's premium.
    Premium(Uuid),
    Booking(Uuid),
}

/// What one event came to, over all its roots: what counted somewhere, counted.
pub(crate) type Judgments = BTreeMap<String, Judgment>;

/// The roots that a fact belongs to. None: whose it is isn't known yet.
pub(crate) async fn roots_of(tx: &Tx, fact: &Fact) -> Result<BTreeSet<Root>, ServiceError> {
    let mut found: Vec<Payment> = Vec::new();
    let (claim, session, subscription, invoice, customer) = match fact {
        Fact::Session(f) => (
            f.metadata.payment_id.as_deref(),
            Some(f.session_id.as_str()),
            f.subscription_id.as_deref(),
            f.invoice_id.as_deref(),
            f.customer_id.as_deref(),
        ),
        Fact::Invoice(f) => (
            f.metadata_payment_id.as_deref(),
            None,
            f.subscription_id.as_deref(),
            Some(f.invoice_id.as_str()),
            f.customer_id.as_deref(),
        ),
        Fact::Subscription(f) => (
            f.metadata_payment_id.as_deref(),
            None,
            Some(f.subscription_id.as_str()),
            None,
            f.customer_id.as_deref(),
        ),
    };
    let mut claims = stripe_facts::list_claims(tx, subscription, invoice).await?;
    claims.push((
        claim.and_then(|id| Uuid::parse_str(id).ok()),
        session.map(str::to_owned),
    ));
    for (payment_id, session_id) in claims {
        if let Some(payment_id) = payment_id {
            found.extend(rows::find(tx, payment_id).await?);
        }
        if let Some(session_id) = session_id {
            found.extend(rows::find_by_provider_ref(tx, &session_id).await?);
        }
    }
    if let Some(subscription) = subscription {
        found.extend(rows::list_of_subscription(tx, subscription).await?);
    }
    let mut roots: BTreeSet<Root> = found.iter().filter_map(root_of).collect();
    if roots.is_empty()
        && let Some(customer) = customer
        && let Some(profile) = tutors::find_by_stripe_customer(tx, customer).await?
    {
        roots.insert(Root::Premium(profile.id));
    }
    Ok(roots)
}

fn root_of(payment: &Payment) -> Option<Root> {
    match *payment.kind {
        PaymentType::Premium => payment.tutor_id.map(Root::Premium),
        PaymentType::Booking => payment.booking_id.map(Root::Booking),
    }
}

/// Derives the state of a root from all its facts and writes what has changed. `extra` leads to
/// facts that nothing of the root names yet.
pub(crate) async fn settle(
    tx: &Tx,
    root: Root,
    extra: &FactKeys,
) -> Result<Judgments, ServiceError> {
    match root {
        Root::Premium(tutor_id) => settle_premium_of(tx, tutor_id, extra).await,
        Root::Booking(booking_id) => settle_booking_of(tx, booking_id).await,
    }
}

/// What was asked of Stripe when the payment was reserved.
fn asked(payment: &Payment) -> Option<AskedPayment> {
    Some(AskedPayment {
        payment_id: payment.id,
        purpose: *payment.kind,
        user_id: payment.user_id,
        subject_id: payment.tutor_id.or(payment.booking_id)?,
        amount: amount(payment),
        customer_id: payment.customer_id.clone(),
        session_id: payment.provider_ref.clone(),
        livemode: payment.livemode,
    })
}

fn amount(payment: &Payment) -> Money {
    Money {
        minor: payment.amount_minor,
        currency: Currency::parse(&payment.currency).unwrap_or_default(),
    }
}

async fn lock_payments(tx: &Tx, found: Vec<Payment>) -> Result<Vec<Payment>, ServiceError> {
    let mut locked = Vec::new();
    for payment in found {
        locked.push(rows::lock(tx, payment.id).await?);
    }
    Ok(locked)
}

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

async fn settle_premium_of(
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
    let entitlement = settled.entitlement;
    let until = (
        entitlement.until,
        entitlement.expires_at,
        entitlement.until.map(|until| until + entitlement.grace),
    );
    let known = (
        profile.premium_until,
        profile.premium_expires_at,
        profile.premium_active_until,
    );
    if until != known {
        (
            profile.premium_until,
            profile.premium_expires_at,
            profile.premium_active_until,
        ) = until;
        record_premium(tx, tutor_id, known.0, until.0).await?;
        tutors::update(tx, profile).await?;
    }
    Ok(settled.judgments.into_iter().collect())
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
    renewal: &domain::settlement::Renewal,
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

async fn settle_booking_of(tx: &Tx, booking_id: Uuid) -> Result<Judgments, ServiceError> {
    let found = bookings::find(tx, booking_id)
        .await?
        .ok_or(ServiceError::Internal("the booking of a payment is gone"))?;
    stripe_customers::lock_of_user(tx, found.student_id).await?;
    orders::lock(tx, found.order_id).await?;
    bookings::lock(tx, booking_id).await?;
    let payments = lock_payments(tx, rows::list_of_booking(tx, booking_id).await?).await?;
    let mut judgments = Judgments::new();
    let mut paid = Vec::new();
    for payment in payments {
        let Some(asked) = asked(&payment) else {
            continue;
        };
        let keys = FactKeys {
            payment_ids: vec![payment.id],
            session_ids: payment.provider_ref.clone().into_iter().collect(),
            ..FactKeys::default()
        };
        let facts = stripe_facts::load(tx, &keys).await?;
        let settled = settle_booking(&asked, &facts.sessions);
        let payment = name_session(tx, payment, settled.session_id).await?;
        let payment = write_progress(tx, payment, settled.paid_at, settled.progress).await?;
        if let Some(paid_at) = settled.paid_at {
            paid.push((payment, paid_at));
        }
        judgments.extend(settled.judgments);
    }
    // Only when all of them are written down is it known which came first.
    for (payment, paid_at) in &paid {
        confirm(tx, booking_id, payment, *paid_at).await?;
    }
    Ok(judgments)
}

/// Confirms the booking that a payment is for: the only place where that happens. A payment that
/// came too late, or for a booking that is over or paid already, is given back.
async fn confirm(
    tx: &Tx,
    booking_id: Uuid,
    payment: &Payment,
    paid_at: DateTime<Utc>,
) -> Result<(), ServiceError> {
    let mut booking = bookings::lock(tx, booking_id).await?;
    let before = *booking.status;
    let confirmed_by = rows::list_of_booking(tx, booking_id)
        .await?
        .into_iter()
        .filter(|other| other.paid_at.is_some())
        .min_by_key(|other| (other.paid_at, other.id));
    let is_the_one = confirmed_by.is_some_and(|first| first.id == payment.id);
    if is_the_one && before == BookingStatus::Pending && paid_at < booking.pending_until {
        booking.status = Stored(before.on(BookingEvent::Confirm)?);
        booking.confirmed_at = Some(paid_at);
        let booking = bookings::update(tx, booking).await?;
        return note_change(tx, &booking, before).await;
    }
    if !is_the_one || booking.confirmed_at.is_none() {
        refunds::decide(
            tx,
            payment.id,
            "not_payable",
            payment.amount_minor,
            &payment.currency,
        )
        .await?;
    }
    Ok(())
}

/// Writes down which session a payment is paid in, if a crash kept its opener from doing so: an
/// event that its metadata led here knows it as well.
async fn name_session(
    tx: &Tx,
    mut payment: Payment,
    session_id: Option<String>,
) -> Result<Payment, ServiceError> {
    let (None, Some(session_id)) = (&payment.provider_ref, session_id) else {
        return Ok(payment);
    };
    if rows::find_by_provider_ref(tx, &session_id).await?.is_some() {
        return Ok(payment);
    }
    payment.provider_ref = Some(session_id);
    Ok(rows::update(tx, payment).await?)
}

/// Writes down how far a payment has come, if that is news.
async fn write_progress(
    tx: &Tx,
    mut payment: Payment,
    paid_at: Option<DateTime<Utc>>,
    progress: Option<SessionEffect>,
) -> Result<Payment, ServiceError> {
    let before = *payment.status;
    let status = match (paid_at, progress) {
        (Some(_), _) => PaymentStatus::Completed,
        (None, Some(SessionEffect::Failed)) => PaymentStatus::Failed,
        (None, Some(SessionEffect::Expired)) => PaymentStatus::Expired,
        (None, _) => before,
    };
    if status == before && payment.paid_at == paid_at {
        return Ok(payment);
    }
    payment.status = Stored(status);
    payment.paid_at = paid_at;
    let payment = rows::update(tx, payment).await?;
    if let Some(paid_at) = paid_at {
        book(tx, &payment, paid_at).await?;
    }
    if status != before {
        note_payment(tx, &payment, before).await?;
    }
    Ok(payment)
}

/// Books a payment once: a booking's is held until the lesson is over, premium is the platform's.
async fn book(tx: &Tx, payment: &Payment, paid_at: DateTime<Utc>) -> Result<(), ServiceError> {
    let money = amount(payment);
    let receiver = match *payment.kind {
        PaymentType::Booking => LedgerAccount::Escrow,
        PaymentType::Premium => LedgerAccount::Platform,
    };
    let given = Money {
        minor: -money.minor,
        ..money
    };
    let transaction = ledger::LedgerTransaction {
        payment_id: payment.id,
        kind: "payment",
        reference: &payment.id.to_string(),
        at: paid_at,
        entries: &[(LedgerAccount::Student, given), (receiver, money)],
    };
    Ok(ledger::post(tx, &transaction).await?)
}

async fn note_payment(
    tx: &Tx,
    payment: &Payment,
    before: PaymentStatus,
) -> Result<(), ServiceError> {
    let data = json!({ "payment_id": payment.id, "status": *payment.status });
    outbox::tell(tx, payment.user_id, NotificationType::PaymentUpdated, data).await?;
    audit::record(
        tx,
        audit::Change {
            action: "payment.changed",
            object_type: "payment",
            object_id: payment.id.to_string(),
            before: Some(json!({ "status": before })),
            after: Some(json!({ "status": *payment.status })),
        },
    )
    .await?;
    Ok(())
}

/// What a judgment means for the event's record.
pub(crate) fn verdict(judgment: Judgment) -> Verdict {
    let (outcome, reason, explanation) = match judgment {
        Judgment::Applied => (EventOutcome::Applied, None, None),
        Judgment::Stale => (EventOutcome::Stale, None, None),
        Judgment::Ignored(why) => (EventOutcome::Ignored, None, Some(why)),
        Judgment::Parked(reason, why) => (EventOutcome::Parked, Some(reason), Some(why)),
    };
    Verdict {
        outcome,
        reason,
        explanation,
    }
}

/// The judgment of an event that no root knows.
pub(crate) const UNCLAIMED: Judgment =
    Judgment::Parked(ParkReason::Waiting, "whose it is isn't known yet");

/// Writes down what became of the event at hand, and of those that were parked until now.
pub(crate) async fn write_verdicts(
    tx: &Tx,
    event_id: &str,
    judgments: &Judgments,
) -> Result<Verdict, ServiceError> {
    let own = verdict(judgments.get(event_id).copied().unwrap_or(UNCLAIMED));
    webhook_events::set_verdict(tx, event_id, own).await?;
    let others = judgments
        .keys()
        .filter(|id| *id != event_id)
        .cloned()
        .collect();
    for parked in webhook_events::list_parked_among(tx, others).await? {
        if let Some(judgment) = judgments.get(&parked) {
            webhook_events::set_verdict(tx, &parked, verdict(*judgment)).await?;
        }
    }
    Ok(own)
}
