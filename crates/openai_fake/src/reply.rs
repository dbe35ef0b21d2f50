//! Answers, and errors in OpenAI's shape:
//! <https://platform.openai.com/docs/guides/error-codes>.

use std::convert::Infallible;

use http_body_util::{BodyExt, Full, combinators::UnsyncBoxBody};
use hyper::{
    Response, StatusCode,
    body::Bytes,
    header::{CONTENT_TYPE, HeaderValue},
};
use serde::Serialize;
use serde_json::json;

/// A body that is there at once, or comes by and by.
pub type ReplyBody = UnsyncBoxBody<Bytes, Infallible>;
pub type Reply = Response<ReplyBody>;

/// A whole answer before it is sent.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub content_type: &'static str,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(status: StatusCode, body: &impl Serialize) -> Self {
        match serde_json::to_vec(body) {
            Ok(body) => Self {
                status,
                content_type: "application/json",
                body,
            },
            // None of our shapes can't be written; were one, its caller had better see it.
            Err(error) => Self {
                status: StatusCode::INTERNAL_SERVER_ERROR,
                content_type: "text/plain",
                body: error.to_string().into_bytes(),
            },
        }
    }

    pub fn ok(body: &impl Serialize) -> Self {
        Self::json(StatusCode::OK, body)
    }

    pub fn into_reply(self) -> Reply {
        let body = Full::new(Bytes::from(self.body)).boxed_unsync();
        reply(self.status, self.content_type, body)
    }
}

/// An answer whose body is sent as it comes.
pub fn reply(status: StatusCode, content_type: &'static str, body: ReplyBody) -> Reply {
    let mut reply = Response::new(body);
    *reply.status_mut() = status;
    let content_type = HeaderValue::from_static(content_type);
    reply.headers_mut().insert(CONTENT_TYPE, content_type);
    reply
}

/// A refusal in OpenAI's shape; its `type` follows from status and code.
pub fn refusal(status: StatusCode, code: Option<&str>, message: &str) -> Answer {
    let kind = match (status.as_u16(), code) {
        (_, Some("insufficient_quota")) => "insufficient_quota",
        (429, _) => "requests",
        (500.., _) => "server_error",
        _ => "invalid_request_error",
    };
    let body = json!({
        "error": {"message": message, "type": kind, "param": null, "code": code}
    });
    Answer::json(status, &body)
}

/// 400: what the client sent can't be meant.
pub fn bad_request(message: &str) -> Answer {
    refusal(StatusCode::BAD_REQUEST, None, message)
}
