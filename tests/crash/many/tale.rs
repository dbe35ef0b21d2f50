//! What happened to one customer at Stripe, in the words that lives are told in.

use chrono::{DateTime, TimeDelta, Utc};
use domain::payment::PaymentStatus;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::payments::events::{Opened, changed};

/// What an event comes to, whenever and how often it arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ComesTo {
    /// `applied`, or `stale` if something newer was known.
    Counted,
    Ignored,
    /// Kept for a person, for this reason.
    Parked(&'static str),
}

/// A period that was paid for.
#[derive(Debug, Clone)]
pub struct Paid {
    pub subscription_id: String,
    pub paid_at: DateTime<Utc>,
    pub period_end: DateTime<Utc>,
    /// Of a renewal; the first period is the checkout's own payment.
    pub invoice_id: Option<String>,
}

/// A checkout, and what became of its payment.
#[derive(Debug, Clone)]
pub struct Outcome {
    pub opened_id: Uuid,
    pub amount: i64,
    pub status: PaymentStatus,
    pub paid_at: Option<DateTime<Utc>>,
    /// What it was for, if that is a booking.
    pub booking_id: Option<Uuid>,
}

/// One customer.
#[derive(Debug, Default)]
pub struct Tale {
    pub name: &'static str,
    pub tutor_id: Option<Uuid>,
    pub events: Vec<(Value, ComesTo)>,
    pub checkouts: Vec<Outcome>,
    pub periods: Vec<Paid>,
    /// When a subscription ended.
    pub ends: Vec<(String, DateTime<Utc>)>,
    /// Whether another renewal is to be expected.
    pub renews: bool,
}

impl Tale {
    pub fn tell(&mut self, event: Value, comes_to: ComesTo) {
        self.events.push((event, comes_to));
    }

    pub fn count(&mut self, event: Value) {
        self.tell(event, ComesTo::Counted);
    }

    /// A type that nobody has thought of yet.
    pub fn future(&mut self, opened: &Opened, kind: &str) {
        let mut event = opened.snapshot("created", 77, "active");
        event["id"] = json!(format!("evt_{kind}_{}", opened.payment_id.simple()));
        event["type"] = json!(kind);
        self.tell(event, ComesTo::Ignored);
    }

    /// Kept for a person: the session's completion with one thing that isn't as it should be.
    pub fn wrong_session(&mut self, opened: &Opened, what: &str) {
        let (pointer, value, reason) = match what {
            "amount" => ("/data/object/amount_total", json!(1), "mismatch"),
            "mode" => ("/livemode", json!(true), "other_mode"),
            _ => (
                "/data/object/customer",
                json!("cus_somebody_elses"),
                "customer_conflict",
            ),
        };
        let mut event = changed(&opened.completed(), pointer, value);
        event["id"] = json!(format!("evt_wrong_{what}_{}", opened.payment_id.simple()));
        self.tell(event, ComesTo::Parked(reason));
    }

    pub fn checkout(
        &mut self,
        opened: &Opened,
        status: PaymentStatus,
        paid_at: Option<DateTime<Utc>>,
    ) {
        let booking_id = opened.metadata["booking_id"].as_str();
        self.checkouts.push(Outcome {
            opened_id: opened.payment_id,
            amount: opened.amount,
            status,
            paid_at,
            booking_id: booking_id.map(|id| id.parse().unwrap()),
        });
    }

    /// Premium's first period, told by checkout and invoice.
    pub fn first_period(&mut self, opened: &Opened) {
        self.count(opened.completed());
        self.count(opened.first_invoice("invoice.paid"));
        self.checkout(opened, PaymentStatus::Completed, Some(opened.at));
        self.periods.push(Paid {
            subscription_id: opened.subscription_id.clone(),
            paid_at: opened.at,
            period_end: opened.at + TimeDelta::days(30),
            invoice_id: None,
        });
    }

    pub fn twin(&mut self, opened: &Opened) {
        self.count(opened.first_invoice("invoice.payment_succeeded"));
    }

    /// A later period, told twice; `bare`: by events that name nothing but the subscription.
    pub fn renewal(&mut self, opened: &Opened, days: i64, bare: bool) {
        let paid_at = opened.at + TimeDelta::days(days);
        let name = format!("renewal{days}");
        for kind in ["invoice.paid", "invoice.payment_succeeded"] {
            let mut event = opened.invoice(kind, &name, "subscription_cycle", paid_at);
            if bare {
                let object = &mut event["data"]["object"];
                object["parent"]["subscription_details"]["metadata"] = json!({});
                object["lines"]["data"][0]["metadata"] = json!({});
            }
            self.count(event);
        }
        self.periods.push(Paid {
            subscription_id: opened.subscription_id.clone(),
            paid_at,
            period_end: paid_at + TimeDelta::days(30),
            invoice_id: Some(format!("in_{name}_{}", opened.payment_id.simple())),
        });
    }

    pub fn ended(&mut self, opened: &Opened, seconds: i64) {
        self.count(opened.snapshot("deleted", seconds, "canceled"));
        let end = opened.at + TimeDelta::seconds(seconds);
        self.ends.push((opened.subscription_id.clone(), end));
    }
}

/// `checkout.session.<kind>`, so many seconds after the checkout was opened.
pub fn session(opened: &Opened, kind: &str, status: &str, seconds: i64) -> Value {
    let mut event = opened.completed();
    let id = format!("evt_{kind}_{seconds}_{}", opened.payment_id.simple());
    event["id"] = json!(id);
    event["type"] = json!(format!("checkout.session.{kind}"));
    event["created"] = json!(opened.at.timestamp() + seconds);
    event["data"]["object"]["payment_status"] = json!(status);
    event
}
