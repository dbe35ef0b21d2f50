//! The headers that follow from what an operation is: repeatable, or of something with a version.

use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::path::{Operation, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{Object, Type};
use utoipa::openapi::{RefOr, Response};

/// The operations whose answers a repeated `Idempotency-Key` gets again.
const REPEATABLE: [&str; 12] = [
    "create_document",
    "create_tutor_profile",
    "reply_to_review",
    "create_order",
    "cancel_order",
    "complete_order",
    "create_application",
    "choose_application",
    "cancel_booking",
    "complete_booking",
    "create_review",
    "open_checkout",
];

/// The bodies of things that have a version and an address of their own.
const VERSIONED: [&str; 4] = [
    "OwnTutorProfileResponse",
    "OrderResponse",
    "ApplicationResponse",
    "BookingResponse",
];

/// Whether a repeated `Idempotency-Key` gets the stored answer.
pub(super) fn is_repeatable(operation: &Operation) -> bool {
    let id = operation.operation_id.as_deref().unwrap_or_default();
    REPEATABLE.contains(&id)
}

/// Adds the headers that the operation takes and gives.
pub(super) fn add(operation: &mut Operation) {
    let is_repeatable = is_repeatable(operation);
    let is_conditional = operation.responses.responses.contains_key("304");
    if is_repeatable {
        take(
            operation,
            "Idempotency-Key",
            "1 to 255 printable ASCII characters. The same request under the same key gets the stored \
             answer for 24 hours; another request under it is 422 `idempotency_mismatch`.",
        );
    }
    if is_conditional {
        take(
            operation,
            "If-None-Match",
            "The `ETag` that the caller still has: 304 if it is current.",
        );
    }
    for (status, response) in &mut operation.responses.responses {
        let RefOr::T(response) = response else {
            continue;
        };
        let is_good = status.starts_with('2');
        let has_version = is_good && is_versioned(response);
        if has_version || is_good && is_conditional || status == "304" {
            give(
                response,
                "ETag",
                "What `If-None-Match` and `If-Match` take.",
            );
        }
        if has_version && status == "201" {
            give(response, "Location", "Where it is from now on.");
        }
        if is_good && is_repeatable {
            let why = "`true` on the stored answer to a repeated `Idempotency-Key`.";
            give(response, "Idempotency-Replayed", why);
        }
        match status.as_str() {
            "401" => give(response, "WWW-Authenticate", "`Bearer`."),
            "409" if is_repeatable => {
                give(response, "Retry-After", "Seconds, while a twin is at work.");
            }
            "429" => give(response, "Retry-After", "Seconds."),
            "503" => give(response, "Retry-After", "Seconds."),
            _ => {}
        }
    }
}

fn is_versioned(response: &Response) -> bool {
    response.content.values().any(|content| match content {
        RefOr::T(content) => match &content.schema {
            Some(RefOr::Ref(schema)) => VERSIONED
                .iter()
                .any(|name| schema.ref_location.ends_with(&format!("/{name}"))),
            _ => false,
        },
        RefOr::Ref(_) => false,
    })
}

fn take(operation: &mut Operation, name: &str, description: &str) {
    let parameter = ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .description(Some(description))
        .schema(Some(Object::with_type(Type::String)))
        .build();
    operation
        .parameters
        .get_or_insert_default()
        .push(parameter.into());
}

fn give(response: &mut Response, name: &str, description: &str) {
    let header: Header = HeaderBuilder::new()
        .schema(Some(Object::with_type(Type::String)))
        .description(Some(description))
        .build();
    response.headers.insert(name.to_owned(), header.into());
}
