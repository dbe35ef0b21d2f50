//! Subscriptions: <https://docs.stripe.com/api/subscriptions/object>. The current period is on the
//! items, where it moved on 2025-03-31.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::{ids, line_items::LineItem, params::Metadata, periods::Recurring};

/// <https://docs.stripe.com/billing/subscriptions/overview#subscription-statuses>.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubscriptionStatus {
    /// The first payment has not come yet.
    Incomplete,
    /// It did not come within 23 hours.
    IncompleteExpired,
    Active,
    /// A renewal was declined and is tried again.
    PastDue,
    Canceled,
}

impl SubscriptionStatus {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Incomplete => "incomplete",
            Self::IncompleteExpired => "incomplete_expired",
            Self::Active => "active",
            Self::PastDue => "past_due",
            Self::Canceled => "canceled",
        }
    }

    /// Nothing comes after it.
    pub fn is_over(self) -> bool {
        matches!(self, Self::IncompleteExpired | Self::Canceled)
    }
}

#[derive(Debug, Clone)]
pub struct Subscription {
    pub id: String,
    pub status: SubscriptionStatus,
    pub cancel_at_period_end: bool,
    /// When the cancellation was asked for, which may be long before it ends.
    pub canceled_at: Option<i64>,
    pub ended_at: Option<i64>,
    /// `cancellation_details.reason`.
    pub cancellation_reason: Option<&'static str>,
    /// The moment that every period is counted from.
    pub anchor: DateTime<Utc>,
    /// Which period is current: 0 is the first.
    pub period: u32,
    pub recurring: Recurring,
    pub customer: String,
    pub items: Vec<SubscriptionItem>,
    pub currency: String,
    pub latest_invoice: Option<String>,
    pub metadata: Metadata,
}

#[derive(Debug, Clone)]
pub struct SubscriptionItem {
    pub id: String,
    pub sold: LineItem,
}

impl Subscription {
    pub fn start(
        now: DateTime<Utc>,
        status: SubscriptionStatus,
        recurring: Recurring,
        customer: String,
        sold: Vec<LineItem>,
        metadata: Metadata,
    ) -> Self {
        let currency = sold
            .first()
            .map(|item| item.price.currency.clone())
            .unwrap_or_default();
        let items = sold
            .into_iter()
            .map(|sold| SubscriptionItem {
                id: ids::subscription_item(),
                sold,
            })
            .collect();
        Self {
            id: ids::subscription(),
            status,
            cancel_at_period_end: false,
            canceled_at: None,
            ended_at: None,
            cancellation_reason: None,
            anchor: now,
            period: 0,
            recurring,
            customer,
            items,
            currency,
            latest_invoice: None,
            metadata,
        }
    }

    pub fn period_start(&self) -> DateTime<Utc> {
        self.recurring.boundary(self.anchor, self.period)
    }

    pub fn period_end(&self) -> DateTime<Utc> {
        self.recurring
            .boundary(self.anchor, self.period.saturating_add(1))
    }

    pub fn render(&self) -> Value {
        let started = self.anchor.timestamp();
        let items: Vec<Value> = self
            .items
            .iter()
            .map(|item| self.render_item(item))
            .collect();
        let items_url = format!("/v1/subscription_items?subscription={}", self.id);
        json!({
            "id": self.id,
            "object": "subscription",
            "application": null,
            "automatic_tax": {"disabled_reason": null, "enabled": false, "liability": null},
            "billing_cycle_anchor": started,
            "billing_mode": {"type": "classic"},
            "billing_schedules": [],
            "cancel_at": self
                .cancel_at_period_end
                .then(|| self.period_end().timestamp()),
            "cancel_at_period_end": self.cancel_at_period_end,
            "canceled_at": self.canceled_at,
            "cancellation_details": {
                "comment": null,
                "feedback": null,
                "reason": self.cancellation_reason,
            },
            "collection_method": "charge_automatically",
            "created": started,
            "currency": self.currency,
            "customer": self.customer,
            "days_until_due": null,
            "default_payment_method": null,
            "default_tax_rates": [],
            "description": null,
            "discounts": [],
            "ended_at": self.ended_at,
            "invoice_settings": {"account_tax_ids": null, "issuer": {"type": "self"}},
            "items": {"object": "list", "data": items, "has_more": false, "url": items_url},
            "latest_invoice": self.latest_invoice,
            "livemode": false,
            "metadata": self.metadata,
            "pause_collection": null,
            "pending_update": null,
            "schedule": null,
            "start_date": started,
            "status": self.status.as_str(),
            "test_clock": null,
            "trial_end": null,
            "trial_start": null,
        })
    }

    fn render_item(&self, item: &SubscriptionItem) -> Value {
        json!({
            "id": item.id,
            "object": "subscription_item",
            "created": self.anchor.timestamp(),
            "current_period_end": self.period_end().timestamp(),
            "current_period_start": self.period_start().timestamp(),
            "discounts": [],
            "metadata": {},
            "plan": item.sold.price.render_plan(self.recurring),
            "price": item.sold.price.render(),
            "quantity": item.sold.quantity,
            "subscription": self.id,
            "tax_rates": [],
        })
    }
}
