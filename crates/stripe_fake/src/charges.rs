//! Charges: <https://docs.stripe.com/api/charges/object>. A payment intent has one for every try.

use actix_web::{HttpResponse, get, web};
use serde_json::{Value, json};

use crate::{api_error::ApiError, api_request::ApiRequest, params::Metadata, state::State};

#[derive(Debug, Clone)]
pub struct Charge {
    pub id: String,
    /// Else the card was declined.
    pub succeeded: bool,
    pub created: i64,
    /// In minor units.
    pub amount: i64,
    /// In minor units: what refunds have taken or are about to take.
    pub amount_refunded: i64,
    pub disputed: bool,
    pub currency: String,
    pub customer: Option<String>,
    pub payment_intent: String,
    pub payment_method: String,
    pub metadata: Metadata,
}

impl Charge {
    pub fn is_refunded(&self) -> bool {
        self.succeeded && self.amount_refunded >= self.amount
    }

    pub fn render(&self) -> Value {
        let (status, failure_code, failure_message) = match self.succeeded {
            true => ("succeeded", None, None),
            false => (
                "failed",
                Some("card_declined"),
                Some("Your card was declined."),
            ),
        };
        json!({
            "id": self.id,
            "object": "charge",
            "amount": self.amount,
            "amount_captured": if self.succeeded { self.amount } else { 0 },
            "amount_refunded": self.amount_refunded,
            "application": null,
            "application_fee": null,
            "balance_transaction": null,
            "billing_details": {"address": null, "email": null, "name": null, "phone": null},
            "captured": self.succeeded,
            "created": self.created,
            "currency": self.currency,
            "customer": self.customer,
            "description": null,
            "disputed": self.disputed,
            "failure_code": failure_code,
            "failure_message": failure_message,
            "fraud_details": {},
            "livemode": false,
            "metadata": self.metadata,
            "paid": self.succeeded,
            "payment_intent": self.payment_intent,
            "payment_method": self.payment_method,
            "payment_method_details": {
                "type": "card",
                "card": {
                    "brand": "visa",
                    "country": "RU",
                    "exp_month": 12,
                    "exp_year": 2034,
                    "funding": "credit",
                    "last4": "4242",
                    "network": "visa",
                },
            },
            "receipt_url": null,
            "refunded": self.is_refunded(),
            "shipping": null,
            "status": status,
        })
    }
}

pub fn configure(config: &mut web::ServiceConfig) {
    config.service(retrieve);
}

/// <https://docs.stripe.com/api/charges/retrieve>.
#[get("/charges/{id}")]
async fn retrieve(request: ApiRequest, id: web::Path<String>) -> Result<HttpResponse, ApiError> {
    request.read(|state, _| {
        let charge = state.charges.get(id.as_str());
        Ok(charge
            .ok_or_else(|| ApiError::no_such("charge", &id))?
            .render())
    })
}

impl State {
    /// The charge that paid what is named: itself, its payment intent, a checkout session, an
    /// invoice, or the newest invoice of a subscription.
    pub fn charge_behind(&self, reference: &str) -> Option<Charge> {
        if let Some(charge) = self.charges.get(reference) {
            return Some(charge.clone()).filter(|charge| charge.succeeded);
        }
        if let Some(intent) = self.payment_intents.get(reference) {
            return self.charge_behind(intent.latest_charge.as_ref()?);
        }
        if let Some(invoice) = self.invoices.get(reference) {
            return self.charge_behind(invoice.payment_intent.as_ref()?);
        }
        if let Some(subscription) = self.subscriptions.get(reference) {
            return self.charge_behind(subscription.latest_invoice.as_ref()?);
        }
        let session = self.sessions.get(reference)?;
        let paid_by = session.payment_intent.as_ref().or(session.invoice.as_ref());
        self.charge_behind(paid_by?)
    }
}
