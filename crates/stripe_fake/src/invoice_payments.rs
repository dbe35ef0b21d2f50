//! Invoice payments, the only objects that name both an invoice and the payment intent that paid
//! it: <https://docs.stripe.com/api/invoice-payment>.

use actix_web::{HttpResponse, get, web};
use serde_json::{Value, json};

use crate::{api_error::ApiError, api_request::ApiRequest, invoices::Invoice};

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
            .filter(|candidate| intent.is_none_or(|id| candidate.payment_intent == id))
            .map(render)
            .collect();
        let url = "/v1/invoice_payments";
        Ok(json!({"object": "list", "url": url, "has_more": false, "data": data}))
    })
}

/// The payment of a paid invoice.
fn render(invoice: &Invoice) -> Value {
    json!({
        "id": invoice.payment_id,
        "object": "invoice_payment",
        "amount_paid": invoice.total(),
        "amount_requested": invoice.total(),
        "created": invoice.created,
        "currency": invoice.currency,
        "invoice": invoice.id,
        "is_default": true,
        "livemode": false,
        "payment": {"type": "payment_intent", "payment_intent": invoice.payment_intent},
        "status": "paid",
        "status_transitions": {"canceled_at": null, "paid_at": invoice.created},
    })
}
