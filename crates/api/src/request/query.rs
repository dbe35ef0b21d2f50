//! Query parameters: only those that we know, each once.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
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
    let pairs = url::form_urlencoded::parse(query.as_bytes());
    let deserializer = serde_urlencoded::Deserializer::new(pairs);
    serde_path_to_error::deserialize(deserializer).map_err(|error| {
        let violations = strict::violation(error.path(), &error.inner().to_string(), "");
        Problem::invalid_query(violations)
    })
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
