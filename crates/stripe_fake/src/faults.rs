//! Calls of the API that go wrong because they were told to: the network and the provider on a
//! bad day, at a moment of one's choosing. The pages and `/control` are never touched.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use actix_web::{
    Error, HttpResponse, ResponseError,
    body::{BodySize, BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    middleware::Next,
    web::{Bytes, Data},
};
use tokio::time;

use crate::{api_error::ApiError, fake::Fake};

/// What happens to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// 500, and nothing is done.
    ServerError,
    /// 429, and nothing is done.
    RateLimited,
    /// No answer for this long, then the connection is closed; nothing is done.
    Hang(Duration),
    /// It is done, and the connection is closed before the answer: whoever called can't know.
    LostAnswer,
}

/// What is still to go wrong, first come, first served.
#[derive(Debug, Default)]
pub struct Faults(Vec<PlannedFault>);

#[derive(Debug)]
struct PlannedFault {
    fault: Fault,
    left: u32,
    /// `/v1/refunds` is that call and all below it, `POST /v1/refunds` what is posted there.
    path: Option<String>,
}

impl PlannedFault {
    fn is_about(&self, method: &str, path: &str) -> bool {
        self.path.as_deref().is_none_or(|planned| {
            let (only, planned) = planned.split_once(' ').unwrap_or((method, planned));
            let rest = path.strip_prefix(planned).filter(|_| only == method);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }
}

impl Faults {
    pub fn plan(&mut self, fault: Fault, count: u32, path: Option<String>) {
        self.0.push(PlannedFault {
            fault,
            left: count,
            path,
        });
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// How many calls are still to go wrong.
    pub fn left(&self) -> u32 {
        self.0.iter().map(|planned| planned.left).sum()
    }

    fn next(&mut self, method: &str, path: &str) -> Option<Fault> {
        let is_about = |planned: &&mut PlannedFault| planned.is_about(method, path);
        let planned = self.0.iter_mut().find(is_about)?;
        let fault = planned.fault;
        planned.left = planned.left.saturating_sub(1);
        self.0.retain(|planned| planned.left > 0);
        Some(fault)
    }
}

/// The middleware of `/v1`.
pub async fn misbehave(
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let fault = request.app_data::<Data<Fake>>().and_then(|fake| {
        let (method, path) = (request.method().as_str(), request.path());
        fake.transact(|state| state.faults.next(method, path)).0
    });
    let instead = match fault {
        None => return next.call(request).await,
        Some(Fault::ServerError) => ApiError::server_error().error_response(),
        Some(Fault::RateLimited) => ApiError::rate_limited().error_response(),
        Some(Fault::Hang(time)) => {
            time::sleep(time).await;
            no_answer()
        }
        Some(Fault::LostAnswer) => {
            let done = next.call(request).await?;
            return Ok(done.into_response(no_answer()));
        }
    };
    Ok(request.into_response(instead))
}

fn no_answer() -> HttpResponse {
    HttpResponse::Ok().body(Broken)
}

/// A body that fails before its first byte: the server then closes the connection, and has sent
/// nothing of the head either.
struct Broken;

impl MessageBody for Broken {
    type Error = io::Error;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Poll::Ready(Some(Err(io::ErrorKind::ConnectionAborted.into())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_come_in_order_as_often_as_planned_and_where_planned() {
        let mut faults = Faults::default();
        faults.plan(Fault::ServerError, 2, Some("/v1/refunds".into()));
        faults.plan(Fault::RateLimited, 1, None);
        assert_eq!(
            faults.next("GET", "/v1/refunds/re_1"),
            Some(Fault::ServerError)
        );
        assert_eq!(
            faults.next("GET", "/v1/refunds_of_others"),
            Some(Fault::RateLimited)
        );
        assert_eq!(faults.next("GET", "/v1/events"), None);
        assert_eq!(faults.left(), 1);
        assert_eq!(faults.next("GET", "/v1/refunds"), Some(Fault::ServerError));
        assert_eq!(faults.next("GET", "/v1/refunds"), None);
    }

    #[test]
    fn a_fault_of_one_method_leaves_the_others_alone() {
        let mut faults = Faults::default();
        faults.plan(Fault::LostAnswer, 1, Some("POST /v1/refunds".into()));
        assert_eq!(faults.next("GET", "/v1/refunds"), None);
        assert_eq!(faults.next("POST", "/v1/events"), None);
        assert_eq!(faults.next("POST", "/v1/refunds"), Some(Fault::LostAnswer));
    }
}
