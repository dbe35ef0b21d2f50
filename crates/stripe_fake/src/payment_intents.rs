//! Payment intents: <https://docs.stripe.com/api/payment_intents/object>. How one is paid is told
//! in [`crate::collecting`].

use actix_web::{HttpResponse, get, web};
use serde_json::{Value, json};

use crate::{api_error::ApiError, api_request::ApiRequest, charges::Charge, params::Metadata};

/// `requires_payment_method` after a declined card too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentIntentStatus {
    RequiresPaymentMethod,
    /// The money is on its way: a method that takes days.
    Processing,
    Succeeded,
    Canceled,
}

impl PaymentIntentStatus {
    fn as_str(self) -> &'static str {
        match self {
            Self::RequiresPaymentMethod => "requires_payment_method",
            Self::Processing => "processing",
            Self::Succeeded => "succeeded",
            Self::Canceled => "canceled",
        }
    }
}

#[derive(Debug, Clone)]
pub struct PaymentIntent {
    pub id: String,
    pub status: PaymentIntentStatus,
    pub created: i64,
    /// In minor units.
    pub amount: i64,
    pub currency: String,
    pub customer: Option<String>,
    pub latest_charge: Option<String>,
    pub metadata: Metadata,
}

impl PaymentIntent {
    /// `latest` is the charge that `latest_charge` names.
    pub fn render(&self, latest: Option<&Charge>) -> Value {
        let succeeded = self.status == PaymentIntentStatus::Succeeded;
        let failed = latest.filter(|charge| !charge.succeeded);
        json!({
            "id": self.id,
            "object": "payment_intent",
            "amount": self.amount,
            "amount_capturable": 0,
            "amount_received": if succeeded { self.amount } else { 0 },
            "application": null,
            "application_fee_amount": null,
            "automatic_payment_methods": null,
            "canceled_at": null,
            "cancellation_reason": null,
            "capture_method": "automatic_async",
            "client_secret": null,
            "confirmation_method": "automatic",
            "created": self.created,
            "currency": self.currency,
            "customer": self.customer,
            "description": null,
            "last_payment_error": failed.filter(|_| !succeeded).map(|charge| json!({
                "type": "card_error",
                "code": "card_declined",
                "decline_code": "generic_decline",
                "charge": charge.id,
                "message": "Your card was declined.",
            })),
            "latest_charge": self.latest_charge,
            "livemode": false,
            "metadata": self.metadata,
            "next_action": null,
            "on_behalf_of": null,
            "payment_method": latest
                .filter(|_| succeeded)
                .map(|charge| &charge.payment_method),
            "payment_method_options": {},
            "payment_method_types": ["card"],
            "processing": null,
            "receipt_email": null,
            "setup_future_usage": null,
            "shipping": null,
            "status": self.status.as_str(),
            "transfer_data": null,
            "transfer_group": null,
        })
    }
}

pub fn configure(config: &mut web::ServiceConfig) {
    config.service(retrieve);
}

/// <https://docs.stripe.com/api/payment_intents/retrieve>.
#[get("/payment_intents/{id}")]
async fn retrieve(request: ApiRequest, id: web::Path<String>) -> Result<HttpResponse, ApiError> {
    request.read(|state, _| {
        state
            .render_intent(&id)
            .ok_or_else(|| ApiError::no_such("payment_intent", &id))
    })
}
