//! Where a session is paid, in place of Stripe's hosted page: a browser gets a page and a redirect,
//! a script (an `Accept` without `text/html`) JSON.

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::{StatusCode, header},
    post,
    web::{self, Data},
};
use serde_json::json;

use crate::{
    completion::{PageAction, PayError},
    fake::Fake,
    html, pay_page_html,
    sessions::CheckoutSession,
};

pub fn configure(config: &mut web::ServiceConfig) {
    config.service(show).service(pay).service(act);
}

#[get("/pay/{session_id}")]
async fn show(
    fake: Data<Fake>,
    session_id: web::Path<String>,
    request: HttpRequest,
) -> HttpResponse {
    let (session, _) = fake.transact(|state| state.sessions.get(session_id.as_str()).cloned());
    match session {
        Some(session) => html::answer(HttpResponse::Ok(), pay_page_html::session_page(&session)),
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
    play(&fake, PageAction::Pay, &session_id, &request).await
}

/// The other buttons of the page.
#[post("/pay/{session_id}/{action}")]
async fn act(
    fake: Data<Fake>,
    path: web::Path<(String, String)>,
    request: HttpRequest,
) -> HttpResponse {
    let (session_id, action) = path.into_inner();
    match PageAction::parse(&action) {
        Some(action) => play(&fake, action, &session_id, &request).await,
        None => HttpResponse::NotFound().json(json!({"error": {
            "code": "unknown_action",
            "message": "the page knows pay, decline, later, expire, arrive and fail",
        }})),
    }
}

async fn play(
    fake: &Fake,
    action: PageAction,
    session_id: &str,
    request: &HttpRequest,
) -> HttpResponse {
    let (outcome, receipt) = fake.transact(|state| state.act(action, session_id));
    let delivered = receipt.delivered().await;
    let session = match outcome {
        Ok(session) => session,
        Err(error) => return refuse(request, &error),
    };
    if html::is_wanted(request) {
        return HttpResponse::SeeOther()
            .insert_header((header::LOCATION, next_address(action, &session)))
            .finish();
    }
    HttpResponse::Ok().json(json!({
        "session_id": session.id,
        "status": session.status.as_str(),
        "payment_status": session.payment.as_str(),
        "delivered": delivered,
    }))
}

/// Back to the shop once the payer is done; else the page again, as it is now.
fn next_address(action: PageAction, session: &CheckoutSession) -> String {
    match action {
        PageAction::Pay | PageAction::PayLater => session.return_address(),
        PageAction::Decline
        | PageAction::Expire
        | PageAction::MoneyArrives
        | PageAction::MoneyFails => session.url.clone(),
    }
}

fn refuse(request: &HttpRequest, error: &PayError) -> HttpResponse {
    let (status, code, text) = match error {
        PayError::NoSuchSession(_) => (
            StatusCode::NOT_FOUND,
            "no_such_session",
            "Такой оплаты нет.",
        ),
        PayError::AlreadyPaid => (StatusCode::CONFLICT, "already_paid", "Уже оплачено."),
        PayError::AlreadyComplete => (
            StatusCode::CONFLICT,
            "already_complete",
            "Оплата уже оформлена, деньги ещё не пришли.",
        ),
        PayError::NothingUnderway => (
            StatusCode::CONFLICT,
            "nothing_underway",
            "По этой оплате деньги не ждут.",
        ),
        PayError::Expired => (StatusCode::CONFLICT, "expired", "Срок оплаты истёк."),
        PayError::Declined => (
            StatusCode::PAYMENT_REQUIRED,
            "card_declined",
            "Карта отклонена. Вернитесь и попробуйте ещё раз.",
        ),
    };
    let mut response = HttpResponse::build(status);
    if html::is_wanted(request) {
        html::answer(response, html::message_page(text))
    } else {
        response.json(json!({"error": {"code": code, "message": error.to_string()}}))
    }
}
