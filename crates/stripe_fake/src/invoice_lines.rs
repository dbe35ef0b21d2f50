//! Lines of an invoice: <https://docs.stripe.com/api/invoice-line-item/object>. Each carries the
//! period that it pays for.

use serde_json::{Value, json};

use crate::{
    ids,
    invoices::Invoice,
    subscriptions::{Subscription, SubscriptionItem},
};

#[derive(Debug, Clone)]
pub struct InvoiceLine {
    id: String,
    /// In minor units.
    pub amount: i64,
    quantity: i64,
    description: String,
    subscription_item: String,
    price: String,
    product: String,
    period_start: i64,
    period_end: i64,
}

impl InvoiceLine {
    /// For the current period.
    pub fn of(subscription: &Subscription, item: &SubscriptionItem) -> Self {
        let price = &item.sold.price;
        Self {
            id: ids::invoice_line(),
            amount: item.sold.amount(),
            quantity: item.sold.quantity,
            description: format!("{} × {}", item.sold.quantity, price.product_name),
            subscription_item: item.id.clone(),
            price: price.id.clone(),
            product: price.product.clone(),
            period_start: subscription.period_start().timestamp(),
            period_end: subscription.period_end().timestamp(),
        }
    }

    pub fn render(&self, invoice: &Invoice) -> Value {
        json!({
            "id": self.id,
            "object": "line_item",
            "amount": self.amount,
            "currency": invoice.currency,
            "description": self.description,
            "discount_amounts": [],
            "discountable": true,
            "discounts": [],
            "invoice": invoice.id,
            "livemode": false,
            "metadata": invoice.metadata,
            "parent": {
                "type": "subscription_item_details",
                "invoice_item_details": null,
                "subscription_item_details": {
                    "invoice_item": null,
                    "proration": false,
                    "proration_details": {"credited_items": null},
                    "subscription": invoice.subscription,
                    "subscription_item": self.subscription_item,
                },
            },
            "period": {"start": self.period_start, "end": self.period_end},
            "pretax_credit_amounts": [],
            "pricing": {
                "type": "price_details",
                "price_details": {"price": self.price, "product": self.product},
                "unit_amount_decimal": null,
            },
            "quantity": self.quantity,
            "subtotal": self.amount,
            "taxes": [],
        })
    }
}
