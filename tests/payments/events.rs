//! Stripe's events about something that was opened, in its shapes before and after 2025-03-31.

use chrono::{DateTime, TimeDelta, Utc};
use persistence::payments;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Client, TestApp};

pub const PREMIUM: i64 = 99_900;

/// Which shape the objects have.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    Before2025,
    Since2025,
}

/// A checkout that was opened, as Stripe knows it.
#[derive(Clone)]
pub struct Opened {
    pub payment_id: Uuid,
    pub session_id: String,
    pub customer_id: String,
    pub subscription_id: String,
    pub amount: i64,
    pub at: DateTime<Utc>,
    pub shape: Shape,
    pub user_id: String,
    pub metadata: Value,
}

impl Opened {
    pub async fn premium(app: &TestApp, tutor: &Client, tutor_id: &str) -> Self {
        let body = json!({ "type": "premium" });
        let subject = json!({ "type": "premium", "tutor_profile_id": tutor_id });
        Self::open(app, tutor, body, subject).await
    }

    pub async fn booking(app: &TestApp, student: &Client, booking: &Value) -> Self {
        let body = json!({ "type": "booking", "booking_id": booking["id"] });
        Self::open(app, student, body.clone(), body).await
    }

    async fn open(app: &TestApp, payer: &Client, body: Value, mut metadata: Value) -> Self {
        let opened = payer.post("/payments/checkout", body).await.expect(201);
        let payment_id = Uuid::parse_str(opened["payment_id"].as_str().unwrap()).unwrap();
        let payment = payments::find(app.db(), payment_id).await.unwrap().unwrap();
        metadata["payment_id"] = json!(payment_id);
        metadata["user_id"] = json!(payer.user_id);
        Self {
            payment_id,
            session_id: opened["session_id"].as_str().unwrap().to_owned(),
            customer_id: payment.customer_id.unwrap(),
            subscription_id: format!("sub_{}", payment_id.simple()),
            amount: payment.amount_minor,
            at: app.now(),
            shape: Shape::Since2025,
            user_id: payer.user_id.clone(),
            metadata,
        }
    }

    /// An event of ours; `name` makes its id.
    fn event(&self, name: &str, kind: &str, created: DateTime<Utc>, object: Value) -> Value {
        json!({
            "id": format!("evt_{name}_{}", self.payment_id.simple()), "object": "event",
            "api_version": "2025-06-30.basil", "created": created.timestamp(), "livemode": false,
            "type": kind, "data": { "object": object },
        })
    }

    /// `checkout.session.completed`, paid.
    pub fn completed(&self) -> Value {
        let is_premium = self.metadata["type"] == "premium";
        let session = json!({
            "id": self.session_id, "object": "checkout.session", "payment_status": "paid",
            "mode": if is_premium { "subscription" } else { "payment" },
            "amount_total": self.amount, "currency": "rub", "customer": self.customer_id,
            "payment_intent": (!is_premium).then(|| self.intent_id()),
            "subscription": is_premium.then_some(&self.subscription_id),
            "invoice": is_premium.then(|| self.invoice_id("first")),
            "client_reference_id": self.user_id, "metadata": self.metadata,
        });
        self.event("session", "checkout.session.completed", self.at, session)
    }

    /// `checkout.session.<kind>`, so many seconds after the checkout.
    pub fn session(&self, kind: &str, seconds: i64, payment_status: &str) -> Value {
        let mut object = self.completed()["data"]["object"].take();
        object["payment_status"] = json!(payment_status);
        let kind = format!("checkout.session.{kind}");
        let created = self.at + TimeDelta::seconds(seconds);
        self.event(&format!("{kind}_{payment_status}"), &kind, created, object)
    }

    pub fn intent_id(&self) -> String {
        format!("pi_{}", self.payment_id.simple())
    }

    fn charge_id(&self) -> String {
        format!("ch_{}", self.payment_id.simple())
    }

    /// `charge.refunded`, so many seconds after the checkout: what has gone back by then.
    pub fn charge(&self, seconds: i64, back: i64) -> Value {
        let charge = json!({
            "id": self.charge_id(), "object": "charge", "payment_intent": self.intent_id(),
            "customer": self.customer_id, "amount": self.amount, "amount_refunded": back,
            "refunded": back == self.amount, "currency": "rub", "metadata": self.metadata,
        });
        let created = self.at + TimeDelta::seconds(seconds);
        self.event(&format!("charge{back}"), "charge.refunded", created, charge)
    }

    /// `refund.<kind>` of so much.
    pub fn refund(&self, kind: &str, seconds: i64, amount: i64, status: &str) -> Value {
        let refund = json!({
            "id": format!("re_{amount}_{}", self.payment_id.simple()), "object": "refund",
            "charge": self.charge_id(), "payment_intent": self.intent_id(), "amount": amount,
            "currency": "rub", "status": status, "metadata": {},
        });
        let created = self.at + TimeDelta::seconds(seconds);
        let name = format!("refund{amount}_{status}");
        self.event(&name, &format!("refund.{kind}"), created, refund)
    }

    /// `charge.dispute.<kind>` about all of it.
    pub fn dispute(&self, kind: &str, seconds: i64, status: &str) -> Value {
        let dispute = json!({
            "id": format!("dp_{}", self.payment_id.simple()), "object": "dispute",
            "charge": self.charge_id(), "payment_intent": self.intent_id(),
            "amount": self.amount, "currency": "rub", "status": status,
        });
        let created = self.at + TimeDelta::seconds(seconds);
        let kind = format!("charge.dispute.{kind}");
        self.event(&format!("{kind}_{status}"), &kind, created, dispute)
    }

    /// `invoice_payment.paid`: which payment intent has paid the invoice.
    pub fn invoice_payment(&self, name: &str) -> Value {
        let payment = json!({
            "id": format!("inpay_{name}_{}", self.payment_id.simple()),
            "object": "invoice_payment", "invoice": self.invoice_id(name), "status": "paid",
            "payment": { "type": "payment_intent", "payment_intent": self.intent_id() },
        });
        self.event(
            &format!("inpay_{name}"),
            "invoice_payment.paid",
            self.at,
            payment,
        )
    }

    fn invoice_id(&self, name: &str) -> String {
        format!("in_{name}_{}", self.payment_id.simple())
    }

    /// The first invoice under one of its two event types.
    pub fn first_invoice(&self, kind: &str) -> Value {
        self.invoice(kind, "first", "subscription_create", self.at)
    }

    /// The invoice of the period that begins so many days after the first.
    pub fn renewal(&self, days: i64) -> Value {
        let paid_at = self.at + TimeDelta::days(days);
        let name = format!("renewal{days}");
        self.invoice("invoice.paid", &name, "subscription_cycle", paid_at)
    }

    pub fn invoice(&self, kind: &str, name: &str, reason: &str, paid_at: DateTime<Utc>) -> Value {
        let copied = json!({ "metadata": self.metadata, "subscription": self.subscription_id });
        let period = json!({
            "start": paid_at.timestamp(), "end": (paid_at + TimeDelta::days(30)).timestamp(),
        });
        let mut invoice = json!({
            "id": self.invoice_id(name), "object": "invoice", "customer": self.customer_id,
            "billing_reason": reason, "status": "paid", "total": self.amount,
            "amount_paid": self.amount, "amount_remaining": 0, "currency": "rub",
            "status_transitions": { "paid_at": paid_at.timestamp() },
        });
        let mut line = json!({ "period": period, "metadata": self.metadata });
        match self.shape {
            Shape::Before2025 => {
                invoice["subscription"] = json!(self.subscription_id);
                invoice["subscription_details"] = copied;
                line["type"] = json!("subscription");
                line["subscription"] = json!(self.subscription_id);
            }
            Shape::Since2025 => {
                invoice["parent"] = json!({ "subscription_details": copied });
                line["parent"] = json!({
                    "type": "subscription_item_details",
                    "subscription_item_details": {
                        "subscription": self.subscription_id, "proration": false,
                    },
                });
            }
        }
        invoice["lines"] = json!({ "data": [line] });
        self.event(&format!("{kind}_{name}"), kind, paid_at, invoice)
    }

    /// `customer.subscription.<kind>`, so many seconds after the checkout.
    pub fn snapshot(&self, kind: &str, seconds: i64, status: &str) -> Value {
        let created = self.at + TimeDelta::seconds(seconds);
        let period_end = (self.at + TimeDelta::days(30)).timestamp();
        let mut subscription = json!({
            "id": self.subscription_id, "object": "subscription", "customer": self.customer_id,
            "status": status, "cancel_at_period_end": false, "metadata": self.metadata,
            "ended_at": (status == "canceled").then(|| created.timestamp()),
        });
        match self.shape {
            Shape::Before2025 => subscription["current_period_end"] = json!(period_end),
            Shape::Since2025 => {
                subscription["items"] = json!({ "data": [{ "current_period_end": period_end }] });
            }
        }
        let kind = format!("customer.subscription.{kind}");
        self.event(&format!("{kind}_{seconds}"), &kind, created, subscription)
    }
}

/// The same under another id, with one field of its object changed.
pub fn changed(event: &Value, pointer: &str, value: Value) -> Value {
    let mut event = event.clone();
    event["id"] = json!(format!("{}_changed", event["id"].as_str().unwrap()));
    *event.pointer_mut(pointer).unwrap() = value;
    event
}
