//! What is turned away before anything else is looked at: requests to a name that is not ours, and
//! what came in plain text where HTTPS is forced.

use actix_web::http::Method;
use actix_web::http::header::{HOST, LOCATION};
use actix_web::{HttpRequest, HttpResponse};

use super::{Arrival, Authority, Site};
use crate::problem::{Code, Problem};

/// The answer to a request that may not pass: a redirect, or a problem.
#[must_use]
pub fn refusal(
    site: &Site,
    req: &HttpRequest,
    arrival: Arrival,
) -> Option<Result<HttpResponse, Problem>> {
    let Some(authority) = authority(req).filter(|authority| site.allowed_hosts.allows(authority))
    else {
        return Some(Err(Problem::new(Code::UnknownHost)));
    };
    if !site.forces_https || arrival.is_https {
        return None;
    }
    // A HEAD has become a GET by now.
    Some(if req.method() == Method::GET {
        Ok(to_https(&authority, req))
    } else {
        // What it carried has been read on the way already; sending it again must be a decision.
        Err(Problem::new(Code::HttpsRequired))
    })
}

/// The one name that a request was sent to; none if it names several.
fn authority(req: &HttpRequest) -> Option<Authority> {
    let mut lines = req.headers().get_all(HOST);
    let (Some(line), None) = (lines.next(), lines.next()) else {
        return None;
    };
    let authority = Authority::parse(line.to_str().ok()?)?;
    // A whole URL as the target must not say something else (RFC 9112, section 3.2.2).
    match req
        .uri()
        .authority()
        .map(|target| Authority::parse(target.as_str()))
    {
        Some(target) if target.as_ref() != Some(&authority) => None,
        _ => Some(authority),
    }
}

/// The same on the usual port: whatever port took the plain text, TLS is not on it.
fn to_https(authority: &Authority, req: &HttpRequest) -> HttpResponse {
    let target = req
        .uri()
        .path_and_query()
        .map_or("/", |target| target.as_str());
    HttpResponse::PermanentRedirect()
        .insert_header((LOCATION, format!("https://{}{target}", authority.host)))
        .finish()
}
