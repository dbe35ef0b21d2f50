//! Checkout Sessions: opened, looked at, ended early.
//!
//! No promotion codes, tax, trials, or quantities other than 1: what is paid is what was asked,
//! and the rules treat anything else as a mismatch.
//! Source: <https://docs.stripe.com/api/checkout/sessions>.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use stripe::RequestStrategy;
use stripe_checkout::checkout_session::{
    CreateCheckoutSession, CreateCheckoutSessionAdaptivePricing, CreateCheckoutSessionLineItems,
    CreateCheckoutSessionLineItemsPriceData, CreateCheckoutSessionLineItemsPriceDataRecurring,
    CreateCheckoutSessionLineItemsPriceDataRecurringInterval as Interval,
    CreateCheckoutSessionPaymentIntentData, CreateCheckoutSessionSubscriptionData,
    ExpireCheckoutSession, ProductData, RetrieveCheckoutSession,
};
use stripe_shared::{
    CheckoutSession, CheckoutSessionMode, CheckoutSessionPaymentStatus, CheckoutSessionStatus,
};
use stripe_types::Currency;

use crate::client::{Stripe, idempotent};
use crate::error::ProviderError;

/// What a Checkout sells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionMode {
    /// One payment.
    Payment,
    /// The same amount every month.
    Subscription,
}

/// A Checkout to open. It is stored before the call and sent from there on every try, so its
/// fields may be added to but not renamed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionRequest {
    pub mode: SessionMode,
    /// `cus_…`
    pub customer_id: String,
    /// What the payer reads on the page.
    pub product_name: String,
    /// Minor units; a month's price in subscription mode.
    pub amount_minor: i64,
    /// ISO 4217, upper case.
    pub currency: String,
    /// Put on the session and on the payment intent or subscription that it makes.
    pub metadata: BTreeMap<String, String>,
    pub client_reference_id: String,
    pub success_url: String,
    pub cancel_url: String,
    /// To the second. Stripe wants it 30 minutes to 24 hours after its first look at the request,
    /// so a request tried again late needs a margin.
    pub expires_at: DateTime<Utc>,
}

/// A Checkout that waits for its payer. A repeated call gives the first answer again, though the
/// session may have been paid or have expired since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenedSession {
    /// `cs_…`
    pub session_id: String,
    /// Where to send the payer.
    pub url: String,
    pub expires_at: DateTime<Utc>,
}

/// Where a Checkout stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SessionState {
    Open {
        url: String,
    },
    /// The form was submitted; `paid` follows later with asynchronous payment methods. A session
    /// that needed no payment is not paid.
    Complete {
        paid: bool,
    },
    Expired,
}

impl Stripe {
    /// Opens a Checkout.
    ///
    /// # Errors
    /// See [`ProviderError`].
    pub async fn open_session(
        &self,
        request: &SessionRequest,
        idempotency_key: &str,
    ) -> Result<OpenedSession, ProviderError> {
        let strategy = idempotent(idempotency_key)?;
        let session = self
            .send("open_session", &request.to_stripe(), strategy)
            .await?;
        opened(session).ok_or_else(|| unreadable("open_session"))
    }

    /// Looks at a Checkout.
    ///
    /// # Errors
    /// See [`ProviderError`].
    pub async fn session(&self, session_id: &str) -> Result<SessionState, ProviderError> {
        let retrieve = RetrieveCheckoutSession::new(session_id);
        let session = self
            .send("session", &retrieve, RequestStrategy::Once)
            .await?;
        state_of(session).ok_or_else(|| unreadable("session"))
    }

    /// Ends an open Checkout, so that no one can pay it any more. One that has ended already
    /// stays as it is, and that is the answer: nothing new may be opened if it is complete.
    ///
    /// # Errors
    /// See [`ProviderError`].
    pub async fn expire_session(
        &self,
        session_id: &str,
        idempotency_key: &str,
    ) -> Result<SessionState, ProviderError> {
        let expire = ExpireCheckoutSession::new(session_id);
        let strategy = idempotent(idempotency_key)?;
        let refusal = match self.send("expire_session", &expire, strategy).await {
            Ok(session) => return state_of(session).ok_or_else(|| unreadable("expire_session")),
            // Stripe has no code for a session that isn't open any more.
            Err(refusal @ ProviderError::Refused { status: 400, .. }) => refusal,
            Err(error) => return Err(error),
        };
        match self.session(session_id).await? {
            SessionState::Open { .. } => Err(refusal),
            ended => Ok(ended),
        }
    }
}

impl SessionRequest {
    fn to_stripe(&self) -> CreateCheckoutSession {
        let metadata: HashMap<_, _> = self.metadata.clone().into_iter().collect();
        let Ok(currency) = self.currency.to_ascii_lowercase().parse::<Currency>();
        let mut price = CreateCheckoutSessionLineItemsPriceData {
            product_data: Some(ProductData::new(self.product_name.as_str())),
            unit_amount: Some(self.amount_minor),
            ..CreateCheckoutSessionLineItemsPriceData::new(currency)
        };
        let create = CreateCheckoutSession::new()
            .customer(self.customer_id.as_str())
            .client_reference_id(self.client_reference_id.as_str())
            .success_url(self.success_url.as_str())
            .cancel_url(self.cancel_url.as_str())
            .expires_at(self.expires_at.timestamp())
            .metadata(metadata.clone())
            // On by default in new accounts; it would let the payer pay in another currency.
            .adaptive_pricing(CreateCheckoutSessionAdaptivePricing {
                enabled: Some(false),
            });
        let create = match self.mode {
            SessionMode::Payment => create
                .mode(CheckoutSessionMode::Payment)
                .payment_intent_data(CreateCheckoutSessionPaymentIntentData {
                    metadata: Some(metadata),
                    ..CreateCheckoutSessionPaymentIntentData::new()
                }),
            SessionMode::Subscription => {
                let monthly =
                    CreateCheckoutSessionLineItemsPriceDataRecurring::new(Interval::Month);
                price.recurring = Some(monthly);
                create
                    .mode(CheckoutSessionMode::Subscription)
                    .subscription_data(CreateCheckoutSessionSubscriptionData {
                        metadata: Some(metadata),
                        ..CreateCheckoutSessionSubscriptionData::new()
                    })
            }
        };
        create.line_items([CreateCheckoutSessionLineItems {
            price_data: Some(price),
            quantity: Some(1),
            ..CreateCheckoutSessionLineItems::new()
        }])
    }
}

fn opened(session: CheckoutSession) -> Option<OpenedSession> {
    Some(OpenedSession {
        session_id: session.id.to_string(),
        url: session.url?,
        expires_at: DateTime::from_timestamp(session.expires_at, 0)?,
    })
}

fn state_of(session: CheckoutSession) -> Option<SessionState> {
    match session.status? {
        CheckoutSessionStatus::Open => session.url.map(|url| SessionState::Open { url }),
        CheckoutSessionStatus::Complete => Some(SessionState::Complete {
            paid: session.payment_status == CheckoutSessionPaymentStatus::Paid,
        }),
        CheckoutSessionStatus::Expired => Some(SessionState::Expired),
        _ => None,
    }
}

/// A session that lacks what Stripe promises of it. To guess would risk a second payment.
fn unreadable(operation: &'static str) -> ProviderError {
    log::error!(operation; "Stripe answered with a session that we cannot read");
    ProviderError::UNAVAILABLE
}
