//! The job queue, for whoever looks after what has died in it.

use actix_web::{HttpResponse, get, post};
use chrono::{DateTime, Utc};
use persistence::jobs::{self as rows, JobRow};
use serde::{Deserialize, Serialize};
use services::jobs;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::chosen;
use crate::access::{Admin, AnyJob};
use crate::problem::Problem;
use crate::request::{
    Answer, Body, Ctx, Guarded, Listing, NoBody, QueryParams, list_by, page_request,
};

/// Mounts the routes of this file.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config.service(list_jobs).service(retry_job);
}

/// A job.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0193f2c4-7b1e-7c3a-9a55-3d1f0a6f1b2c", "kind": "match_order", "state": "dead",
    "attempts": 10, "max_attempts": 10, "run_at": "2026-11-23T09:10:00Z",
    "last_error": "the database failed", "created_at": "2026-11-23T09:00:00Z",
    "finished_at": "2026-11-23T09:10:00Z"
}))]
struct JobResponse {
    id: Uuid,
    kind: String,
    /// `queued`, `running`, `done` or `dead`.
    state: String,
    attempts: i64,
    max_attempts: i64,
    /// Not before this.
    run_at: DateTime<Utc>,
    /// Why it failed the last time.
    last_error: Option<String>,
    created_at: DateTime<Utc>,
    finished_at: Option<DateTime<Utc>>,
}

impl From<JobRow> for JobResponse {
    fn from(job: JobRow) -> Self {
        Self {
            id: job.id,
            kind: job.kind,
            state: job.state.to_string(),
            attempts: job.attempts,
            max_attempts: job.max_attempts,
            run_at: job.run_at,
            last_error: job.last_error,
            created_at: job.created_at,
            finished_at: job.finished_at,
        }
    }
}

/// Which jobs to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct JobParams {
    /// `queued`, `running`, `done` or `dead`; all if left out.
    #[param(example = "dead")]
    state: Option<String>,
    /// 1 to 100; 20 if left out.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Jobs
///
/// Newest first. Those that are dead have failed at every try and wait for a person; what is done is
/// deleted after a week.
#[utoipa::path(tag = "Administration", operation_id = "admin_list_jobs", params(JobParams),
    responses((status = 200, body = Listing<JobResponse>)))]
#[get("/admin/jobs")]
async fn list_jobs(
    ctx: Ctx,
    Guarded(Admin(_who), QueryParams(params)): Guarded<Admin, QueryParams<JobParams>>,
) -> Result<HttpResponse, Problem> {
    let state = chosen("state", params.state.as_deref())?;
    let list = list_by("admin-jobs", &state);
    let page = page_request(&list, params.limit, params.cursor.as_deref())?;
    let page = rows::list(ctx.db(), state, &page).await?;
    Ok(ctx.answer(&Answer::ok(Listing::from(page.map(JobResponse::from)))))
}

/// Retry a dead job
///
/// Queues it again with all its tries. If the same was requested meanwhile, that does its work, and
/// this one is `done`.
#[utoipa::path(tag = "Administration", operation_id = "admin_retry_job",
    params(("id" = Uuid, Path)),
    request_body = Option<NoBody>,
    responses((status = 200, body = JobResponse),
              (status = 409, description = "`invalid_state`: it isn't dead.")))]
#[post("/admin/jobs/{id}/retry")]
async fn retry_job(
    ctx: Ctx,
    Guarded(AnyJob(job), Body(NoBody {})): Guarded<AnyJob, Body<NoBody>>,
) -> Result<HttpResponse, Problem> {
    let job = ctx.write(async |tx| jobs::retry(tx, job.id).await).await?;
    Ok(ctx.answer(&Answer::ok(JobResponse::from(job))))
}
