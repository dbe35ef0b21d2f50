//! What the payment calls take and give.

use chrono::{DateTime, Utc};
use domain::account::Role;
use domain::payment::PaymentType;
use domain::text_enum::TextEnum;
use domain::validation::{FieldProblem, Violations};
use persistence::payments::Payment;
use serde::{Deserialize, Serialize};
use services::checkout::{OpenCheckout, Purchase};
use services::premium::Premium;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::problem::{Code, Problem};
use crate::request::EmptyBody;

/// What to pay for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "type": "booking", "booking_id": "0193f2c4-7b1e-7c3a-9a55-3d1f0a6f1b2c" }))]
pub struct CheckoutRequest {
    /// `premium` or `booking`.
    #[serde(rename = "type")]
    pub kind: String,
    /// With `booking` only.
    #[serde(default)]
    pub booking_id: Option<Uuid>,
}

impl EmptyBody for CheckoutRequest {}

impl CheckoutRequest {
    /// # Errors
    /// 403 if the caller's role never pays for that, or what is wrong with the request.
    pub fn parse(&self, role: Role) -> Result<Purchase, Problem> {
        let Some(kind) = PaymentType::from_text(&self.kind) else {
            let allowed = PaymentType::texts();
            return Err(Violations::one("/type", FieldProblem::NotOneOf { allowed }).into());
        };
        if role != kind.payer() {
            return Err(Problem::new(Code::Forbidden));
        }
        match (kind, self.booking_id) {
            (PaymentType::Premium, None) => Ok(Purchase::Premium),
            (PaymentType::Booking, Some(id)) => Ok(Purchase::Booking(id)),
            (PaymentType::Premium, Some(_)) => {
                Err(Violations::one("/booking_id", FieldProblem::NotAllowed).into())
            }
            (PaymentType::Booking, None) => {
                Err(Violations::one("/booking_id", FieldProblem::Required).into())
            }
        }
    }
}

/// Where to pay.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "checkout_url": "https://checkout.stripe.com/c/pay/cs_test_a1", "session_id": "cs_test_a1",
    "payment_id": "0193f2c4-7b1e-7c3a-9a55-3d1f0a6f1b2c", "expires_at": "2026-11-24T08:00:00Z"
}))]
pub struct CheckoutResponse {
    pub checkout_url: String,
    pub session_id: String,
    pub payment_id: Uuid,
    pub expires_at: DateTime<Utc>,
}

impl From<OpenCheckout> for CheckoutResponse {
    fn from(opened: OpenCheckout) -> Self {
        Self {
            checkout_url: opened.url,
            session_id: opened.session_id,
            payment_id: opened.payment_id,
            expires_at: opened.expires_at,
        }
    }
}

/// A payment.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0193f2c4-7b1e-7c3a-9a55-3d1f0a6f1b2c", "type": "booking", "status": "completed",
    "amount": 150000, "refunded_amount": 0, "currency": "RUB",
    "booking_id": "0193f2c4-7b1e-7c3a-9a55-3d1f0a6f1b2d", "paid_at": "2026-11-23T09:05:00Z",
    "created_at": "2026-11-23T09:00:00Z"
}))]
pub struct PaymentResponse {
    pub id: Uuid,
    /// `premium` or `booking`.
    #[serde(rename = "type")]
    pub kind: String,
    /// `pending`, `completed`, `failed`, `expired`, `refunded`, `partially_refunded`, `disputed`.
    pub status: String,
    /// Kopecks.
    pub amount: i64,
    /// Kopecks.
    pub refunded_amount: i64,
    pub currency: String,
    pub booking_id: Option<Uuid>,
    pub paid_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
}

impl From<Payment> for PaymentResponse {
    fn from(payment: Payment) -> Self {
        Self {
            id: payment.id,
            kind: payment.kind.as_str().to_owned(),
            status: payment.status.as_str().to_owned(),
            amount: payment.amount_minor,
            refunded_amount: payment.refunded_minor,
            currency: payment.currency,
            booking_id: payment.booking_id,
            paid_at: payment.paid_at,
            created_at: payment.created_at,
        }
    }
}

/// A tutor's premium.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "is_premium": true, "expires_at": "2026-12-23T09:00:00Z", "status": "active",
    "cancel_at_period_end": false
}))]
pub struct PremiumResponse {
    pub is_premium: bool,
    /// The end of what was paid for.
    pub expires_at: Option<DateTime<Utc>>,
    /// Stripe's word for the running subscription: `active`, `past_due` …; `none` without one.
    pub status: String,
    pub cancel_at_period_end: bool,
}

impl From<Premium> for PremiumResponse {
    fn from(premium: Premium) -> Self {
        Self {
            is_premium: premium.is_premium,
            expires_at: premium.expires_at,
            status: premium.status,
            cancel_at_period_end: premium.cancel_at_period_end,
        }
    }
}

/// Where the billing portal is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({ "url": "https://billing.stripe.com/p/session/test_a1" }))]
pub struct PortalResponse {
    pub url: String,
}
