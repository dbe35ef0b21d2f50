//! Matches: the best tutors for an order.

mod bodies;

use std::time::Duration;

use actix_web::http::header::HeaderName;
use actix_web::{HttpResponse, get, post};
use services::matching;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::access::OwnOrder;
use crate::metrics;
use crate::problem::Problem;
use crate::request::{Answer, Body, Ctx, Guarded};
use bodies::{ComputeMatchesRequest, MatchesResponse};

/// Mounts the routes of this folder.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config.service(compute_matches).service(get_matches);
}

/// Match an order
///
/// Computes the best tutors now, within `budget_ms` from the arrival of the request. It always answers,
/// and says in `engine` and `degraded` how the answer was made. The score is the sum of its
/// contributions; a model may move a tutor by three places at most, and changes no score.
#[utoipa::path(tag = "Matching", operation_id = "compute_matches",
    params(("id" = Uuid, Path, description = "The order's id.")),
    request_body = Option<ComputeMatchesRequest>,
    responses((status = 200, body = MatchesResponse,
               headers(("Server-Timing" = String, description = "The stages, in milliseconds.")))))]
#[post("/orders/{id}/matches")]
async fn compute_matches(
    ctx: Ctx,
    Guarded(OwnOrder(order), Body(body)): Guarded<OwnOrder, Body<ComputeMatchesRequest>>,
) -> Result<HttpResponse, Problem> {
    let wanted = body.wanted(ctx.arrived())?;
    let matches = matching::compute(ctx.state.tools(), &ctx.scope(), &order, wanted).await?;
    metrics::matched(&matches);
    let timing = server_timing(&matches.stages);
    let mut response = ctx.answer(&Answer::ok(MatchesResponse::new(matches, &ctx)));
    if let Ok(timing) = timing.parse() {
        let name = HeaderName::from_static("server-timing");
        response.headers_mut().insert(name, timing);
    }
    Ok(response)
}

/// Source: <https://www.w3.org/TR/server-timing/>.
fn server_timing(stages: &[(&'static str, Duration)]) -> String {
    let stages = stages.iter().map(|(stage, took)| {
        let ms = took.as_secs_f64() * 1_000.0;
        format!("{stage};dur={ms:.1}")
    });
    stages.collect::<Vec<_>>().join(", ")
}

/// The last matches of an order
///
/// Computed on request or in the background after the order was placed or changed. `stale` if the
/// order or one of the tutors has changed since. Before anything was computed it is empty, and
/// `computed_at` is `null`.
#[utoipa::path(tag = "Matching", operation_id = "get_matches",
    params(("id" = Uuid, Path, description = "The order's id.")),
    responses((status = 200, body = MatchesResponse)))]
#[get("/orders/{id}/matches")]
async fn get_matches(ctx: Ctx, OwnOrder(order): OwnOrder) -> Result<HttpResponse, Problem> {
    let matches = matching::last(ctx.db(), &ctx.state.external, &order).await?;
    Ok(ctx.answer(&Answer::ok(MatchesResponse::new(matches, &ctx))))
}
