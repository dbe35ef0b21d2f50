//! Invoices of subscriptions: <https://docs.stripe.com/api/invoices/object>, in the shape since
//! 2025-03-31: the subscription is under `parent`, and no payment intent is named.

use serde_json::{Value, json};

use crate::{
    ids,
    params::Metadata,
    subscriptions::{Subscription, SubscriptionItem},
};

/// Paid, as they all are here.
#[derive(Debug, Clone)]
pub struct Invoice {
    pub id: String,
    pub created: i64,
    pub billing_reason: &'static str,
    pub customer: String,
    pub currency: String,
    pub subscription: String,
    /// The subscription's, as it was.
    pub metadata: Metadata,
    pub lines: Vec<InvoiceLine>,
    /// Of the invoice payment, which links the invoice with the payment intent: this shape of
    /// the invoice itself does not name it.
    pub payment_id: String,
    pub payment_intent: String,
}

#[derive(Debug, Clone)]
pub struct InvoiceLine {
    id: String,
    amount: i64,
    quantity: i64,
    description: String,
    subscription_item: String,
    price: String,
    product: String,
    period_start: i64,
    period_end: i64,
}

impl Invoice {
    /// For the current period of `subscription`, paid by `payment_intent` at `now`.
    pub fn paid(
        subscription: &Subscription,
        billing_reason: &'static str,
        payment_intent: String,
        now: i64,
    ) -> Self {
        let lines = subscription
            .items
            .iter()
            .map(|item| InvoiceLine::of(subscription, item))
            .collect();
        Self {
            id: ids::invoice(),
            created: now,
            billing_reason,
            customer: subscription.customer.clone(),
            currency: subscription.currency.clone(),
            subscription: subscription.id.clone(),
            metadata: subscription.metadata.clone(),
            lines,
            payment_id: ids::invoice_payment(),
            payment_intent,
        }
    }

    /// In minor units.
    pub fn total(&self) -> i64 {
        self.lines.iter().map(|line| line.amount).sum()
    }

    pub fn render(&self) -> Value {
        let total = self.total();
        let lines: Vec<Value> = self
            .lines
            .iter()
            .map(|line| self.render_line(line))
            .collect();
        let lines_url = format!("/v1/invoices/{}/lines", self.id);
        json!({
            "id": self.id,
            "object": "invoice",
            "amount_due": total,
            "amount_overpaid": 0,
            "amount_paid": total,
            "amount_remaining": 0,
            "amount_shipping": 0,
            "application": null,
            "attempt_count": 1,
            "attempted": true,
            "auto_advance": false,
            "automatic_tax": {"enabled": false, "liability": null, "status": null},
            "billing_reason": self.billing_reason,
            "collection_method": "charge_automatically",
            "created": self.created,
            "currency": self.currency,
            "customer": self.customer,
            "default_tax_rates": [],
            "discounts": [],
            "effective_at": self.created,
            "ending_balance": 0,
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
            "status": "paid",
            "status_transitions": {
                "finalized_at": self.created,
                "marked_uncollectible_at": null,
                "paid_at": self.created,
                "voided_at": null,
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

    fn render_line(&self, line: &InvoiceLine) -> Value {
        json!({
            "id": line.id,
            "object": "line_item",
            "amount": line.amount,
            "currency": self.currency,
            "description": line.description,
            "discount_amounts": [],
            "discountable": true,
            "discounts": [],
            "invoice": self.id,
            "livemode": false,
            "metadata": self.metadata,
            "parent": {
                "type": "subscription_item_details",
                "invoice_item_details": null,
                "subscription_item_details": {
                    "invoice_item": null,
                    "proration": false,
                    "proration_details": {"credited_items": null},
                    "subscription": self.subscription,
                    "subscription_item": line.subscription_item,
                },
            },
            "period": {"start": line.period_start, "end": line.period_end},
            "pretax_credit_amounts": [],
            "pricing": {
                "type": "price_details",
                "price_details": {"price": line.price, "product": line.product},
                "unit_amount_decimal": null,
            },
            "quantity": line.quantity,
            "subtotal": line.amount,
            "taxes": [],
        })
    }
}

impl InvoiceLine {
    fn of(subscription: &Subscription, item: &SubscriptionItem) -> Self {
        let price = &item.sold.price;
        Self {
            id: ids::invoice_line(),
            amount: item.sold.amount(),
            quantity: item.sold.quantity,
            description: format!("{} × {}", item.sold.quantity, price.product_name),
            subscription_item: item.id.clone(),
            price: price.id.clone(),
            product: price.product.clone(),
            period_start: subscription.period_start(),
            period_end: subscription.period_end(),
        }
    }
}
