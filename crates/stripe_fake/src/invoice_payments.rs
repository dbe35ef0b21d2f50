//! Invoice payments, the only objects that name both an invoice and the payment intent that paid
//! it: <https://docs.stripe.com/api/invoice-payment>.

use actix_web::{HttpResponse, get, web};
use serde_json::{Value, json};

use crate::{
    api_error::ApiError,
    api_request::ApiRequest,
    invoices::{Invoice, InvoiceStatus},
};

pub fn configure(config: &mut web::ServiceConfig) {
    config.service(list);
}

/// <https://docs.stripe.com/api/invoice-payment/list>, of one invoice or of one payment intent:
/// neither has more than one here, so that there is never a second page.
#[get("/invoice_payments")]
async fn list(request: ApiRequest) -> Result<HttpResponse, ApiError> {
    request.read(|state, params| {
        let invoice = params.text("invoice")?;
        let intent = params.section("payment").text("payment_intent")?;
        if invoice.is_none() && intent.is_none() {
            return Err(ApiError::parameter_missing("invoice"));
        }
        let data: Vec<Value> = state
            .invoices
            .values()
            .filter(|candidate| invoice.is_none_or(|id| candidate.id == id))
            .filter(|candidate| {
                intent.is_none_or(|id| candidate.payment_intent.as_deref() == Some(id))
            })
            .filter_map(render)
            .collect();
        let url = "/v1/invoice_payments";
        Ok(json!({"object": "list", "url": url, "has_more": false, "data": data}))
    })
}

/// A draft has none yet.
pub fn render(invoice: &Invoice) -> Option<Value> {
    let intent = invoice.payment_intent.as_ref()?;
    let (status, paid) = match invoice.status {
        InvoiceStatus::Draft | InvoiceStatus::Open => ("open", None),
        InvoiceStatus::Paid => ("paid", Some(invoice.total())),
        InvoiceStatus::Void => ("canceled", None),
    };
    Some(json!({
        "id": invoice.payment_id,
        "object": "invoice_payment",
        "amount_paid": paid,
        "amount_requested": invoice.total(),
        "created": invoice.finalized_at,
        "currency": invoice.currency,
        "invoice": invoice.id,
        "is_default": true,
        "livemode": false,
        "payment": {"type": "payment_intent", "payment_intent": intent},
        "status": status,
        "status_transitions": {"canceled_at": invoice.voided_at, "paid_at": invoice.paid_at},
    }))
}
