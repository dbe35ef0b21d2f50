//! Query parameters: only those that we know, each once.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use domain::validation::{FieldProblem, Violations};
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::strict;
use crate::problem::Problem;

/// Query parameters, read strictly.
#[derive(Debug)]
pub struct QueryParams<T>(pub T);

impl<T: DeserializeOwned> FromRequest for QueryParams<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(parse(req.query_string()).map(QueryParams))
    }
}

fn parse<T: DeserializeOwned>(query: &str) -> Result<T, Problem> {
    refuse_garbled(query)?;
    let pairs = url::form_urlencoded::parse(query.as_bytes());
    let deserializer = serde_urlencoded::Deserializer::new(pairs);
    serde_path_to_error::deserialize(deserializer).map_err(|error| {
        let violations = strict::violation(error.path(), &error.inner().to_string(), "");
        Problem::invalid_query(violations)
    })
}

/// Refuses what would be read as something else than was meant: a `%` that escapes nothing, and
/// bytes that are no UTF-8 or U+0000.
fn refuse_garbled(query: &str) -> Result<(), Problem> {
    let mut wrong = Violations::default();
    for pair in query.split('&').filter(|pair| !is_readable(pair)) {
        let name = pair.split('=').next().unwrap_or_default();
        let expected = "%D0%90";
        wrong.add(name, FieldProblem::InvalidFormat { expected });
    }
    wrong.into_result().map_err(Problem::invalid_query)
}

fn is_readable(text: &str) -> bool {
    let escapes = text.split('%').skip(1).all(|after| {
        let digits = after.as_bytes().get(..2);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    });
    let decoded = percent_decode_str(text).decode_utf8();
    escapes && decoded.is_ok_and(|text| !text.contains('\0'))
}

/// A call that takes no parameters.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoParams {}

/// Refuses any parameter, where a call takes none.
///
/// # Errors
/// 422, naming it.
pub(crate) fn refuse_params(req: &HttpRequest) -> Result<(), Problem> {
    parse(req.query_string()).map(|NoParams {}| ())
}
