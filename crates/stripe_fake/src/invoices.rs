//! Invoices of subscriptions: <https://docs.stripe.com/api/invoices/object>, in the shape since
//! 2025-03-31: the subscription is under `parent`, and no payment intent is named.

use actix_web::{HttpResponse, get, web};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::{
    api_error::ApiError, api_request::ApiRequest, ids, invoice_lines::InvoiceLine,
    params::Metadata, subscriptions::Subscription,
};

/// A draft is not yet to be paid; a void one never again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvoiceStatus {
    Draft,
    Open,
    Paid,
    Void,
}

impl InvoiceStatus {
    fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Open => "open",
            Self::Paid => "paid",
            Self::Void => "void",
        }
    }
}

#[derive(Debug, Clone)]
pub struct Invoice {
    pub id: String,
    pub status: InvoiceStatus,
    pub created: i64,
    pub finalized_at: Option<i64>,
    pub paid_at: Option<i64>,
    pub voided_at: Option<i64>,
    pub billing_reason: &'static str,
    pub customer: String,
    pub currency: String,
    pub subscription: String,
    /// The subscription's, as it was.
    pub metadata: Metadata,
    pub lines: Vec<InvoiceLine>,
    pub attempt_count: u32,
    pub first_failed_at: Option<DateTime<Utc>>,
    /// When the card is charged, by itself; for a draft the first time.
    pub next_attempt: Option<DateTime<Utc>>,
    /// Of the invoice payment, which links the invoice with the payment intent: this shape of
    /// the invoice itself does not name it.
    pub payment_id: String,
    /// A draft has none.
    pub payment_intent: Option<String>,
}

impl Invoice {
    /// For the current period of `subscription`.
    pub fn draft(subscription: &Subscription, billing_reason: &'static str, now: i64) -> Self {
        let lines = subscription
            .items
            .iter()
            .map(|item| InvoiceLine::of(subscription, item))
            .collect();
        Self {
            id: ids::invoice(),
            status: InvoiceStatus::Draft,
            created: now,
            finalized_at: None,
            paid_at: None,
            voided_at: None,
            billing_reason,
            customer: subscription.customer.clone(),
            currency: subscription.currency.clone(),
            subscription: subscription.id.clone(),
            metadata: subscription.metadata.clone(),
            lines,
            attempt_count: 0,
            first_failed_at: None,
            next_attempt: None,
            payment_id: ids::invoice_payment(),
            payment_intent: None,
        }
    }

    /// In minor units.
    pub fn total(&self) -> i64 {
        self.lines.iter().map(|line| line.amount).sum()
    }

    pub fn render(&self) -> Value {
        let total = self.total();
        let paid = match self.status {
            InvoiceStatus::Paid => total,
            InvoiceStatus::Draft | InvoiceStatus::Open | InvoiceStatus::Void => 0,
        };
        let lines: Vec<Value> = self.lines.iter().map(|line| line.render(self)).collect();
        let lines_url = format!("/v1/invoices/{}/lines", self.id);
        json!({
            "id": self.id,
            "object": "invoice",
            "amount_due": total,
            "amount_overpaid": 0,
            "amount_paid": paid,
            "amount_remaining": total - paid,
            "amount_shipping": 0,
            "application": null,
            "attempt_count": self.attempt_count,
            "attempted": self.attempt_count > 0,
            "auto_advance": self.next_attempt.is_some(),
            "automatic_tax": {"enabled": false, "liability": null, "status": null},
            "billing_reason": self.billing_reason,
            "collection_method": "charge_automatically",
            "created": self.created,
            "currency": self.currency,
            "customer": self.customer,
            "default_tax_rates": [],
            "discounts": [],
            "effective_at": self.finalized_at,
            "ending_balance": self.finalized_at.map(|_| 0),
            "issuer": {"type": "self"},
            "lines": {
                "object": "list",
                "data": lines,
                "has_more": false,
                "total_count": self.lines.len(),
                "url": lines_url,
            },
            "livemode": false,
            "metadata": {},
            "next_payment_attempt": self.next_attempt.map(|at| at.timestamp()),
            "number": null,
            "parent": {
                "type": "subscription_details",
                "quote_details": null,
                "subscription_details": {
                    "metadata": self.metadata,
                    "subscription": self.subscription,
                },
            },
            "payment_settings": {"payment_method_options": null, "payment_method_types": null},
            // Not the service period, which is each line's: see Stripe's page on the object.
            "period_end": self.created,
            "period_start": self.created,
            "post_payment_credit_notes_amount": 0,
            "pre_payment_credit_notes_amount": 0,
            "starting_balance": 0,
            "status": self.status.as_str(),
            "status_transitions": {
                "finalized_at": self.finalized_at,
                "marked_uncollectible_at": null,
                "paid_at": self.paid_at,
                "voided_at": self.voided_at,
            },
            "subtotal": total,
            "subtotal_excluding_tax": total,
            "total": total,
            "total_discount_amounts": [],
            "total_excluding_tax": total,
            "total_pretax_credit_amounts": [],
            "total_taxes": [],
            "webhooks_delivered_at": null,
        })
    }
}

pub fn configure(config: &mut web::ServiceConfig) {
    config.service(retrieve);
}

/// <https://docs.stripe.com/api/invoices/retrieve>.
#[get("/invoices/{id}")]
async fn retrieve(request: ApiRequest, id: web::Path<String>) -> Result<HttpResponse, ApiError> {
    request.read(|state, _| {
        let invoice = state.invoices.get(id.as_str());
        Ok(invoice
            .ok_or_else(|| ApiError::no_such("invoice", &id))?
            .render())
    })
}
