//! The calls on subscriptions: <https://docs.stripe.com/api/subscriptions>. They are made by
//! Checkout ([`crate::completion`]) and by nothing else.

use actix_web::{HttpResponse, delete, get, post, web};

use crate::{api_error::ApiError, api_request::ApiRequest, state::State};

pub fn configure(config: &mut web::ServiceConfig) {
    config.service(retrieve).service(update).service(cancel);
}

/// <https://docs.stripe.com/api/subscriptions/retrieve>.
#[get("/subscriptions/{id}")]
async fn retrieve(request: ApiRequest, id: web::Path<String>) -> Result<HttpResponse, ApiError> {
    request.read(|state, _| {
        let subscription = state.subscriptions.get(id.as_str());
        Ok(subscription.ok_or_else(|| missing(&id))?.render())
    })
}

/// <https://docs.stripe.com/api/subscriptions/update>: only `cancel_at_period_end`.
#[post("/subscriptions/{id}")]
async fn update(request: ApiRequest, id: web::Path<String>) -> Result<HttpResponse, ApiError> {
    request.write(|state, params, cause| {
        let at_period_end = params.boolean("cancel_at_period_end")?;
        require_live(
            state,
            &id,
            "A canceled subscription can only update its cancellation_details and metadata.",
        )?;
        if let Some(at_period_end) = at_period_end {
            state.cancel_at_period_end(&id, at_period_end, cause);
        }
        let subscription = state.subscriptions.get(id.as_str());
        Ok(subscription.ok_or_else(|| missing(&id))?.render())
    })
}

/// <https://docs.stripe.com/api/subscriptions/cancel>: at once, nothing is given back.
#[delete("/subscriptions/{id}")]
async fn cancel(request: ApiRequest, id: web::Path<String>) -> Result<HttpResponse, ApiError> {
    request.write(|state, _, cause| {
        match state.subscriptions.get(id.as_str()) {
            Some(subscription) if !subscription.status.is_over() => {}
            // One that has ended can't be found here, although it can be retrieved.
            _ => return Err(missing(&id)),
        }
        state
            .end_subscription(&id, "cancellation_requested", cause)
            .ok_or_else(|| missing(&id))
    })
}

fn missing(id: &str) -> ApiError {
    ApiError::no_such("subscription", id)
}

fn require_live(state: &State, id: &str, complaint: &str) -> Result<(), ApiError> {
    match state.subscriptions.get(id) {
        None => Err(missing(id)),
        Some(subscription) if subscription.status.is_over() => Err(ApiError::invalid(complaint)),
        Some(_) => Ok(()),
    }
}
