//! One call of the API: who calls, with which parameters, under which idempotency key.
//!
//! A handler that takes an [`ApiRequest`] is authenticated; one that calls [`ApiRequest::write`]
//! is idempotent.

use std::{future::Future, pin::Pin};

use actix_web::{
    FromRequest, HttpRequest, HttpResponse,
    dev::Payload,
    http::Method,
    web::{Bytes, Data},
};
use serde_json::Value;

use crate::{
    api_error::ApiError,
    events::{API_VERSION, Cause},
    fake::Fake,
    form,
    idempotency::{Fingerprint, StoredAnswer},
    ids,
    params::Params,
    state::State,
};

/// <https://docs.stripe.com/api/idempotent_requests>: "up to 255 characters".
const LONGEST_KEY: usize = 255;

pub struct ApiRequest {
    fake: Data<Fake>,
    id: String,
    /// `Stripe-Account`, empty for the account of the key itself.
    account: String,
    idempotency_key: Option<String>,
    fingerprint: Fingerprint,
}

impl ApiRequest {
    pub fn read(
        self,
        work: impl FnOnce(&State, Params<'_>) -> Result<Value, ApiError>,
    ) -> Result<HttpResponse, ApiError> {
        let params = Params::root(&self.fingerprint.params);
        let (body, _) = self.fake.transact(|state| work(state, params));
        Ok(self.answer(&body?))
    }

    /// The look at the key, the work and the storing of its answer are one step: two equal
    /// requests at once do the work once.
    pub fn write(
        self,
        work: impl FnOnce(&mut State, Params<'_>, &Cause) -> Result<Value, ApiError>,
    ) -> Result<HttpResponse, ApiError> {
        let (outcome, _) = self.fake.transact(|state| self.write_once(state, work));
        Ok(match outcome? {
            Written::Now(body) => self.answer(&body),
            Written::Before(stored) => {
                let mut response = self.answer(&stored.body);
                let headers = response.headers_mut();
                if let Ok(original) = stored.request_id.parse() {
                    headers.insert(header("original-request"), original);
                }
                headers.insert(header("idempotent-replayed"), value("true"));
                response
            }
        })
    }

    fn write_once(
        &self,
        state: &mut State,
        work: impl FnOnce(&mut State, Params<'_>, &Cause) -> Result<Value, ApiError>,
    ) -> Result<Written, ApiError> {
        let now = state.clock.seconds();
        if let Some(key) = &self.idempotency_key
            && let Some(stored) =
                state
                    .idempotency
                    .find(&self.account, key, &self.fingerprint, now)?
        {
            return Ok(Written::Before(stored));
        }
        let cause = Cause {
            request_id: Some(self.id.clone()),
            idempotency_key: self.idempotency_key.clone(),
        };
        let body = work(state, Params::root(&self.fingerprint.params), &cause)?;
        if let Some(key) = &self.idempotency_key {
            let answer = StoredAnswer {
                body: body.clone(),
                request_id: self.id.clone(),
            };
            let fingerprint = self.fingerprint.clone();
            state
                .idempotency
                .insert(&self.account, key, fingerprint, answer, now);
        }
        Ok(Written::Now(body))
    }

    fn answer(&self, body: &Value) -> HttpResponse {
        let mut response = HttpResponse::Ok();
        response
            .insert_header(("Request-Id", self.id.as_str()))
            .insert_header(("Stripe-Version", API_VERSION));
        if let Some(key) = &self.idempotency_key {
            response.insert_header(("Idempotency-Key", key.as_str()));
        }
        response.json(body)
    }
}

enum Written {
    Now(Value),
    Before(StoredAnswer),
}

fn header(name: &'static str) -> actix_web::http::header::HeaderName {
    actix_web::http::header::HeaderName::from_static(name)
}

fn value(text: &'static str) -> actix_web::http::header::HeaderValue {
    actix_web::http::header::HeaderValue::from_static(text)
}

impl FromRequest for ApiRequest {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let body = Bytes::from_request(&request, payload);
        Box::pin(async move {
            let body = body
                .await
                .map_err(|_| ApiError::invalid("The body could not be read"))?;
            read_request(&request, &body)
        })
    }
}

fn read_request(request: &HttpRequest, body: &[u8]) -> Result<ApiRequest, ApiError> {
    let Some(fake) = request.app_data::<Data<Fake>>().cloned() else {
        return Err(ApiError::invalid("The server is not set up"));
    };
    authenticate(request, &fake.config.secret_key)?;
    let encoded = match *request.method() {
        Method::GET => request.query_string().as_bytes(),
        // Clients differ in where they put the parameters of a DELETE.
        Method::DELETE if body.is_empty() => request.query_string().as_bytes(),
        _ => body,
    };
    let idempotency_key = header_text(request, "Idempotency-Key").map(str::to_owned);
    if idempotency_key
        .as_ref()
        .is_some_and(|key| key.len() > LONGEST_KEY)
    {
        return Err(ApiError::idempotency(
            "Keys are up to 255 characters long.".into(),
        ));
    }
    Ok(ApiRequest {
        fake,
        id: ids::request(),
        account: header_text(request, "Stripe-Account")
            .unwrap_or_default()
            .to_owned(),
        idempotency_key,
        fingerprint: Fingerprint {
            method: request.method().to_string(),
            path: request.path().to_owned(),
            params: form::parse(encoded)?,
        },
    })
}

/// <https://docs.stripe.com/api/authentication>. The key given is never repeated in the answer.
fn authenticate(request: &HttpRequest, secret_key: &str) -> Result<(), ApiError> {
    let given = header_text(request, "Authorization").and_then(|text| text.strip_prefix("Bearer "));
    match given {
        None => Err(ApiError::unauthorized(
            "You did not provide an API key. Provide it in the Authorization header, using Bearer \
             auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
        )),
        Some(given) if given.trim() == secret_key => Ok(()),
        Some(_) => Err(ApiError::unauthorized("Invalid API Key provided.")),
    }
}

fn header_text<'a>(request: &'a HttpRequest, name: &str) -> Option<&'a str> {
    request
        .headers()
        .get(name)?
        .to_str()
        .ok()
        .filter(|text| !text.is_empty())
}
