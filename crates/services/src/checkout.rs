//! Opening a checkout: reserve, commit, call, commit. No transaction is open during a call, and
//! every try asks the provider for the same thing under the same key.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use domain::account::{Principal, Role};
use domain::booking::{BookingEvent, BookingStatus};
use domain::money::{Money, PREMIUM_MONTH_MINOR};
use domain::payment::{PaymentStatus, PaymentType};
use domain::text_enum::{InvalidState, TextEnum};
use payments::{
    CustomerRequest, OpenedSession, ProviderError, SessionMode, SessionRequest, SessionState,
    Stripe,
};
use persistence::payments::{self as rows, Payment, STRIPE};
use persistence::stripe_customers::{self, StripeCustomer};
use persistence::users::User;
use persistence::{Db, Scope, Stored, Tx, bookings, tutors, users, write};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::ServiceError;
use crate::orders::lock_current;
use crate::premium::live_subscription;

/// Stripe takes sessions that live between 30 minutes and 24 hours.
const SHORTEST_SESSION: TimeDelta = TimeDelta::minutes(35);
const LONGEST_SESSION: TimeDelta = TimeDelta::hours(23);
/// An expired session gives way to a new one; more often than this in one call is a fault.
const ATTEMPTS: usize = 3;

/// Who takes the money, and where the payer returns to.
#[derive(Debug, Clone)]
pub struct Checkout {
    pub stripe: Stripe,
    /// Without a slash at its end.
    pub frontend_url: String,
    /// Whether the key is for real money.
    pub livemode: bool,
}

/// What somebody wants to pay for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purchase {
    Premium,
    Booking(Uuid),
}

/// A page to pay on.
#[derive(Debug, Clone)]
pub struct OpenCheckout {
    pub payment_id: Uuid,
    pub session_id: String,
    pub url: String,
    pub expires_at: DateTime<Utc>,
}

/// Opens a checkout, or gives the one that is open.
///
/// # Errors
/// [`ServiceError::NotFound`] for somebody else's booking, [`ServiceError::InvalidState`] if there
/// is nothing to pay, [`ServiceError::Conflict`] if it is paid and not settled yet,
/// [`ServiceError::Provider`] if Stripe fails: nothing is half made then, and the next call goes on
/// with the same reservation.
pub async fn open(
    db: &Db,
    scope: &Scope,
    checkout: &Checkout,
    who: Principal,
    purchase: Purchase,
) -> Result<OpenCheckout, ServiceError> {
    write(db, scope, async |tx| payable(tx, who, purchase).await).await?;
    let customer = ensure_customer(db, scope, checkout, who.user_id).await?;
    for _ in 0..ATTEMPTS {
        let payment = write(db, scope, async |tx| {
            reserve(tx, checkout, who, purchase, &customer).await
        })
        .await?;
        match &payment.provider_ref {
            None if is_over(&payment, scope.now) => {
                end_payment(db, scope, payment.id, PaymentStatus::Expired).await?;
            }
            None => return open_session(db, scope, checkout, &payment).await,
            Some(session_id) => match look_at(&checkout.stripe, session_id).await? {
                SessionState::Open { url } => return opened(&payment, session_id, url),
                // Paid, or about to be: the event that says so is on its way.
                SessionState::Complete { .. } => return Err(ServiceError::Conflict),
                SessionState::Expired => {
                    end_payment(db, scope, payment.id, PaymentStatus::Expired).await?;
                }
            },
        }
    }
    Err(ServiceError::Conflict)
}

/// Where a session stands. One that isn't at this account can't be paid there any more.
async fn look_at(stripe: &Stripe, session_id: &str) -> Result<SessionState, ProviderError> {
    match stripe.session(session_id).await {
        Err(ProviderError::Refused { code, .. }) if code.as_deref() == Some("resource_missing") => {
            Ok(SessionState::Expired)
        }
        looked => looked,
    }
}

/// Whether a session of this reservation, if a call that we lost opened one, has expired: asking
/// again under the same key would bring it back, and later open one that is over already.
fn is_over(payment: &Payment, now: DateTime<Utc>) -> bool {
    payment.expires_at.is_some_and(|end| end <= now)
}

fn opened(payment: &Payment, session_id: &str, url: String) -> Result<OpenCheckout, ServiceError> {
    Ok(OpenCheckout {
        payment_id: payment.id,
        session_id: session_id.to_owned(),
        url,
        expires_at: payment
            .expires_at
            .ok_or(ServiceError::Internal("a session without an end"))?,
    })
}

/// The price of something that can be paid for now, and which row says so.
struct Payable {
    kind: PaymentType,
    subject_id: Uuid,
    amount: Money,
    /// When it can no longer be paid for.
    until: DateTime<Utc>,
}

/// Looks at what is to be paid for, under its lock.
async fn payable(tx: &Tx, who: Principal, purchase: Purchase) -> Result<Payable, ServiceError> {
    match purchase {
        Purchase::Premium => payable_premium(tx, who).await,
        Purchase::Booking(booking_id) => payable_booking(tx, who, booking_id).await,
    }
}

async fn payable_premium(tx: &Tx, who: Principal) -> Result<Payable, ServiceError> {
    if who.role != Role::Tutor {
        return Err(ServiceError::Forbidden);
    }
    let found = tutors::find_by_user(tx, who.user_id)
        .await?
        .ok_or(ServiceError::Forbidden)?;
    let profile = tutors::lock(tx, found.id)
        .await?
        .ok_or(ServiceError::NotFound)?;
    if profile.is_premium(tx.now()) || live_subscription(tx, profile.id).await?.is_some() {
        return Err(ServiceError::InvalidState(InvalidState {
            state: "premium",
            allowed: Vec::new(),
        }));
    }
    Ok(Payable {
        kind: PaymentType::Premium,
        subject_id: profile.id,
        amount: Money::rub(PREMIUM_MONTH_MINOR),
        until: tx.now() + LONGEST_SESSION,
    })
}

async fn payable_booking(
    tx: &Tx,
    who: Principal,
    booking_id: Uuid,
) -> Result<Payable, ServiceError> {
    if who.role != Role::Student {
        return Err(ServiceError::Forbidden);
    }
    let found = bookings::find(tx, booking_id)
        .await?
        .filter(|booking| booking.student_id == who.user_id)
        .ok_or(ServiceError::NotFound)?;
    lock_current(tx, found.order_id).await?;
    let booking = bookings::lock(tx, booking_id).await?;
    let status = booking.status_at(tx.now());
    if status != BookingStatus::Pending {
        // What can be paid for is exactly what a payment would confirm.
        status.on(BookingEvent::Confirm)?;
    }
    Ok(Payable {
        kind: PaymentType::Booking,
        subject_id: booking.id,
        amount: booking.total(),
        until: booking.pending_until,
    })
}

/// Reserves a payment with the frozen request and its key, or gives the one that is pending.
async fn reserve(
    tx: &Tx,
    checkout: &Checkout,
    who: Principal,
    purchase: Purchase,
    customer: &StripeCustomer,
) -> Result<Payment, ServiceError> {
    let payable = payable(tx, who, purchase).await?;
    if let Some(payment) = find_pending(tx, &payable).await? {
        return Ok(payment);
    }
    let payment = reservation(tx, who.user_id, &payable, checkout, &customer.customer_id)?;
    if rows::insert_unless_there(tx, payment.clone()).await? {
        Ok(payment)
    } else {
        Err(ServiceError::Conflict)
    }
}

async fn find_pending(tx: &Tx, payable: &Payable) -> Result<Option<Payment>, ServiceError> {
    let payments = match payable.kind {
        PaymentType::Premium => rows::list_of_tutor(tx, payable.subject_id).await?,
        PaymentType::Booking => rows::list_of_booking(tx, payable.subject_id).await?,
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
    let id = tx.new_id();
    let latest = tx.now() + LONGEST_SESSION;
    let expires_at = payable.until.clamp(tx.now() + SHORTEST_SESSION, latest);
    let request = SessionRequest {
        mode: match payable.kind {
            PaymentType::Premium => SessionMode::Subscription,
            PaymentType::Booking => SessionMode::Payment,
        },
        customer_id: customer_id.to_owned(),
        product_name: product_name(payable.kind).to_owned(),
        amount_minor: payable.amount.minor,
        currency: payable.amount.currency.code().to_owned(),
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
        ..pending(tx, id, user_id, payable, customer_id)
    })
}

/// A payment of which nothing has been asked yet.
fn pending(tx: &Tx, id: Uuid, user_id: Uuid, payable: &Payable, customer_id: &str) -> Payment {
    let is_premium = payable.kind == PaymentType::Premium;
    Payment {
        id,
        user_id,
        kind: Stored(payable.kind),
        booking_id: (!is_premium).then_some(payable.subject_id),
        tutor_id: is_premium.then_some(payable.subject_id),
        first_payment_id: None,
        status: Stored(PaymentStatus::Pending),
        amount_minor: payable.amount.minor,
        refunded_minor: 0,
        currency: payable.amount.currency.code().to_owned(),
        livemode: false,
        provider: STRIPE.to_owned(),
        provider_ref: None,
        customer_id: Some(customer_id.to_owned()),
        subscription_id: None,
        request: None,
        idempotency_key: None,
        checkout_url: None,
        expires_at: None,
        paid_at: None,
        version: 1,
        created_at: tx.now(),
        updated_at: tx.now(),
        seed_run_id: tx.seed_run_id(),
    }
}

fn product_name(kind: PaymentType) -> &'static str {
    match kind {
        PaymentType::Premium => "Премиум для репетитора, 1 месяц",
        PaymentType::Booking => "Занятие с репетитором",
    }
}

fn metadata(payment_id: Uuid, user_id: Uuid, payable: &Payable) -> BTreeMap<String, String> {
    let subject = match payable.kind {
        PaymentType::Premium => "tutor_profile_id",
        PaymentType::Booking => "booking_id",
    };
    [
        ("type", payable.kind.as_str().to_owned()),
        ("user_id", user_id.to_string()),
        (subject, payable.subject_id.to_string()),
        ("payment_id", payment_id.to_string()),
    ]
    .into_iter()
    .map(|(key, value)| (key.to_owned(), value))
    .collect()
}

async fn open_session(
    db: &Db,
    scope: &Scope,
    checkout: &Checkout,
    payment: &Payment,
) -> Result<OpenCheckout, ServiceError> {
    let (request, key) = frozen(payment)?;
    match checkout.stripe.open_session(&request, &key).await {
        Ok(session) => {
            attach(db, scope, payment.id, &session).await?;
            Ok(OpenCheckout {
                payment_id: payment.id,
                session_id: session.session_id,
                url: session.url,
                expires_at: session.expires_at,
            })
        }
        Err(refused @ ProviderError::Refused { .. }) => {
            // Refused for good: this request will never open a session, the next call asks anew.
            end_payment(db, scope, payment.id, PaymentStatus::Failed).await?;
            Err(refused.into())
        }
        Err(error) => Err(error.into()),
    }
}

fn frozen(payment: &Payment) -> Result<(SessionRequest, String), ServiceError> {
    let request = payment.request.clone().map(serde_json::from_value);
    match (request, &payment.idempotency_key) {
        (Some(Ok(request)), Some(key)) => Ok((request, key.clone())),
        _ => Err(ServiceError::Internal("a reservation without its request")),
    }
}

async fn attach(
    db: &Db,
    scope: &Scope,
    payment_id: Uuid,
    session: &OpenedSession,
) -> Result<(), ServiceError> {
    write(db, scope, async |tx| {
        let mut payment = rows::lock(tx, payment_id).await?;
        payment.provider_ref = Some(session.session_id.clone());
        payment.checkout_url = Some(session.url.clone());
        payment.expires_at = Some(session.expires_at);
        rows::update(tx, payment).await?;
        Ok(())
    })
    .await
}

/// Ends a payment that nobody can pay any more, unless an event has settled it meanwhile.
async fn end_payment(
    db: &Db,
    scope: &Scope,
    payment_id: Uuid,
    status: PaymentStatus,
) -> Result<(), ServiceError> {
    write(db, scope, async |tx| {
        let mut payment = rows::lock(tx, payment_id).await?;
        if *payment.status == PaymentStatus::Pending {
            payment.status = Stored(status);
            rows::update(tx, payment).await?;
        }
        Ok(())
    })
    .await
}

/// The user's customer at Stripe, made on first need. Two calls at once may make two there; one is
/// kept, and nothing is ever charged to the other.
async fn ensure_customer(
    db: &Db,
    scope: &Scope,
    checkout: &Checkout,
    user_id: Uuid,
) -> Result<StripeCustomer, ServiceError> {
    if let Some(customer) = stripe_customers::find_of_user(db, user_id).await? {
        return Ok(customer);
    }
    let user = users::find(db, user_id)
        .await?
        .ok_or(ServiceError::Unauthenticated)?;
    let request = customer_request(&user);
    let key = customer_key(&request);
    let customer_id = checkout.stripe.create_customer(&request, &key).await?;
    write(db, scope, async |tx| {
        keep_customer(tx, user_id, &customer_id).await
    })
    .await
}

fn customer_request(user: &User) -> CustomerRequest {
    CustomerRequest {
        user_id: user.id,
        email: user.email.clone(),
        name: format!("{} {}", user.first_name, user.last_name),
    }
}

/// Another name or e-mail is another request, and needs another key.
fn customer_key(request: &CustomerRequest) -> String {
    let mut hash = Sha256::new();
    for part in [request.email.as_bytes(), b"\0", request.name.as_bytes()] {
        hash.update(part);
    }
    let digest: [u8; 32] = hash.finalize().into();
    let short: String = hex::encode(digest).chars().take(16).collect();
    format!("customer:{}:{short}", request.user_id)
}

/// Keeps a customer unless the user has one, and mirrors it on the tutor's profile.
///
/// # Errors
/// [`ServiceError::Conflict`] if the customer is somebody else's.
pub async fn keep_customer(
    tx: &Tx,
    user_id: Uuid,
    customer_id: &str,
) -> Result<StripeCustomer, ServiceError> {
    let customer = StripeCustomer {
        customer_id: customer_id.to_owned(),
        provider: STRIPE.to_owned(),
        user_id,
        created_at: tx.now(),
        deleted_at: None,
    };
    stripe_customers::insert_unless_there(tx, customer).await?;
    let kept = stripe_customers::find_of_user(tx, user_id)
        .await?
        .ok_or(ServiceError::Conflict)?;
    if let Some(profile) = tutors::find_by_user(tx, user_id).await?
        && profile.stripe_customer_id.as_deref() != Some(&kept.customer_id)
        && let Some(mut profile) = tutors::lock(tx, profile.id).await?
    {
        profile.stripe_customer_id = Some(kept.customer_id.clone());
        tutors::update(tx, profile).await?;
    }
    Ok(kept)
}

/// Forgets the user's customer, as if the provider had deleted it: the next checkout makes a new
/// one. What was paid by it stays.
///
/// # Errors
/// The database failed.
pub async fn forget_customer(tx: &Tx, user_id: Uuid) -> Result<(), ServiceError> {
    stripe_customers::mark_deleted_of_user(tx, user_id).await?;
    if let Some(found) = tutors::find_by_user(tx, user_id).await?
        && found.stripe_customer_id.is_some()
        && let Some(mut profile) = tutors::lock(tx, found.id).await?
    {
        profile.stripe_customer_id = None;
        tutors::update(tx, profile).await?;
    }
    Ok(())
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
        ..pending(tx, tx.new_id(), who.user_id, &payable, &kept.customer_id)
    };
    if rows::insert_unless_there(tx, payment.clone()).await? {
        Ok(payment)
    } else {
        Err(ServiceError::Conflict)
    }
}
