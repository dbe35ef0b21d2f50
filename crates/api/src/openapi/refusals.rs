//! The refusals that follow from what an operation is. A handler describes only its own, as
//! `` `code`: why; `code`: why ``; which codes a status has is read off that description.

use domain::text_enum::TextEnum;
use utoipa::ToSchema;
use utoipa::openapi::content::Content;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::{Object, Type};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response};

use super::headers::is_repeatable;
use super::security;
use crate::problem::{Code, ProblemDocument};

/// The one call whose body is not ours: Stripe's, which says in itself whether it is genuine.
const WEBHOOK: &str = "receive_stripe_event";

/// Adds what the operation refuses for the same reasons as its like.
pub(super) fn add(operation: &mut Operation, has_id: bool) {
    let is_webhook = operation.operation_id.as_deref() == Some(WEBHOOK);
    refuse(
        operation,
        Code::Unauthenticated,
        "no token where one is needed, or a bad one anywhere",
    );
    refuse(
        operation,
        Code::UnknownHost,
        "the `Host` header names another API",
    );
    refuse(
        operation,
        Code::RateLimited,
        "asked too often; try again after `Retry-After`",
    );
    if security::is_of_some_roles(operation) {
        refuse(operation, Code::Forbidden, "not for the caller's role");
    }
    if has_id {
        refuse(
            operation,
            Code::NotFound,
            "there is none, or it is somebody else's",
        );
    }
    if operation.request_body.is_some() {
        refuse(
            operation,
            Code::MalformedRequest,
            "not JSON in UTF-8, or nested deeper than 64",
        );
        refuse(
            operation,
            Code::RequestTimeout,
            "the body did not arrive within 10 seconds",
        );
        refuse(operation, Code::PayloadTooLarge, "more than 256 KiB");
        if !is_webhook {
            refuse(
                operation,
                Code::UnsupportedMediaType,
                "not `application/json`",
            );
        }
    }
    if !is_webhook {
        refuse(
            operation,
            Code::ValidationFailed,
            "`errors` lists everything that is wrong",
        );
    }
    if is_repeatable(operation) {
        let why = "the `Idempotency-Key` was another request's";
        refuse(operation, Code::IdempotencyMismatch, why);
        let why = "a twin under the same `Idempotency-Key` is still at work";
        refuse(operation, Code::Conflict, why);
    }
    refuse(operation, Code::Internal, "our fault");
    refuse(
        operation,
        Code::Unavailable,
        "try again after `Retry-After`",
    );
    for (status, response) in &mut operation.responses.responses {
        if status.as_str() >= "400"
            && let RefOr::T(response) = response
        {
            let problem = problem(&response.description);
            response.content = [("application/problem+json".to_owned(), RefOr::T(problem))]
                .into_iter()
                .collect();
        }
    }
}

/// Adds what becomes of a request in plain text: one that only asks is sent on its way.
pub(super) fn add_plain_text(operation: &mut Operation, only_asks: bool) {
    if only_asks {
        let mut response = Response::new("Came in plain text where HTTPS is forced.");
        let location = HeaderBuilder::new()
            .schema(Some(Object::with_type(Type::String)))
            .description(Some("The same over https."))
            .build();
        response
            .headers
            .insert("Location".to_owned(), location.into());
        let responses = &mut operation.responses.responses;
        responses.insert("308".to_owned(), RefOr::T(response));
    } else {
        let why = "came in plain text where HTTPS is forced";
        refuse(operation, Code::HttpsRequired, why);
    }
}

/// Adds a code to what its status is described by, unless the handler has described it better.
fn refuse(operation: &mut Operation, code: Code, why: &str) {
    let responses = &mut operation.responses.responses;
    let response = responses
        .entry(code.status().as_str().to_owned())
        .or_insert_with(|| RefOr::T(Response::new("")));
    let RefOr::T(response) = response else {
        return;
    };
    let said = &mut response.description;
    if codes(said).any(|known| known == code) {
        return;
    }
    let before = said.trim_end_matches('.');
    let separator = if before.is_empty() { "" } else { "; " };
    *said = format!("{before}{separator}`{code}`: {why}.");
}

/// The codes that a description names.
fn codes(description: &str) -> impl Iterator<Item = Code> {
    description
        .split('`')
        .skip(1)
        .step_by(2)
        .filter_map(Code::from_text)
}

/// A problem document, with an example of each code that it may have here.
fn problem(description: &str) -> Content {
    let schema = Ref::from_schema_name(ProblemDocument::name());
    let examples = codes(description).map(|code| {
        let example = Ref::new(format!("#/components/examples/{code}"));
        (code.to_string(), RefOr::Ref(example))
    });
    ContentBuilder::new()
        .schema(Some(schema))
        .examples_from_iter(examples)
        .build()
}
