//! The OpenAPI document: generated from the mounted handlers, then given what all operations of a
//! kind share, so that no handler repeats it.

mod examples;
mod headers;
mod refusals;
mod schemas;
mod security;

use actix_web::App;
use utoipa::OpenApi as Describe;
use utoipa::openapi::content::Content;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Components, OpenApi, RefOr};
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
        (name = "Administration", description = "Moderation, and what operators look at. Role `admin`, made by the command line only."),
        (name = "Payments", description = "Checkout, payments, premium, Stripe's webhook."),
    )
)]
struct Document;

const DESCRIPTION: &str = "Matches students with tutors. Money is in kopecks, times are in UTC, \
    ids are UUIDv7. Lists are paged by `limit` and `cursor`. Every refusal is a problem document \
    (RFC 9457) whose `code` never changes; its words are Russian or English by `Accept-Language`. \
    The roles beside `bearer` are those that may call at all; without one everybody signed in may.";

/// The document; needs no server and reads nothing from the environment.
#[must_use]
pub fn document() -> OpenApi {
    let (_, mut document) = App::new()
        .into_utoipa_app()
        .openapi(Document::openapi())
        .service(utoipa_actix_web::scope(routes::BASE).configure(routes::mount))
        .split_for_parts();
    document.servers = None;
    let components = document.components.get_or_insert_default();
    add_bearer(components);
    schemas::tidy(components);
    components.examples = examples::of_problems();
    for (path, item) in &mut document.paths.paths {
        let asking = item.get.as_ref().and_then(|get| get.operation_id.clone());
        for operation in operations(item) {
            security::add(operation);
            schemas::unwrap_optional_body(operation);
            refusals::add_plain_text(operation, operation.operation_id == asking);
            refusals::add(operation, path.contains("{id}"));
            headers::add(operation);
            schemas::describe_answers(operation, components);
            examples::add(operation, components);
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

fn add_bearer(components: &mut Components) {
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some("The `access_token` of a sign-in."))
        .build();
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [
        &mut item.get,
        &mut item.post,
        &mut item.put,
        &mut item.patch,
        &mut item.delete,
    ]
    .into_iter()
    .flatten()
}

/// The forms in which an operation takes its body.
fn taken(operation: &mut Operation) -> impl Iterator<Item = &mut Content> {
    let body = match &mut operation.request_body {
        Some(RefOr::T(body)) => Some(body),
        _ => None,
    };
    let contents = body.into_iter().flat_map(|body| body.content.values_mut());
    contents.filter_map(written_out)
}

/// What stands here itself and is no reference.
fn written_out<T>(it: &mut RefOr<T>) -> Option<&mut T> {
    match it {
        RefOr::T(it) => Some(it),
        RefOr::Ref(_) => None,
    }
}
