//! Matches: the best tutors for an order.

mod bodies;

use actix_web::{HttpResponse, get, post};
use domain::validation::{Violations, within};
use services::matching;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::access::OwnOrder;
use crate::problem::Problem;
use crate::request::{Answer, Body, Ctx, Guarded};
use bodies::{ComputeMatchesRequest, MatchesResponse};

/// Mounts the routes of this folder.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config.service(compute_matches).service(get_matches);
}

/// Match an order
///
/// Computes the best tutors now. It always answers, and says in `engine` and `degraded` how the
/// answer was made. The score is the sum of its contributions.
#[utoipa::path(tag = "Matching", operation_id = "compute_matches",
    params(("id" = Uuid, Path, description = "The order's id.")),
    request_body = Option<ComputeMatchesRequest>,
    responses((status = 200, body = MatchesResponse,
               headers(("Server-Timing" = String, description = "The stages, in milliseconds.")))), security(("bearer" = ["student"])))]
#[post("/orders/{id}/matches")]
async fn compute_matches(
    ctx: Ctx,
    Guarded(OwnOrder(order), Body(body)): Guarded<OwnOrder, Body<ComputeMatchesRequest>>,
) -> Result<HttpResponse, Problem> {
    let mut wrong = Violations::default();
    let limit = wrong.take("/limit", within(body.limit.unwrap_or(3), 1, 20));
    wrong.take(
        "/budget_ms",
        within(body.budget_ms.unwrap_or(1_000), 50, 5_000),
    );
    wrong.into_result()?;
    let limit = limit
        .and_then(|limit| usize::try_from(limit).ok())
        .unwrap_or(3);
    let state = &ctx.state;
    let clock = state.clock.as_ref();
    let matches = matching::compute(
        ctx.db(),
        &ctx.scope(),
        clock,
        &state.external,
        &order,
        limit,
    )
    .await?;
    let timing = format!("rules;dur={}", matches.elapsed_ms);
    let mut response = ctx.answer(&Answer::ok(MatchesResponse::new(matches, &ctx)));
    if let Ok(timing) = timing.parse() {
        let name = actix_web::http::header::HeaderName::from_static("server-timing");
        response.headers_mut().insert(name, timing);
    }
    Ok(response)
}

/// The last matches of an order
///
/// Computed on request or in the background after the order was placed or changed. `stale` if the
/// order or one of the tutors has changed since. Before anything was computed it is empty, and
/// `computed_at` is `null`.
#[utoipa::path(tag = "Matching", operation_id = "get_matches",
    params(("id" = Uuid, Path, description = "The order's id.")),
    responses((status = 200, body = MatchesResponse)), security(("bearer" = ["student"])))]
#[get("/orders/{id}/matches")]
async fn get_matches(ctx: Ctx, OwnOrder(order): OwnOrder) -> Result<HttpResponse, Problem> {
    let matches = matching::last(ctx.db(), &ctx.state.external, &order).await?;
    Ok(ctx.answer(&Answer::ok(MatchesResponse::new(matches, &ctx))))
}
