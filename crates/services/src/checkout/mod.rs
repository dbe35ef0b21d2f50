//! Opening a checkout: reserve, commit, call, commit. No transaction is open during a call, and
//! every try asks the provider for the same thing under the same key.

mod closing;
mod customer;
mod erased;
mod payable;
mod portal;
mod reservation;

use chrono::{DateTime, Utc};
use domain::account::Principal;
use domain::payment::PaymentStatus;
use domain::payment::PaymentType;
use payments::{OpenedSession, ProviderError, SessionRequest, SessionState, Stripe};
use persistence::payments::{self as rows, Payment};
use persistence::{Db, Scope, Stored, write};
use uuid::Uuid;

use crate::ServiceError;
use crate::fault_points::{FaultPoint, reached};
use crate::settlement::note_payment;
use customer::ensure_customer;
use payable::payable;
use reservation::{Reserved, reserve};

pub use closing::close_unpayable;
pub use customer::{forget_customer, keep_customer};
pub use erased::request_deletions;
pub(crate) use erased::{delete_customer_of_erased, request_deletion};
pub use payable::PayableItem;
pub use portal::open_portal;
pub use reservation::{new_payment, reserve_for_seed};

/// An expired session gives way to a new one; more often than this in one call is a fault.
const ATTEMPTS: usize = 4;

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

impl Purchase {
    fn kind(self) -> PaymentType {
        match self {
            Self::Premium => PaymentType::Premium,
            Self::Booking(_) => PaymentType::Booking,
        }
    }
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
    for _ in 0..ATTEMPTS {
        let customer = ensure_customer(db, scope, checkout, who.user_id).await?;
        let Reserved {
            payment,
            is_outdated,
        } = write(db, scope, async |tx| {
            reserve(tx, checkout, who, purchase, &customer).await
        })
        .await?;
        reached(FaultPoint::CheckoutReserved).await;
        match &payment.provider_ref {
            None if is_over(&payment, scope.now) => {
                end_payment(db, scope, payment.id, PaymentStatus::Expired).await?;
            }
            None => match open_session(db, scope, checkout, &payment).await {
                // Our customer isn't at this account (any more): the next try makes a new one.
                Err(ServiceError::Provider(error)) if is_missing(&error) => {
                    let gone = &customer.customer_id;
                    write(db, scope, async |tx| {
                        forget_customer(tx, who.user_id, gone).await
                    })
                    .await?;
                }
                // A call that we lost may have opened it: known now, it is ended like any other.
                Ok(_) if is_outdated => {}
                tried => return tried,
            },
            Some(session_id) => {
                let stripe = &checkout.stripe;
                match look_at(stripe, session_id, is_outdated).await? {
                    SessionState::Open { url } => return opened(&payment, session_id, url),
                    // Paid, or about to be: the event that says so is on its way.
                    SessionState::Complete { .. } => return Err(ServiceError::Conflict),
                    SessionState::Expired => {
                        end_payment(db, scope, payment.id, PaymentStatus::Expired).await?;
                    }
                }
            }
        }
    }
    Err(ServiceError::Conflict)
}

/// Where a session stands, ended first if it is to give way to another: nothing is opened beside
/// one that could still be paid. One that isn't at this account can't be paid there any more.
async fn look_at(
    stripe: &Stripe,
    session_id: &str,
    is_outdated: bool,
) -> Result<SessionState, ProviderError> {
    let looked = if is_outdated {
        let key = format!("expire:{session_id}");
        stripe.expire_session(session_id, &key).await
    } else {
        stripe.session(session_id).await
    };
    match looked {
        Err(error) if is_missing(&error) => Ok(SessionState::Expired),
        looked => looked,
    }
}

/// Whether the provider doesn't know what it was asked about.
fn is_missing(error: &ProviderError) -> bool {
    matches!(error, ProviderError::Refused { code: Some(code), .. } if code == "resource_missing")
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

async fn open_session(
    db: &Db,
    scope: &Scope,
    checkout: &Checkout,
    payment: &Payment,
) -> Result<OpenCheckout, ServiceError> {
    let (request, key) = frozen(payment)?;
    match checkout.stripe.open_session(&request, &key).await {
        Ok(session) => {
            reached(FaultPoint::CheckoutOpened).await;
            attach(db, scope, payment.id, &session).await?;
            reached(FaultPoint::CheckoutAttached).await;
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
            payment.superseded_at = Some(tx.now());
            let payment = rows::update(tx, payment).await?;
            note_payment(tx, &payment, PaymentStatus::Pending).await?;
        }
        Ok(())
    })
    .await
}
