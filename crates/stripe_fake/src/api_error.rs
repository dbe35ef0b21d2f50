//! Errors in Stripe's shape: <https://docs.stripe.com/api/errors>.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use serde_json::{Value, json};

use crate::{form::FormError, ids};

/// `{"error": {"type", "code", "message", "param"}}` with its status.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub struct ApiError {
    status: StatusCode,
    kind: &'static str,
    code: Option<&'static str>,
    message: String,
    param: Option<String>,
}

impl ApiError {
    /// 400 `invalid_request_error` without a code.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            kind: "invalid_request_error",
            code: None,
            message: message.into(),
            param: None,
        }
    }

    pub fn unauthorized(message: &str) -> Self {
        Self {
            status: StatusCode::UNAUTHORIZED,
            ..Self::invalid(message)
        }
    }

    pub fn parameter_missing(param: impl Into<String>) -> Self {
        let param = param.into();
        Self::invalid(format!("Missing required param: {param}."))
            .code("parameter_missing")
            .param(param)
    }

    /// 404: the object named by the path.
    pub fn no_such(kind: &str, id: &str) -> Self {
        Self {
            status: StatusCode::NOT_FOUND,
            ..Self::unknown_reference(kind, id, "id")
        }
    }

    /// 400: an object named by a parameter.
    pub fn unknown_reference(kind: &str, id: &str, param: &str) -> Self {
        Self::invalid(format!("No such {kind}: '{id}'"))
            .code("resource_missing")
            .param(param)
    }

    pub fn unknown_url(method: &str, path: &str) -> Self {
        let message = format!("Unrecognized request URL ({method}: {path}).");
        Self {
            status: StatusCode::NOT_FOUND,
            ..Self::invalid(message)
        }
    }

    /// 400 `idempotency_error`: <https://docs.stripe.com/api/idempotent_requests>.
    pub fn idempotency(message: String) -> Self {
        Self {
            kind: "idempotency_error",
            ..Self::invalid(message)
        }
    }

    /// 500 `api_error`.
    pub fn server_error() -> Self {
        Self {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            kind: "api_error",
            ..Self::invalid("An unknown error occurred")
        }
    }

    /// 429: <https://docs.stripe.com/rate-limits>.
    pub fn rate_limited() -> Self {
        Self {
            status: StatusCode::TOO_MANY_REQUESTS,
            ..Self::invalid("Request rate limit exceeded.").code("rate_limit")
        }
    }

    pub fn code(self, code: &'static str) -> Self {
        Self {
            code: Some(code),
            ..self
        }
    }

    pub fn param(self, param: impl Into<String>) -> Self {
        Self {
            param: Some(param.into()),
            ..self
        }
    }

    fn body(&self) -> Value {
        let mut error = json!({"type": self.kind, "message": self.message});
        if let Some(fields) = error.as_object_mut() {
            if let Some(code) = self.code {
                fields.insert("code".into(), json!(code));
                let page = format!(
                    "https://docs.stripe.com/error-codes#{}",
                    code.replace('_', "-")
                );
                fields.insert("doc_url".into(), json!(page));
            }
            if let Some(param) = &self.param {
                fields.insert("param".into(), json!(param));
            }
        }
        json!({"error": error})
    }
}

impl From<FormError> for ApiError {
    fn from(error: FormError) -> Self {
        Self::invalid(error.to_string())
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::build(self.status)
            .insert_header(("Request-Id", ids::request()))
            .json(self.body())
    }
}
