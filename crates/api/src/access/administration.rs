//! What administrators reach: any of a kind that there is.

use actix_web::HttpRequest;
use domain::access::{Right, Tie};
use persistence::jobs::{self, JobRow};
use persistence::tutors::{self, TutorProfile};
use persistence::webhook_events::{self, WebhookEvent};

use super::policy::{admitted, permit};
use crate::problem::{Code, Problem};
use crate::request::{Ctx, Entry, from_request_by_entry, path_id};

/// A tutor who isn't erased, hidden or not.
#[derive(Debug, Clone)]
pub struct AnyTutor(pub TutorProfile);

/// An event that Stripe has delivered.
#[derive(Debug, Clone)]
pub struct AnyWebhookEvent(pub WebhookEvent);

/// A job that isn't deleted by age.
#[derive(Debug, Clone)]
pub struct AnyJob(pub JobRow);

from_request_by_entry!(AnyTutor, AnyWebhookEvent, AnyJob);

/// Lets an administrator have what was looked for once it was known who asks.
async fn found<T>(
    req: &HttpRequest,
    look: impl AsyncFnOnce(&Ctx) -> Result<Option<T>, Problem>,
) -> Result<T, Problem> {
    let who = admitted(req, Right::Admin)?;
    let found = look(&Ctx::of(req)?).await?;
    let found = found.ok_or_else(|| Problem::new(Code::NotFound))?;
    permit(who, Right::Admin, Tie::Foreign)?;
    Ok(found)
}

impl Entry for AnyTutor {
    async fn enter(req: &HttpRequest) -> Result<Self, Problem> {
        let look = async |ctx: &Ctx| Ok(tutors::find(ctx.db(), path_id(req)?).await?);
        found(req, look).await.map(Self)
    }
}

impl Entry for AnyWebhookEvent {
    async fn enter(req: &HttpRequest) -> Result<Self, Problem> {
        let look = async |ctx: &Ctx| Ok(webhook_events::find_by_id(ctx.db(), path_id(req)?).await?);
        found(req, look).await.map(Self)
    }
}

impl Entry for AnyJob {
    async fn enter(req: &HttpRequest) -> Result<Self, Problem> {
        let look = async |ctx: &Ctx| Ok(jobs::find(ctx.db(), path_id(req)?).await?);
        found(req, look).await.map(Self)
    }
}
