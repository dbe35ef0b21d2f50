//! Subscriptions: <https://docs.stripe.com/api/subscriptions/object>. The current period is on the
//! items, where it moved on 2025-03-31.

use actix_web::{HttpResponse, get, web};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::{
    api_error::ApiError, api_request::ApiRequest, ids, line_items::LineItem, params::Metadata,
    periods::Recurring,
};

#[derive(Debug, Clone)]
pub struct Subscription {
    pub id: String,
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
    /// Starts now, with a first period that the caller has paid for.
    pub fn start(
        now: DateTime<Utc>,
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

    /// Unix seconds.
    pub fn period_start(&self) -> i64 {
        self.recurring
            .boundary(self.anchor, self.period)
            .timestamp()
    }

    /// Unix seconds.
    pub fn period_end(&self) -> i64 {
        self.recurring
            .boundary(self.anchor, self.period.saturating_add(1))
            .timestamp()
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
            "cancel_at": null,
            "cancel_at_period_end": false,
            "canceled_at": null,
            "cancellation_details": {"comment": null, "feedback": null, "reason": null},
            "collection_method": "charge_automatically",
            "created": started,
            "currency": self.currency,
            "customer": self.customer,
            "days_until_due": null,
            "default_payment_method": null,
            "default_tax_rates": [],
            "description": null,
            "discounts": [],
            "ended_at": null,
            "invoice_settings": {"account_tax_ids": null, "issuer": {"type": "self"}},
            "items": {"object": "list", "data": items, "has_more": false, "url": items_url},
            "latest_invoice": self.latest_invoice,
            "livemode": false,
            "metadata": self.metadata,
            "pause_collection": null,
            "pending_update": null,
            "schedule": null,
            "start_date": started,
            "status": "active",
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
            "current_period_end": self.period_end(),
            "current_period_start": self.period_start(),
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

pub fn configure(config: &mut web::ServiceConfig) {
    config.service(retrieve);
}

/// <https://docs.stripe.com/api/subscriptions/retrieve>.
#[get("/subscriptions/{id}")]
async fn retrieve(request: ApiRequest, id: web::Path<String>) -> Result<HttpResponse, ApiError> {
    request.read(|state, _| {
        let subscription = state.subscriptions.get(id.as_str());
        Ok(subscription
            .ok_or_else(|| ApiError::no_such("subscription", &id))?
            .render())
    })
}
