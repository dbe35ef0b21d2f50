//! One HTTP request and its whole answer, under `async-openai`: nothing here tries twice.
//!
//! The client drops the status and `Retry-After` of an error; here they become a [`Cause`]. A body
//! is read up to a limit, whatever the provider sends.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use async_openai::error::OpenAIError;
use async_openai::middleware::HttpRequestFactory;
use chrono::{DateTime, Utc};
use reqwest::header::HeaderMap;
use reqwest::{Response, StatusCode};
use serde::Deserialize;
use timing::Clock;

use crate::cause::Cause;

/// A reply of 64 embeddings of 2000 numbers is 3 MB long.
const LONGEST_REPLY: usize = 8 * 1024 * 1024;

/// The service that the client sends by.
#[derive(Clone)]
pub(crate) struct Transport {
    pub http: reqwest::Client,
    pub clock: Arc<dyn Clock>,
}

impl tower_service::Service<HttpRequestFactory> for Transport {
    type Response = Response;
    type Error = OpenAIError;
    type Future = Pin<Box<dyn Future<Output = Result<Response, OpenAIError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), OpenAIError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: HttpRequestFactory) -> Self::Future {
        let transport = self.clone();
        Box::pin(async move {
            let request = request.build().await?;
            let answered = transport.send(request).await;
            answered.map_err(|cause| OpenAIError::Boxed(Box::new(cause)))
        })
    }
}

impl Transport {
    async fn send(&self, request: reqwest::Request) -> Result<Response, Cause> {
        let response = self
            .http
            .execute(request)
            .await
            .map_err(|_| Cause::Connection)?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = read(response).await;
        if status.is_success() {
            return Ok(http::Response::new(reqwest::Body::from(body?)).into());
        }
        Err(cause_of(
            status,
            &headers,
            // An error is one whether or not its explanation could be read.
            &body.unwrap_or_default(),
            self.clock.now(),
        ))
    }
}

async fn read(mut response: Response) -> Result<Vec<u8>, Cause> {
    let mut body = Vec::new();
    while let Some(part) = response.chunk().await.map_err(|_| Cause::Connection)? {
        if body.len() + part.len() > LONGEST_REPLY {
            return Err(Cause::BadReply);
        }
        body.extend_from_slice(&part);
    }
    Ok(body)
}

fn cause_of(status: StatusCode, headers: &HeaderMap, body: &[u8], now: DateTime<Utc>) -> Cause {
    let retry_after = retry_after(headers, now);
    match status.as_u16() {
        429 if is_about_quota(body) => Cause::QuotaExhausted,
        429 => Cause::RateLimited { retry_after },
        status @ (401 | 403) => Cause::Auth { status },
        status @ (408 | 409 | 500..) => Cause::Server {
            status,
            retry_after,
        },
        status => Cause::Refused { status },
    }
}

/// Source: <https://www.rfc-editor.org/rfc/rfc9110#field.retry-after>, and `retry-after-ms`, which
/// OpenAI sends beside it.
fn retry_after(headers: &HeaderMap, now: DateTime<Utc>) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    let number = |text: &str| text.parse::<f64>().ok();
    if let Some(ms) = text("retry-after-ms").and_then(number) {
        return duration(ms / 1_000.0);
    }
    let asked = text("retry-after")?;
    match number(asked) {
        Some(seconds) => duration(seconds),
        None => {
            let until = DateTime::parse_from_rfc2822(asked).ok()?;
            Some(
                (until.with_timezone(&Utc) - now)
                    .to_std()
                    .unwrap_or_default(),
            )
        }
    }
}

/// A pause that is no pause at all is none; one beyond all measure is very long.
fn duration(seconds: f64) -> Option<Duration> {
    (seconds >= 0.0).then(|| Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX))
}

fn is_about_quota(body: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Reply {
        error: Explained,
    }
    #[derive(Deserialize)]
    struct Explained {
        code: Option<String>,
        r#type: Option<String>,
    }
    const QUOTA: &str = "insufficient_quota";
    serde_json::from_slice::<Reply>(body).is_ok_and(|reply| {
        reply.error.code.as_deref() == Some(QUOTA) || reply.error.r#type.as_deref() == Some(QUOTA)
    })
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;
    use timing::TryError;

    use super::*;

    fn cause(status: u16, headers: &[(&str, &'static str)], body: &str) -> Cause {
        let headers = headers
            .iter()
            .map(|(name, value)| ((*name).parse().unwrap(), HeaderValue::from_static(value)))
            .collect();
        let now = "2026-11-23T09:00:00Z".parse().unwrap();
        let status = StatusCode::from_u16(status).unwrap();
        cause_of(status, &headers, body.as_bytes(), now)
    }

    #[test]
    fn what_is_worth_another_try_and_what_is_not() {
        use timing::Again::{Never, Soon};
        let quota = r#"{"error": {"code": "insufficient_quota", "message": "…"}}"#;
        for (status, body, again) in [
            (400, "", Never),
            (401, "", Never),
            (403, "", Never),
            (404, "", Never),
            (408, "", Soon),
            (409, "", Soon),
            (422, "", Never),
            (429, "", Soon),
            (429, quota, Never),
            (429, r#"{"error": {"type": "insufficient_quota"}}"#, Never),
            (429, r#"{"error": {"code": "rate_limit_exceeded"}}"#, Soon),
            (429, "<html>", Soon),
            (500, "", Soon),
            (503, "", Soon),
            (599, "", Soon),
            (302, "", Never),
        ] {
            assert_eq!(cause(status, &[], body).again(), again, "{status} {body}");
        }
    }

    #[test]
    fn a_servers_pause_is_read_in_each_of_its_spellings() {
        let pause = |headers: &[_]| match cause(429, headers, "") {
            Cause::RateLimited { retry_after } => retry_after.map(|p| p.as_millis()),
            other => panic!("{other:?}"),
        };
        assert_eq!(pause(&[("retry-after", "5")]), Some(5_000));
        assert_eq!(pause(&[("retry-after", " 0.5 ")]), Some(500));
        let precise = [("retry-after", "1"), ("retry-after-ms", "120")];
        assert_eq!(pause(&precise), Some(120));
        let date = [("retry-after", "Mon, 23 Nov 2026 09:00:07 GMT")];
        assert_eq!(pause(&date), Some(7_000));
        let past = [("retry-after", "Mon, 23 Nov 2020 09:00:07 GMT")];
        assert_eq!(pause(&past), Some(0));
        assert_eq!(
            pause(&[("retry-after", "1e300")]),
            Some(Duration::MAX.as_millis())
        );
        for nonsense in ["-1", "soon", "NaN", ""] {
            let header = [("retry-after", nonsense)];
            assert_eq!(pause(&header), None, "{nonsense}");
        }
    }
}
