//! Refunds: <https://docs.stripe.com/api/refunds>. What they do to a charge is told in
//! [`crate::refunding`].

use actix_web::{HttpResponse, get, post, web};
use serde_json::{Value, json};

use crate::{
    api_error::ApiError,
    api_request::ApiRequest,
    pages,
    params::{Metadata, Params},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefundStatus {
    Pending,
    Succeeded,
    Failed,
}

impl RefundStatus {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
        }
    }
}

#[derive(Debug, Clone)]
pub struct Refund {
    pub id: String,
    pub status: RefundStatus,
    pub created: i64,
    /// In minor units.
    pub amount: i64,
    pub currency: String,
    pub charge: String,
    pub payment_intent: String,
    pub reason: Option<String>,
    pub metadata: Metadata,
    /// The bank's number of it, known a little later.
    pub reference: Option<String>,
}

impl Refund {
    pub fn render(&self) -> Value {
        let reference_status = match (self.status, &self.reference) {
            (RefundStatus::Failed, _) => "unavailable",
            (_, None) => "pending",
            (_, Some(_)) => "available",
        };
        let failed = self.status == RefundStatus::Failed;
        json!({
            "id": self.id,
            "object": "refund",
            "amount": self.amount,
            "balance_transaction": null,
            "charge": self.charge,
            "created": self.created,
            "currency": self.currency,
            "destination_details": {
                "type": "card",
                "card": {
                    "reference": self.reference,
                    "reference_status": reference_status,
                    "reference_type": "acquirer_reference_number",
                    "type": "refund",
                },
            },
            "failure_balance_transaction": null,
            "failure_reason": failed.then_some("lost_or_stolen_card"),
            "metadata": self.metadata,
            "payment_intent": self.payment_intent,
            "pending_reason": (self.status == RefundStatus::Pending).then_some("processing"),
            "reason": self.reason,
            "receipt_number": null,
            "source_transfer_reversal": null,
            "status": self.status.as_str(),
            "transfer_reversal": null,
        })
    }
}

/// What is asked for.
#[derive(Debug, Clone)]
pub struct RefundRequest {
    pub charge: Option<String>,
    pub payment_intent: Option<String>,
    /// In minor units; all that is left if not told.
    pub amount: Option<i64>,
    pub reason: Option<String>,
    pub metadata: Metadata,
}

impl RefundRequest {
    fn read(params: &Params<'_>) -> Result<Self, ApiError> {
        let text = |name: &str| Ok::<_, ApiError>(params.text(name)?.map(str::to_owned));
        let amount = params.integer("amount")?;
        if amount.is_some_and(|amount| amount < 1) {
            return Err(ApiError::invalid("Invalid positive integer")
                .code("parameter_invalid_integer")
                .param("amount"));
        }
        let reason = text("reason")?;
        let known = ["duplicate", "fraudulent", "requested_by_customer"];
        if reason.as_deref().is_some_and(|text| !known.contains(&text)) {
            let message = format!("Invalid reason: must be one of {}", known.join(", "));
            return Err(ApiError::invalid(message).param("reason"));
        }
        let request = Self {
            charge: text("charge")?,
            payment_intent: text("payment_intent")?,
            amount,
            reason,
            metadata: params.metadata("metadata")?,
        };
        if request.charge.is_none() && request.payment_intent.is_none() {
            let message = "One of the following params should be provided for this request: \
                           payment_intent or charge.";
            return Err(ApiError::invalid(message).code("parameter_missing"));
        }
        Ok(request)
    }
}

pub fn configure(config: &mut web::ServiceConfig) {
    config.service(create).service(retrieve).service(list);
}

/// <https://docs.stripe.com/api/refunds/create>.
#[post("/refunds")]
async fn create(request: ApiRequest) -> Result<HttpResponse, ApiError> {
    request.write(|state, params, cause| state.refund(RefundRequest::read(&params)?, cause))
}

/// <https://docs.stripe.com/api/refunds/retrieve>.
#[get("/refunds/{id}")]
async fn retrieve(request: ApiRequest, id: web::Path<String>) -> Result<HttpResponse, ApiError> {
    request.read(|state, _| {
        let refund = state.refunds.iter().find(|refund| refund.id == *id);
        Ok(refund
            .ok_or_else(|| ApiError::no_such("refund", &id))?
            .render())
    })
}

/// <https://docs.stripe.com/api/refunds/list>, newest first; of one charge or payment intent if
/// told.
#[get("/refunds")]
async fn list(request: ApiRequest) -> Result<HttpResponse, ApiError> {
    request.read(|state, params| {
        let charge = params.text("charge")?;
        let intent = params.text("payment_intent")?;
        let found = state
            .refunds
            .iter()
            .rev()
            .filter(|refund| charge.is_none_or(|id| refund.charge == id))
            .filter(|refund| intent.is_none_or(|id| refund.payment_intent == id))
            .map(|refund| (refund.id.as_str(), refund));
        pages::render("/v1/refunds", "refund", found, &params, Refund::render)
    })
}
