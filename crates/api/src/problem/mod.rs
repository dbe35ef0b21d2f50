//! Problem documents (RFC 9457): the one form of every answer of 400 and above.
//!
//! A [`Problem`] says what is wrong as data. It becomes a document in the outermost middleware,
//! which knows the caller's language and the request's id.

mod code;
mod document;
mod from_service;
mod sentences;

use std::error::Error;
use std::fmt;
use std::rc::Rc;

use actix_web::{HttpResponse, ResponseError};
use domain::text_enum::InvalidState;
use domain::validation::{FieldProblem, Violations};

pub use code::Code;
pub(crate) use document::render;
pub use document::{FieldErrorDocument, ProblemDocument};

/// Where the violations of a problem stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Body,
    Query,
}

/// Why a request is refused.
#[derive(Debug, Clone)]
pub struct Problem {
    pub code: Code,
    pub violations: Violations,
    pub place: Place,
    /// The state that refuses and the moves that it allows; with `invalid_state` only.
    pub refused: Option<Box<InvalidState>>,
    /// Seconds.
    pub retry_after: Option<u64>,
    /// The methods of the path; with `method_not_allowed` only.
    pub allow: Option<String>,
    /// What went wrong inside: logged once, shown to no one.
    pub cause: Option<Rc<dyn Error>>,
}

impl Problem {
    #[must_use]
    pub fn new(code: Code) -> Self {
        Self {
            code,
            violations: Violations::default(),
            place: Place::Body,
            refused: None,
            retry_after: None,
            allow: None,
            cause: None,
        }
    }

    #[must_use]
    pub fn invalid_query(violations: Violations) -> Self {
        Self {
            violations,
            place: Place::Query,
            ..Self::new(Code::ValidationFailed)
        }
    }

    #[must_use]
    pub fn invalid_parameter(name: &str, problem: FieldProblem) -> Self {
        Self::invalid_query(Violations::one(name, problem))
    }

    #[must_use]
    pub fn retry_after(self, seconds: u64) -> Self {
        Self {
            retry_after: Some(seconds),
            ..self
        }
    }

    /// Of a path that has these methods.
    #[must_use]
    pub fn method_not_allowed(allow: String) -> Self {
        Self {
            allow: Some(allow),
            ..Self::new(Code::MethodNotAllowed)
        }
    }

    /// A fault of ours.
    #[must_use]
    pub fn internal(cause: impl Error + 'static) -> Self {
        Self {
            cause: Some(Rc::new(cause)),
            ..Self::new(Code::Internal)
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> actix_web::http::StatusCode {
        self.code.status()
    }

    /// Carries the problem out to the middleware that words it.
    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::new(self.status_code());
        response.extensions_mut().insert(self.clone());
        response
    }
}

impl From<Violations> for Problem {
    fn from(violations: Violations) -> Self {
        Self {
            violations,
            ..Self::new(Code::ValidationFailed)
        }
    }
}
