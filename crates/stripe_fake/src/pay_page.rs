//! Where a session is paid, in place of Stripe's hosted page: a browser gets a page and a redirect,
//! a script (an `Accept` without `text/html`) JSON.

use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder, get,
    http::{
        StatusCode,
        header::{self, ContentType},
    },
    post,
    web::{self, Data},
};
use serde_json::json;

use crate::{completion::PayError, fake::Fake, pay_page_html};

/// No script, no foreign content. `form-action` is left open: it would also bar the redirect to
/// the success page.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";

pub fn configure(config: &mut web::ServiceConfig) {
    config.service(show).service(pay);
}

#[get("/pay/{session_id}")]
async fn show(
    fake: Data<Fake>,
    session_id: web::Path<String>,
    request: HttpRequest,
) -> HttpResponse {
    let (session, _) = fake.transact(|state| state.sessions.get(session_id.as_str()).cloned());
    match session {
        Some(session) => html(HttpResponse::Ok(), pay_page_html::session_page(&session)),
        None => refuse(&request, &PayError::NoSuchSession(session_id.into_inner())),
    }
}

/// Answers once the webhook has heard of the payment, or a few seconds later: Stripe's own page
/// holds its redirect back in the same way.
#[post("/pay/{session_id}")]
async fn pay(
    fake: Data<Fake>,
    session_id: web::Path<String>,
    request: HttpRequest,
) -> HttpResponse {
    let (paid, receipt) = fake.transact(|state| state.pay_session(&session_id));
    let session = match paid {
        Ok(session) => session,
        Err(error) => return refuse(&request, &error),
    };
    let delivered = receipt.delivered().await;
    if wants_html(&request) {
        return HttpResponse::SeeOther()
            .insert_header((header::LOCATION, session.return_address()))
            .finish();
    }
    HttpResponse::Ok().json(json!({
        "session_id": session.id,
        "payment_status": "paid",
        "delivered": delivered,
    }))
}

fn wants_html(request: &HttpRequest) -> bool {
    let accept = request
        .headers()
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}

fn refuse(request: &HttpRequest, error: &PayError) -> HttpResponse {
    let (status, code, text) = match error {
        PayError::NoSuchSession(_) => (
            StatusCode::NOT_FOUND,
            "no_such_session",
            "Такой оплаты нет.",
        ),
        PayError::AlreadyPaid => (StatusCode::CONFLICT, "already_paid", "Уже оплачено."),
        PayError::Expired => (StatusCode::CONFLICT, "expired", "Срок оплаты истёк."),
    };
    let mut response = HttpResponse::build(status);
    if wants_html(request) {
        html(response, pay_page_html::message_page(text))
    } else {
        response.json(json!({"error": {"code": code, "message": error.to_string()}}))
    }
}

fn html(mut response: HttpResponseBuilder, page: String) -> HttpResponse {
    response
        .content_type(ContentType::html())
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .body(page)
}
