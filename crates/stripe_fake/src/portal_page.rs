//! The billing portal's page, in place of Stripe's: a customer's subscriptions, to be ended with
//! their period or kept after all. A script (an `Accept` without `text/html`) gets JSON.

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::{StatusCode, header},
    post,
    web::{self, Data},
};
use chrono::{DateTime, Utc};
use serde_json::json;

use crate::{
    events::Cause,
    fake::Fake,
    html::{self, escape, link, page},
    portal::PortalSession,
    state::State,
    subscriptions::Subscription,
};

pub fn configure(config: &mut web::ServiceConfig) {
    config.service(show).service(act);
}

#[get("/portal/{session_id}")]
async fn show(
    fake: Data<Fake>,
    session_id: web::Path<String>,
    request: HttpRequest,
) -> HttpResponse {
    let (shown, _) = fake.transact(|state| {
        let session = state.portal_sessions.get(session_id.as_str())?;
        Some(render(session, state))
    });
    match shown {
        Some(page) => html::answer(HttpResponse::Ok(), page),
        None => refuse(&request, StatusCode::NOT_FOUND, "no_such_session"),
    }
}

/// Answers once the webhook has heard of it, or a few seconds later.
#[post("/portal/{session_id}/{subscription_id}/{action}")]
async fn act(
    fake: Data<Fake>,
    path: web::Path<(String, String, String)>,
    request: HttpRequest,
) -> HttpResponse {
    let (session_id, subscription_id, action) = path.into_inner();
    let wanted = match action.as_str() {
        "cancel" => true,
        "resume" => false,
        _ => return refuse(&request, StatusCode::NOT_FOUND, "unknown_action"),
    };
    let (outcome, receipt) =
        fake.transact(|state| state.act_in_portal(&session_id, &subscription_id, wanted));
    let delivered = receipt.delivered().await;
    match outcome {
        Err((status, code)) => refuse(&request, status, code),
        Ok(address) if html::is_wanted(&request) => HttpResponse::SeeOther()
            .insert_header((header::LOCATION, address))
            .finish(),
        Ok(_) => HttpResponse::Ok().json(json!({
            "subscription_id": subscription_id,
            "cancel_at_period_end": wanted,
            "delivered": delivered,
        })),
    }
}

impl State {
    /// The page's address. Only what is the customer's own and has not ended can be changed.
    fn act_in_portal(
        &mut self,
        session_id: &str,
        subscription_id: &str,
        cancel: bool,
    ) -> Result<String, (StatusCode, &'static str)> {
        let session = self.portal_sessions.get(session_id).cloned();
        let session = session.ok_or((StatusCode::NOT_FOUND, "no_such_session"))?;
        let subscription = self.subscriptions.get(subscription_id);
        let subscription = subscription
            .filter(|subscription| subscription.customer == session.customer)
            .ok_or((StatusCode::NOT_FOUND, "no_such_subscription"))?;
        if subscription.status.is_over() {
            return Err((StatusCode::CONFLICT, "subscription_ended"));
        }
        self.cancel_at_period_end(subscription_id, cancel, &Cause::default());
        Ok(session.url)
    }
}

fn render(session: &PortalSession, state: &State) -> String {
    let own = |subscription: &&Subscription| subscription.customer == session.customer;
    let subscriptions: String = state
        .subscriptions
        .values()
        .filter(own)
        .map(|subscription| render_subscription(session, subscription))
        .collect();
    let back = session.return_url.as_deref();
    page(
        "Подписки",
        &format!(
            "{}{}",
            match subscriptions.as_str() {
                "" => "<p>Подписок нет.</p>",
                some => some,
            },
            back.map(|url| link(url, "Вернуться")).unwrap_or_default()
        ),
    )
}

fn render_subscription(session: &PortalSession, subscription: &Subscription) -> String {
    let names: Vec<&str> = subscription
        .items
        .iter()
        .map(|item| item.sold.price.product_name.as_str())
        .collect();
    let until = date(subscription.period_end());
    let action = |name: &str| format!("{}/{}/{name}", session.id, subscription.id);
    let (state, button) = match (
        subscription.status.is_over(),
        subscription.cancel_at_period_end,
    ) {
        (true, _) => ("Закончилась.".to_owned(), String::new()),
        (false, true) => (
            format!("Закончится {until}."),
            html::button(&action("resume"), "Не отменять", true),
        ),
        (false, false) => (
            format!("Продлится {until}."),
            html::button(&action("cancel"), "Отменить в конце периода", false),
        ),
    };
    format!("<p>{}</p><p>{state}</p>{button}", escape(&names.join(", ")))
}

fn date(moment: DateTime<Utc>) -> String {
    moment.format("%d.%m.%Y").to_string()
}

fn refuse(request: &HttpRequest, status: StatusCode, code: &str) -> HttpResponse {
    let mut response = HttpResponse::build(status);
    if html::is_wanted(request) {
        html::answer(response, html::message_page("Здесь этого нет."))
    } else {
        response.json(json!({"error": {"code": code, "message": "the portal has nothing of it"}}))
    }
}
