//! Checkout Sessions: <https://docs.stripe.com/api/checkout/sessions>. How one is paid is told in
//! [`crate::completion`].

use serde_json::{Value, json};

use crate::{line_items::LineItem, params::Metadata};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Payment,
    Subscription,
}

impl Mode {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Payment => "payment",
            Self::Subscription => "subscription",
        }
    }
}

/// `open` becomes one of the others, once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionStatus {
    Open,
    Complete,
    Expired,
}

impl SessionStatus {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Complete => "complete",
            Self::Expired => "expired",
        }
    }
}

/// Of a complete session: whether its money has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionPayment {
    /// Nobody has paid, or the last card was declined.
    Unpaid,
    /// By a method that takes days: the session is complete before the money comes.
    Underway,
    Paid,
    /// It was underway and did not come.
    Failed,
}

impl SessionPayment {
    /// `payment_status`, which does not tell apart why nothing has come.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Paid => "paid",
            Self::Unpaid | Self::Underway | Self::Failed => "unpaid",
        }
    }
}

#[derive(Debug, Clone)]
pub struct CheckoutSession {
    pub id: String,
    pub mode: Mode,
    pub status: SessionStatus,
    pub payment: SessionPayment,
    pub created: i64,
    pub expires_at: i64,
    /// The same as `expires_at`, unless that was meant in real time.
    pub expires_on_our_clock: i64,
    pub customer: Option<String>,
    pub customer_email: Option<String>,
    pub client_reference_id: Option<String>,
    pub metadata: Metadata,
    /// The last card shown was declined.
    pub was_declined: bool,
    /// For the payment intent or the subscription that paying makes.
    pub payment_metadata: Metadata,
    /// Never empty.
    pub line_items: Vec<LineItem>,
    pub success_url: String,
    pub cancel_url: Option<String>,
    pub url: String,
    pub payment_intent: Option<String>,
    pub subscription: Option<String>,
    pub invoice: Option<String>,
}

impl CheckoutSession {
    /// In minor units.
    pub fn amount_total(&self) -> i64 {
        self.line_items.iter().map(LineItem::amount).sum()
    }

    pub fn currency(&self) -> &str {
        self.line_items
            .first()
            .map_or("", |item| &item.price.currency)
    }

    /// Where the payer goes after paying:
    /// <https://docs.stripe.com/payments/checkout/custom-success-page>.
    pub fn return_address(&self) -> String {
        self.success_url.replace("{CHECKOUT_SESSION_ID}", &self.id)
    }

    pub fn render(&self) -> Value {
        let url = (self.status == SessionStatus::Open).then_some(&self.url);
        json!({
            "id": self.id,
            "object": "checkout.session",
            "adaptive_pricing": {"enabled": false},
            "after_expiration": null,
            "allow_promotion_codes": null,
            "amount_subtotal": self.amount_total(),
            "amount_total": self.amount_total(),
            "automatic_tax": {"enabled": false, "liability": null, "status": null},
            "billing_address_collection": null,
            "cancel_url": self.cancel_url,
            "client_reference_id": self.client_reference_id,
            "client_secret": null,
            "created": self.created,
            "currency": self.currency(),
            "custom_fields": [],
            "custom_text": {
                "after_submit": null,
                "shipping_address": null,
                "submit": null,
                "terms_of_service_acceptance": null,
            },
            "customer": self.customer,
            "customer_creation": match self.mode {
                Mode::Payment if self.customer.is_none() => Some("if_required"),
                Mode::Payment => None,
                Mode::Subscription => Some("always"),
            },
            "customer_details": null,
            "customer_email": self.customer_email,
            "expires_at": self.expires_at,
            "invoice": self.invoice,
            "livemode": false,
            "locale": null,
            "metadata": self.metadata,
            "mode": self.mode.as_str(),
            "payment_intent": self.payment_intent,
            "payment_link": null,
            "payment_method_collection": match self.mode {
                Mode::Payment => "if_required",
                Mode::Subscription => "always",
            },
            "payment_method_options": {},
            "payment_method_types": ["card"],
            "payment_status": self.payment.as_str(),
            "phone_number_collection": {"enabled": false},
            "recovered_from": null,
            "setup_intent": null,
            "shipping_options": [],
            "status": self.status.as_str(),
            "submit_type": null,
            "subscription": self.subscription,
            "success_url": self.success_url,
            "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
            "ui_mode": "hosted",
            "url": url,
        })
    }
}
