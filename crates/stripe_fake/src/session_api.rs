//! The calls on Checkout Sessions: <https://docs.stripe.com/api/checkout/sessions>.

use actix_web::{HttpResponse, get, post, web};
use serde_json::Value;

use crate::{
    api_error::ApiError, api_request::ApiRequest, events::Cause, sessions::SessionStatus,
    state::State,
};

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
    pub fn expire_session(&mut self, id: &str, cause: &Cause) -> Option<Value> {
        let session = self.sessions.get_mut(id)?;
        session.status = SessionStatus::Expired;
        let expired = session.render();
        if let Some(intent) = session.payment_intent.clone() {
            self.cancel_intent(&intent);
        }
        self.emit("checkout.session.expired", expired.clone(), cause);
        Some(expired)
    }
}
