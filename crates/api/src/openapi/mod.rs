//! The OpenAPI document: generated from the mounted handlers, then given what all operations of a
//! kind share, so that no handler repeats it.

use actix_web::App;
use utoipa::openapi::path::{Operation, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{Object, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ContentBuilder, OpenApi, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{OpenApi as Describe, ToSchema};
use utoipa_actix_web::AppExt;

use crate::problem::{FieldErrorDocument, ProblemDocument};
use crate::routes;

#[derive(Describe)]
#[openapi(
    info(title = "Tutors Platform", description = DESCRIPTION),
    components(schemas(ProblemDocument, FieldErrorDocument)),
    tags(
        (name = "Auth", description = "Registering, signing in and out."),
        (name = "Account", description = "One's own data."),
        (name = "Subjects", description = "The catalogue."),
        (name = "Tutors", description = "Cards, search, reviews; a tutor's own profile."),
        (name = "Orders", description = "What students ask for."),
        (name = "Matching", description = "The best tutors for an order."),
        (name = "Applications", description = "Bids of tutors, and the choice among them."),
        (name = "Bookings", description = "Lessons that were chosen."),
        (name = "Payments", description = "Checkout, payments, premium, Stripe's webhook."),
    )
)]
struct Document;

const DESCRIPTION: &str = "Matches students with tutors. Money is in kopecks, times are in UTC, \
    ids are UUIDv7. Lists are paged by `limit` and `cursor`. Every refusal is a problem document \
    (RFC 9457) whose `code` never changes; its words are Russian or English by `Accept-Language`.";

/// The document; needs no server and reads nothing from the environment.
#[must_use]
pub fn document() -> OpenApi {
    let (_, mut document) = App::new()
        .into_utoipa_app()
        .openapi(Document::openapi())
        .service(utoipa_actix_web::scope(routes::BASE).configure(routes::mount))
        .split_for_parts();
    document.servers = None;
    if let Some(components) = document.components.as_mut() {
        let bearer = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("JWT")
            .description(Some("The `access_token` of a sign-in."))
            .build();
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    }
    for (path, item) in &mut document.paths.paths {
        let has_id = path.contains("{id}");
        for operation in [
            &mut item.get,
            &mut item.post,
            &mut item.put,
            &mut item.patch,
            &mut item.delete,
        ]
        .into_iter()
        .flatten()
        {
            add_refusals(operation, has_id);
            add_headers(operation);
        }
    }
    document
}

/// The document as it is printed and served.
///
/// # Errors
/// It can't be written as JSON.
pub fn json() -> Result<String, serde_json::Error> {
    document().to_pretty_json().map(|json| json + "\n")
}

/// Adds the refusals that follow from what an operation is: who may call it, what it takes.
fn add_refusals(operation: &mut Operation, has_id: bool) {
    let is_secured = operation.security.is_some();
    let takes_body = operation.request_body.is_some();
    let mut add = |status: &str, description: &str| {
        operation
            .responses
            .responses
            .entry(status.to_owned())
            .or_insert_with(|| RefOr::T(Response::new(description)));
    };
    add(
        "401",
        "`unauthenticated`: no token where one is needed, or a bad one anywhere.",
    );
    if is_secured {
        add("403", "`forbidden`: the caller's role may never do this.");
    }
    if has_id {
        add(
            "404",
            "`not_found`: there is none, or it is somebody else's.",
        );
    }
    if takes_body {
        add("400", "`malformed_request`: not JSON.");
        add("413", "`payload_too_large`.");
        add("415", "`unsupported_media_type`.");
    }
    add(
        "422",
        "`validation_failed`: `errors` lists everything that is wrong.",
    );
    add("500", "`internal`: our fault.");
    add("503", "`unavailable`: try again after `Retry-After`.");
    for (status, response) in &mut operation.responses.responses {
        if status.as_str() >= "400"
            && let RefOr::T(response) = response
            && response.content.is_empty()
        {
            *response = with_problem(response.description.clone());
        }
    }
}

/// The operations whose answers a repeated `Idempotency-Key` gets again.
const REPEATABLE: [&str; 11] = [
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

/// Adds the headers that follow from what an operation is: repeatable, or of a version.
fn add_headers(operation: &mut Operation) {
    let id = operation.operation_id.as_deref().unwrap_or_default();
    let mut add = |name: &str, description: &str| {
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
    };
    if REPEATABLE.contains(&id) {
        add(
            "Idempotency-Key",
            "1 to 255 printable ASCII characters. The same request under the same key gets the stored \
             answer for 24 hours; another request under it is 422 `idempotency_mismatch`.",
        );
    }
    if operation.responses.responses.contains_key("304") {
        add(
            "If-None-Match",
            "The `ETag` that the caller still has: 304 if it is current.",
        );
    }
}

fn with_problem(description: String) -> Response {
    let schema = Ref::from_schema_name(ProblemDocument::name());
    ResponseBuilder::new()
        .description(description)
        .content(
            "application/problem+json",
            ContentBuilder::new().schema(Some(schema)).build(),
        )
        .build()
}
