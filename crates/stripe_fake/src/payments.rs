//! Payment intents and the charges under them: <https://docs.stripe.com/api/payment_intents/object>
//! and <https://docs.stripe.com/api/charges/object>. Here they are always paid, with the test card
//! that always succeeds.

use serde_json::{Value, json};

use crate::{ids, params::Metadata, state::State};

#[derive(Debug, Clone)]
pub struct PaymentIntent {
    pub id: String,
    pub created: i64,
    pub amount: i64,
    pub currency: String,
    pub customer: Option<String>,
    pub payment_method: String,
    pub latest_charge: String,
    pub metadata: Metadata,
}

#[derive(Debug, Clone)]
pub struct Charge {
    pub id: String,
    pub created: i64,
    pub amount: i64,
    pub amount_refunded: i64,
    pub currency: String,
    pub customer: Option<String>,
    pub payment_intent: String,
    pub payment_method: String,
    pub metadata: Metadata,
}

/// What is to be charged, and to whom.
#[derive(Debug, Clone)]
pub struct Bill {
    pub amount: i64,
    pub currency: String,
    pub customer: Option<String>,
    pub metadata: Metadata,
}

impl State {
    /// A succeeded payment intent with its charge, both stored.
    pub fn charge(&mut self, bill: Bill) -> (PaymentIntent, Charge) {
        let charge = Charge {
            id: ids::charge(),
            created: self.clock.seconds(),
            amount: bill.amount,
            amount_refunded: 0,
            currency: bill.currency.clone(),
            customer: bill.customer.clone(),
            payment_intent: ids::payment_intent(),
            payment_method: ids::payment_method(),
            metadata: bill.metadata.clone(),
        };
        let intent = PaymentIntent {
            id: charge.payment_intent.clone(),
            created: charge.created,
            amount: bill.amount,
            currency: bill.currency,
            customer: bill.customer,
            payment_method: charge.payment_method.clone(),
            latest_charge: charge.id.clone(),
            metadata: bill.metadata,
        };
        self.charges.insert(charge.id.clone(), charge.clone());
        self.payment_intents
            .insert(intent.id.clone(), intent.clone());
        (intent, charge)
    }
}

impl PaymentIntent {
    pub fn render(&self) -> Value {
        json!({
            "id": self.id,
            "object": "payment_intent",
            "amount": self.amount,
            "amount_capturable": 0,
            "amount_received": self.amount,
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
            "last_payment_error": null,
            "latest_charge": self.latest_charge,
            "livemode": false,
            "metadata": self.metadata,
            "next_action": null,
            "on_behalf_of": null,
            "payment_method": self.payment_method,
            "payment_method_options": {},
            "payment_method_types": ["card"],
            "processing": null,
            "receipt_email": null,
            "setup_future_usage": null,
            "shipping": null,
            "status": "succeeded",
            "transfer_data": null,
            "transfer_group": null,
        })
    }
}

impl Charge {
    pub fn render(&self) -> Value {
        json!({
            "id": self.id,
            "object": "charge",
            "amount": self.amount,
            "amount_captured": self.amount,
            "amount_refunded": self.amount_refunded,
            "application": null,
            "application_fee": null,
            "balance_transaction": null,
            "billing_details": {"address": null, "email": null, "name": null, "phone": null},
            "captured": true,
            "created": self.created,
            "currency": self.currency,
            "customer": self.customer,
            "description": null,
            "disputed": false,
            "failure_code": null,
            "failure_message": null,
            "fraud_details": {},
            "livemode": false,
            "metadata": self.metadata,
            "paid": true,
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
            "refunded": self.amount_refunded >= self.amount,
            "shipping": null,
            "status": "succeeded",
        })
    }
}
