//! Checkout Sessions: <https://docs.stripe.com/api/checkout/sessions>. How one is paid is told in
//! [`crate::completion`].

use actix_web::{HttpResponse, get, post, web};
use serde_json::{Value, json};

use crate::{
    api_error::ApiError, api_request::ApiRequest, events::Cause, line_items::LineItem,
    params::Metadata, state::State,
};

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

#[derive(Debug, Clone)]
pub struct CheckoutSession {
    pub id: String,
    pub mode: Mode,
    pub status: SessionStatus,
    pub created: i64,
    pub expires_at: i64,
    /// The same as `expires_at`, unless that was meant in real time.
    pub expires_on_our_clock: i64,
    pub customer: Option<String>,
    pub customer_email: Option<String>,
    pub client_reference_id: Option<String>,
    pub metadata: Metadata,
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
        let (status, payment_status) = match self.status {
            SessionStatus::Open => ("open", "unpaid"),
            SessionStatus::Complete => ("complete", "paid"),
            SessionStatus::Expired => ("expired", "unpaid"),
        };
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
            "payment_status": payment_status,
            "phone_number_collection": {"enabled": false},
            "recovered_from": null,
            "setup_intent": null,
            "shipping_options": [],
            "status": status,
            "submit_type": null,
            "subscription": self.subscription,
            "success_url": self.success_url,
            "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
            "ui_mode": "hosted",
            "url": url,
        })
    }
}

pub fn configure(config: &mut web::ServiceConfig) {
    config.service(create).service(retrieve).service(expire);
}

/// <https://docs.stripe.com/api/checkout/sessions/create>.
#[post("/checkout/sessions")]
async fn create(request: ApiRequest) -> Result<HttpResponse, ApiError> {
    request.write(|state, params, _| {
        let session = state.read_session(&params)?;
        let answer = session.render();
        state.sessions.insert(session.id.clone(), session);
        Ok(answer)
    })
}

/// <https://docs.stripe.com/api/checkout/sessions/retrieve>.
#[get("/checkout/sessions/{id}")]
async fn retrieve(request: ApiRequest, id: web::Path<String>) -> Result<HttpResponse, ApiError> {
    request.read(|state, _| {
        let session = state.sessions.get(id.as_str());
        Ok(session
            .ok_or_else(|| ApiError::no_such("checkout.session", &id))?
            .render())
    })
}

/// <https://docs.stripe.com/api/checkout/sessions/expire>.
#[post("/checkout/sessions/{id}/expire")]
async fn expire(request: ApiRequest, id: web::Path<String>) -> Result<HttpResponse, ApiError> {
    request.write(|state, _, cause| {
        let session = state.sessions.get(id.as_str());
        let session = session.ok_or_else(|| ApiError::no_such("checkout.session", &id))?;
        if session.status != SessionStatus::Open {
            return Err(ApiError::invalid(
                "Only Checkout Sessions with a status in [\"open\"] can be expired.",
            ));
        }
        state
            .expire_session(&id, cause)
            .ok_or_else(|| ApiError::no_such("checkout.session", &id))
    })
}

impl State {
    /// The session as it is afterwards; nothing if there is none.
    fn expire_session(&mut self, id: &str, cause: &Cause) -> Option<Value> {
        let session = self.sessions.get_mut(id)?;
        session.status = SessionStatus::Expired;
        let expired = session.render();
        self.emit("checkout.session.expired", expired.clone(), cause);
        Some(expired)
    }

    pub fn expire_overdue_sessions(&mut self) {
        let now = self.clock.seconds();
        let overdue: Vec<String> = self
            .sessions
            .values()
            .filter(|session| session.status == SessionStatus::Open)
            .filter(|session| session.expires_on_our_clock <= now)
            .map(|session| session.id.clone())
            .collect();
        for id in overdue {
            self.expire_session(&id, &Cause::default());
        }
    }
}
