//! Around every request: its id, its caller, the wording of problems, the headers that every
//! answer carries, and one line in the log.

use std::time::Instant;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{HttpMessage, HttpRequest};
use domain::language::Language;
use uuid::Uuid;

use crate::access::authenticate;
use crate::problem::{Code, Problem, render};
use crate::state::AppState;

/// The id of a request: the caller's own, or one that we made.
#[derive(Debug, Clone)]
struct RequestId(String);

/// When a request arrived, by the application's clock.
#[derive(Debug, Clone, Copy)]
struct Arrival(Instant);

const X_REQUEST_ID: &str = "x-request-id";

/// The id that the middleware has given the request.
#[must_use]
pub fn request_id(req: &HttpRequest) -> String {
    req.extensions()
        .get::<RequestId>()
        .map(|id| id.0.clone())
        .unwrap_or_default()
}

/// When the request arrived, by the application's clock.
#[must_use]
pub fn arrival(req: &HttpRequest) -> Option<Instant> {
    req.extensions().get::<Arrival>().map(|arrival| arrival.0)
}

/// The language that the caller reads.
#[must_use]
pub fn language(req: &HttpRequest) -> Language {
    req.headers()
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .map(Language::from_accept_language)
        .unwrap_or_default()
}

/// # Errors
/// None of ours: every refusal is a response by now, and becomes a problem document here.
pub async fn around(
    mut req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let started = Instant::now();
    if let Some(state) = req.app_data::<Data<AppState>>() {
        let arrival = Arrival(state.clock.instant());
        req.extensions_mut().insert(arrival);
    }
    let id = accepted_id(req.headers()).unwrap_or_else(|| Uuid::now_v7().to_string());
    req.extensions_mut().insert(RequestId(id.clone()));
    let language = language(req.request());
    if req.method() == Method::HEAD {
        // Answered as a GET; the connection leaves the body out by itself.
        req.head_mut().method = Method::GET;
    }
    let response = match authenticate(req.request()).await {
        Ok(principal) => {
            if let Some(principal) = principal {
                req.extensions_mut().insert(principal);
            }
            next.call(req).await?.map_into_boxed_body()
        }
        Err(problem) => req.error_response(problem).map_into_boxed_body(),
    };
    let mut response = worded(response, language, &id);
    protect(&mut response);
    set(response.headers_mut(), X_REQUEST_ID, &id);
    log_line(&response, &id, started);
    Ok(response)
}

fn accepted_id(headers: &HeaderMap) -> Option<String> {
    let id = headers.get(X_REQUEST_ID)?.to_str().ok()?;
    let is_fine = (1..=128).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic());
    is_fine.then(|| id.to_owned())
}

/// Turns a refusal into its document, and logs the cause of one that is our fault.
fn worded(response: ServiceResponse, language: Language, id: &str) -> ServiceResponse {
    let is_document = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind == "application/problem+json");
    if is_document || response.status().as_u16() < 400 {
        return response;
    }
    let problem = response
        .response()
        .extensions()
        .get::<Problem>()
        .cloned()
        .unwrap_or_else(|| of_status(response.status().as_u16()));
    if let Some(cause) = &problem.cause {
        log_cause(problem.code, cause.as_ref(), id);
    }
    let document = render(&problem, language, id);
    let (request, _) = response.into_parts();
    ServiceResponse::new(request, document)
}

/// What actix itself refuses: it knows statuses only.
fn of_status(status: u16) -> Problem {
    Problem::new(match status {
        400 => Code::MalformedRequest,
        404 => Code::NotFound,
        405 => Code::MethodNotAllowed,
        413 => Code::PayloadTooLarge,
        415 => Code::UnsupportedMediaType,
        _ => Code::Internal,
    })
}

fn log_cause(code: Code, cause: &dyn std::error::Error, id: &str) {
    let chain = services::error_chain(cause);
    if code == Code::Internal {
        log::error!(request_id = id; "{chain}");
    } else {
        log::warn!(request_id = id; "{chain}");
    }
}

fn protect(response: &mut ServiceResponse) {
    let is_docs = response.request().path().starts_with("/docs");
    // Swagger UI sets styles of its own; nothing else here is a page.
    let policy = if is_docs {
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"
    } else {
        "default-src 'none'; frame-ancestors 'none'"
    };
    let headers = response.headers_mut();
    set(headers, "content-security-policy", policy);
    set(headers, "x-content-type-options", "nosniff");
    set(headers, "x-frame-options", "DENY");
    set(headers, "referrer-policy", "no-referrer");
    // Browsers removed that filter because it was a hole itself.
    set(headers, "x-xss-protection", "0");
    if !headers.contains_key(header::CACHE_CONTROL) {
        set(
            headers,
            "cache-control",
            if is_docs { "no-cache" } else { "no-store" },
        );
    }
}

fn set(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(HeaderName::from_static(name), value);
    }
}

fn log_line(response: &ServiceResponse, id: &str, started: Instant) {
    let request = response.request();
    // The route's pattern and never the query: a ticket in a URL stays out of the log.
    let route = request.match_pattern().unwrap_or_else(|| "-".to_owned());
    log::info!(
        request_id = id,
        method = request.method().as_str(),
        route = route.as_str(),
        status = response.status().as_u16(),
        elapsed_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        "request"
    );
}
