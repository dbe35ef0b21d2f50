//! Answers that are none.

use std::{convert::Infallible, time::Duration};

use futures_util::{StreamExt, stream};
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::{
    StatusCode,
    body::{Bytes, Frame},
    header::{CONTENT_LENGTH, HeaderValue, RETRY_AFTER},
};
use serde_json::json;
use tokio::time;

use crate::{
    held::Holding,
    reply::{Answer, Reply, refusal, reply},
};

/// Between two bytes of an answer that drips.
const DRIP: Duration = Duration::from_millis(500);

/// The headers of an answer at once, its body a byte at a time. `holding` goes with the last one.
pub fn drip(answer: Answer, holding: Option<Holding>) -> Reply {
    let length = HeaderValue::from(answer.body.len());
    let bytes = stream::iter(answer.body).then(move |byte| {
        // Moves it into the stream, which lives as long as somebody listens.
        let _ = &holding;
        async move {
            time::sleep(DRIP).await;
            Ok::<_, Infallible>(Frame::data(Bytes::from(vec![byte])))
        }
    });
    let body = StreamBody::new(bytes).boxed_unsync();
    let mut reply = reply(answer.status, answer.content_type, body);
    reply.headers_mut().insert(CONTENT_LENGTH, length);
    reply
}

/// An error of OpenAI's, as it would word it.
pub fn status(status: u16, retry_after: Option<String>, code: Option<String>) -> Reply {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let usual = match status.as_u16() {
        401 => Some("invalid_api_key"),
        429 => Some("rate_limit_exceeded"),
        _ => None,
    };
    let code = code.as_deref().or(usual);
    let message = match code {
        Some("insufficient_quota") => {
            "You exceeded your current quota, please check your plan and billing details."
        }
        Some("rate_limit_exceeded") => "Rate limit reached for requests. Please try again later.",
        Some("invalid_api_key") => "Incorrect API key provided.",
        _ => "The server had an error while processing your request. Sorry about that!",
    };
    let mut reply = refusal(status, code, message).into_reply();
    if let Some(value) = retry_after.and_then(|value| HeaderValue::try_from(value).ok()) {
        reply.headers_mut().insert(RETRY_AFTER, value);
    }
    reply
}

/// What a proxy on the way says, in the belief that all is well.
pub fn garbage() -> Reply {
    let page = "<!DOCTYPE html><html><body><h1>Welcome to nginx!</h1></body></html>";
    let body = Full::new(Bytes::from(page)).boxed_unsync();
    reply(StatusCode::OK, "text/html", body)
}

/// JSON, and of some other service.
pub fn wrong_shape() -> Reply {
    Answer::ok(&json!({"result": {"items": [1, 2, 3]}, "ok": true})).into_reply()
}
