//! The events by which Stripe would have told of a payment, in the shape since 2025-03-31.
//!
//! They are written as JSON and read by the reader of the webhook, so that a seed pays in no other
//! way than a payer does. Source: <https://docs.stripe.com/api/events/object>.

use chrono::{DateTime, Months, Utc};
use domain::payment::PaymentType;
use domain::text_enum::TextEnum;
use payments::events::{self, Event};
use persistence::payments::Payment;
use serde_json::{Value, json};
use services::ServiceError;

const API_VERSION: &str = "2025-03-31.basil";

/// A payment whose money came.
pub(crate) struct Paid<'a> {
    pub(crate) payment: &'a Payment,
    /// What all ids of its objects end in.
    pub(crate) id: String,
    pub(crate) at: DateTime<Utc>,
}

impl Paid<'_> {
    /// # Errors
    /// An event that our own reader can't read.
    pub(crate) fn events(&self) -> Result<Vec<Event>, ServiceError> {
        let completed = ("checkout.session.completed", self.session());
        let told = match *self.payment.kind {
            PaymentType::Booking => vec![completed],
            PaymentType::Premium => vec![
                completed,
                ("invoice.paid", self.invoice()),
                ("customer.subscription.created", self.subscription()),
            ],
        };
        told.into_iter()
            .map(|(event_type, object)| self.event(event_type, &object))
            .collect()
    }

    fn event(&self, event_type: &str, object: &Value) -> Result<Event, ServiceError> {
        let name = event_type.replace('.', "_");
        let event = json!({
            "id": format!("evt_{}_{name}", self.id),
            "object": "event",
            "api_version": API_VERSION,
            "created": self.at.timestamp(),
            "livemode": self.payment.livemode,
            "pending_webhooks": 0,
            "request": null,
            "type": event_type,
            "data": { "object": object },
        });
        events::read(event.to_string().as_bytes())
            .map_err(|_| ServiceError::Internal("an event of the seed could not be read"))
    }

    fn session(&self) -> Value {
        let is_premium = *self.payment.kind == PaymentType::Premium;
        json!({
            "id": self.payment.provider_ref,
            "object": "checkout.session",
            "mode": if is_premium { "subscription" } else { "payment" },
            "status": "complete",
            "payment_status": "paid",
            "amount_total": self.payment.amount_minor,
            "currency": self.currency(),
            "customer": self.payment.customer_id,
            "client_reference_id": self.payment.user_id,
            "payment_intent": (!is_premium).then(|| format!("pi_{}", self.id)),
            "subscription": is_premium.then(|| self.subscription_id()),
            "invoice": is_premium.then(|| self.invoice_id()),
            "livemode": self.payment.livemode,
            "metadata": self.metadata(),
        })
    }

    fn invoice(&self) -> Value {
        json!({
            "id": self.invoice_id(),
            "object": "invoice",
            "billing_reason": "subscription_create",
            "customer": self.payment.customer_id,
            "currency": self.currency(),
            "status": "paid",
            "total": self.payment.amount_minor,
            "amount_due": self.payment.amount_minor,
            "amount_paid": self.payment.amount_minor,
            "amount_remaining": 0,
            "created": self.at.timestamp(),
            "livemode": self.payment.livemode,
            "parent": {
                "type": "subscription_details",
                "subscription_details": {
                    "subscription": self.subscription_id(),
                    "metadata": self.metadata(),
                },
            },
            // Not the service period, which is the line's.
            "period_start": self.at.timestamp(),
            "period_end": self.at.timestamp(),
            "status_transitions": { "paid_at": self.at.timestamp() },
            "lines": { "object": "list", "has_more": false, "data": [self.invoice_line()] },
        })
    }

    fn invoice_line(&self) -> Value {
        json!({
            "id": format!("il_{}", self.id),
            "object": "line_item",
            "amount": self.payment.amount_minor,
            "currency": self.currency(),
            "metadata": self.metadata(),
            "parent": {
                "type": "subscription_item_details",
                "subscription_item_details": {
                    "proration": false,
                    "subscription": self.subscription_id(),
                    "subscription_item": format!("si_{}", self.id),
                },
            },
            "period": { "start": self.at.timestamp(), "end": self.period_end() },
        })
    }

    fn subscription(&self) -> Value {
        json!({
            "id": self.subscription_id(),
            "object": "subscription",
            "status": "active",
            "customer": self.payment.customer_id,
            "created": self.at.timestamp(),
            "start_date": self.at.timestamp(),
            "cancel_at_period_end": false,
            "cancel_at": null,
            "canceled_at": null,
            "ended_at": null,
            "latest_invoice": self.invoice_id(),
            "livemode": self.payment.livemode,
            "metadata": self.metadata(),
            "items": {
                "object": "list",
                "data": [{
                    "id": format!("si_{}", self.id),
                    "object": "subscription_item",
                    "current_period_start": self.at.timestamp(),
                    "current_period_end": self.period_end(),
                }],
            },
        })
    }

    /// What our checkout writes on everything that it makes.
    fn metadata(&self) -> Value {
        let payment = self.payment;
        let (subject, subject_id) = match *payment.kind {
            PaymentType::Booking => ("booking_id", payment.booking_id),
            PaymentType::Premium => ("tutor_profile_id", payment.tutor_id),
        };
        json!({
            "type": payment.kind.as_str(),
            "user_id": payment.user_id,
            "payment_id": payment.id,
            subject: subject_id,
        })
    }

    fn currency(&self) -> String {
        self.payment.currency.to_lowercase()
    }

    fn period_end(&self) -> i64 {
        let end = self.at.checked_add_months(Months::new(1));
        end.unwrap_or(self.at).timestamp()
    }

    fn subscription_id(&self) -> String {
        format!("sub_{}", self.id)
    }

    fn invoice_id(&self) -> String {
        format!("in_{}", self.id)
    }
}
