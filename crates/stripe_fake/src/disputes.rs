//! Disputes: <https://docs.stripe.com/api/disputes/object>. How one goes is told in
//! [`crate::disputing`].

use actix_web::{HttpResponse, get, web};
use serde_json::{Map, Value, json};

use crate::{api_error::ApiError, api_request::ApiRequest};

/// What can be sent in as evidence, and never is here:
/// <https://docs.stripe.com/api/disputes/evidence_object>.
const EVIDENCE: [&str; 27] = [
    "access_activity_log",
    "billing_address",
    "cancellation_policy",
    "cancellation_policy_disclosure",
    "cancellation_rebuttal",
    "customer_communication",
    "customer_email_address",
    "customer_name",
    "customer_purchase_ip",
    "customer_signature",
    "duplicate_charge_documentation",
    "duplicate_charge_explanation",
    "duplicate_charge_id",
    "product_description",
    "receipt",
    "refund_policy",
    "refund_policy_disclosure",
    "refund_refusal_explanation",
    "service_date",
    "service_documentation",
    "shipping_address",
    "shipping_carrier",
    "shipping_date",
    "shipping_documentation",
    "shipping_tracking_number",
    "uncategorized_file",
    "uncategorized_text",
];
/// Seven days to answer.
const ANSWER_IN_S: i64 = 7 * 24 * 60 * 60;

/// <https://docs.stripe.com/api/disputes/object#dispute_object-status>.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DisputeStatus {
    /// An inquiry: the bank asks, no money has moved.
    WarningNeedsResponse,
    WarningClosed,
    NeedsResponse,
    Won,
    Lost,
}

impl DisputeStatus {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::WarningNeedsResponse => "warning_needs_response",
            Self::WarningClosed => "warning_closed",
            Self::NeedsResponse => "needs_response",
            Self::Won => "won",
            Self::Lost => "lost",
        }
    }

    pub fn is_open(self) -> bool {
        matches!(self, Self::WarningNeedsResponse | Self::NeedsResponse)
    }
}

#[derive(Debug, Clone)]
pub struct Dispute {
    pub id: String,
    pub status: DisputeStatus,
    pub created: i64,
    /// In minor units.
    pub amount: i64,
    pub currency: String,
    pub charge: String,
    pub payment_intent: String,
}

impl Dispute {
    pub fn render(&self) -> Value {
        let refundable = matches!(
            self.status,
            DisputeStatus::WarningNeedsResponse | DisputeStatus::WarningClosed
        );
        let mut evidence: Map<String, Value> = EVIDENCE
            .iter()
            .map(|name| ((*name).to_owned(), Value::Null))
            .collect();
        evidence.insert("enhanced_evidence".into(), json!({}));
        json!({
            "id": self.id,
            "object": "dispute",
            "amount": self.amount,
            "balance_transactions": [],
            "charge": self.charge,
            "created": self.created,
            "currency": self.currency,
            "enhanced_eligibility_types": [],
            "evidence": evidence,
            "evidence_details": {
                "due_by": self.created + ANSWER_IN_S,
                "enhanced_eligibility": {},
                "has_evidence": false,
                "past_due": false,
                "submission_count": 0,
            },
            "is_charge_refundable": refundable,
            "livemode": false,
            "metadata": {},
            "payment_intent": self.payment_intent,
            "payment_method_details": {
                "type": "card",
                "card": {
                    "brand": "visa",
                    "case_type": if refundable { "inquiry" } else { "chargeback" },
                    "network": "visa",
                    "network_reason_code": "13.1",
                },
            },
            "reason": "product_not_received",
            "status": self.status.as_str(),
        })
    }
}

pub fn configure(config: &mut web::ServiceConfig) {
    config.service(retrieve);
}

/// <https://docs.stripe.com/api/disputes/retrieve>.
#[get("/disputes/{id}")]
async fn retrieve(request: ApiRequest, id: web::Path<String>) -> Result<HttpResponse, ApiError> {
    request.read(|state, _| {
        let dispute = state.disputes.get(id.as_str());
        Ok(dispute
            .ok_or_else(|| ApiError::no_such("dispute", &id))?
            .render())
    })
}
