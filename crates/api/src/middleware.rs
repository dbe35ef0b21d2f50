//! Around every request, in two layers with CORS between them: its id, the gate, the headers that
//! every answer carries and one line in the log; within, its caller and the wording of problems.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Instant;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{HttpMessage, HttpRequest, ResponseError};
use domain::language::Language;

use crate::access::{authenticate, claim};
use crate::gate::{self, Allowance, Arrival, Asker, RateLimits, RouteClass};
use crate::methods::Methods;
use crate::problem::{Code, Problem, render};
use crate::request_id::{RequestId, X_REQUEST_ID};
use crate::state::AppState;

/// When a request arrived, by the application's clock.
#[derive(Debug, Clone, Copy)]
struct ArrivedAt(Instant);

const PROBLEM: &str = "application/problem+json";
/// One year.
const HSTS: &str = "max-age=31536000; includeSubDomains; preload";

/// The id that the middleware has given the request.
#[must_use]
pub fn request_id(req: &HttpRequest) -> String {
    req.extensions()
        .get::<RequestId>()
        .map(|id| id.shown.clone())
        .unwrap_or_default()
}

/// The id that the trail knows the request by.
#[must_use]
pub fn recorded_request_id(req: &HttpRequest) -> Option<String> {
    let extensions = req.extensions();
    extensions.get::<RequestId>().map(|id| id.recorded.clone())
}

/// When the request arrived, by the application's clock.
#[must_use]
pub fn arrival(req: &HttpRequest) -> Option<Instant> {
    req.extensions().get::<ArrivedAt>().map(|arrived| arrived.0)
}

/// Where the request comes from, as far as our proxies vouch for it.
#[must_use]
pub fn client_address(req: &HttpRequest) -> IpAddr {
    let unknown = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
    req.extensions()
        .get::<Arrival>()
        .map_or(unknown, |arrival| arrival.client)
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

/// The outermost layer: what every answer has, whoever gave it.
///
/// # Errors
/// None of ours: every refusal is a response by now.
pub async fn around(
    mut req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let started = Instant::now();
    let state = state_of(&req)?;
    let request_id = RequestId::of(req.headers());
    let id = request_id.shown.clone();
    let peer = req.peer_addr().map(|socket| socket.ip());
    let arrival = state.site.trusted_proxies.arrival(peer, req.headers());
    if request_id.recorded != id {
        // Whoever reads the trail finds the other lines of the request by this one.
        let trail_id = request_id.recorded.as_str();
        log::info!(request_id = id.as_str(), trail_id; "the trail knows this request by an id of ours");
    }
    req.extensions_mut().insert(request_id);
    req.extensions_mut().insert(arrival);
    req.extensions_mut()
        .insert(ArrivedAt(state.clock.instant()));
    let language = language(req.request());
    if req.method() == Method::HEAD {
        // Answered as a GET; the connection leaves the body out by itself.
        req.head_mut().method = Method::GET;
    }
    let response = match gate::refusal(&state.site, req.request(), arrival) {
        None => {
            let response = next.call(req).await?.map_into_boxed_body();
            worded_preflight(response, language, &id)
        }
        Some(refused) => {
            let response = refused.unwrap_or_else(|problem| problem.error_response());
            worded(req.into_response(response), language, &id)
        }
    };
    let mut response = response;
    protect(&mut response, arrival.is_https);
    show_allowance(&mut response, &state.limits, arrival);
    set(response.headers_mut(), X_REQUEST_ID, &id);
    log_line(&response, &id, started);
    Ok(response)
}

/// The layer within CORS: who calls, how often they may, and the wording of every refusal.
///
/// # Errors
/// None of ours: every refusal is a response by now, and becomes a problem document here.
pub async fn within(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let state = state_of(&req)?;
    let (id, language) = (request_id(req.request()), language(req.request()));
    let response = match admitted(&state, req.request()).await {
        Ok(()) => next.call(req).await?.map_into_boxed_body(),
        Err(problem) => req.error_response(problem).map_into_boxed_body(),
    };
    Ok(worded(response, language, &id))
}

/// Lets a caller in who is known or nobody, and who has not asked too often. That is asked before the
/// database is: a flood is to cost no more than reading a token.
async fn admitted(state: &AppState, req: &HttpRequest) -> Result<(), Problem> {
    let claim = claim(state, req.headers());
    let methods = req.app_data::<Data<Methods>>();
    // As the router will read it: with its escapes undone.
    let route = methods.and_then(|methods| methods.route(req.match_info().unprocessed()));
    let class = RouteClass::of(req.method(), route.map(|route| route.pattern));
    let asker = match &claim {
        Ok(Some(claim)) if !class.is_by_address() => Asker::User(claim.user_id),
        _ => Asker::at(client_address(req)),
    };
    let allowance = state.limits.take(class, asker);
    req.extensions_mut().insert(allowance);
    if let Some(seconds) = allowance.retry_after {
        return Err(Problem::new(Code::RateLimited).retry_after(seconds));
    }
    if let Some(claim) = claim? {
        let principal = authenticate(state, claim).await?;
        req.extensions_mut().insert(principal);
    }
    match route.and_then(|route| route.lacks(req.method())) {
        Some(allow) => Err(Problem::method_not_allowed(allow)),
        None => Ok(()),
    }
}

fn state_of(req: &ServiceRequest) -> Result<Data<AppState>, Problem> {
    let state = req.app_data::<Data<AppState>>().cloned();
    state.ok_or_else(|| Problem::new(Code::Internal))
}

/// What its sender has left. Answers that were given before anybody counted are counted now.
fn show_allowance(response: &mut ServiceResponse, limits: &RateLimits, arrival: Arrival) {
    let counted = response.request().extensions().get::<Allowance>().copied();
    let allowance =
        counted.unwrap_or_else(|| limits.take(RouteClass::General, Asker::at(arrival.client)));
    let headers = response.headers_mut();
    set(headers, "ratelimit-limit", &allowance.limit.to_string());
    set(
        headers,
        "ratelimit-remaining",
        &allowance.remaining.to_string(),
    );
    set(headers, "ratelimit-reset", &allowance.reset.to_string());
}

/// Whatever is refused below CORS has its words already; what CORS refuses is a preflight.
fn worded_preflight(response: ServiceResponse, language: Language, id: &str) -> ServiceResponse {
    let is_worded = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind == PROBLEM);
    if response.status() != StatusCode::BAD_REQUEST || is_worded {
        return response;
    }
    let document = render(&Problem::new(Code::UntrustedOrigin), language, id);
    ServiceResponse::new(response.into_parts().0, document)
}

/// Turns a refusal into its document, and logs the cause of one that is our fault.
fn worded(response: ServiceResponse, language: Language, id: &str) -> ServiceResponse {
    let is_document = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind == PROBLEM);
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
        408 => Code::RequestTimeout,
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

fn protect(response: &mut ServiceResponse, is_https: bool) {
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
    // Over plain text a browser has to ignore it (RFC 6797, section 7.2).
    if is_https {
        set(headers, "strict-transport-security", HSTS);
    }
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
