//! `GET /me/payouts`: what a tutor is owed.

use actix_web::{HttpResponse, get};
use chrono::{DateTime, Utc};
use persistence::payouts::{self, Payout, Totals};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::access::OwnProfile;
use crate::problem::Problem;
use crate::request::{Answer, Ctx, Guarded, Listing, PageParams, QueryParams};

/// Mounts the route of this file.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config.service(list_own_payouts);
}

/// What is owed for a lesson.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0193f2c4-7b1e-7c3a-9a55-3d1f0a6f1b2c", "booking_id": "0193f2c4-7b1e-7c3a-9a55-3d1f0a6f1b2d",
    "amount": 135000, "currency": "RUB", "status": "owed", "due_at": "2026-11-30T09:00:00Z",
    "paid_at": null, "created_at": "2026-11-23T09:00:00Z"
}))]
pub struct PayoutResponse {
    pub id: Uuid,
    pub booking_id: Uuid,
    /// Kopecks.
    pub amount: i64,
    pub currency: String,
    /// `owed`, `exported`, `paid` or `void`.
    pub status: String,
    /// From when it can be paid out.
    pub due_at: DateTime<Utc>,
    pub paid_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
}

impl From<Payout> for PayoutResponse {
    fn from(payout: Payout) -> Self {
        Self {
            id: payout.id,
            booking_id: payout.booking_id,
            amount: payout.amount_minor,
            currency: payout.currency,
            status: payout.status.to_string(),
            due_at: payout.due_at,
            paid_at: payout.paid_at,
            created_at: payout.created_at,
        }
    }
}

/// A tutor's payouts, with their sums.
#[derive(Debug, Serialize, ToSchema)]
struct PayoutsResponse {
    items: Vec<PayoutResponse>,
    /// Give it as `cursor` to read on; `null` at the end.
    #[schema(required)]
    next_cursor: Option<String>,
    totals: TotalsResponse,
}

/// Kopecks.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({ "owed": 135000, "due": 0, "exported": 0, "paid": 270000, "currency": "RUB" }))]
struct TotalsResponse {
    /// Earned and not yet on its way.
    owed: i64,
    /// The part of it that can be paid out by now.
    due: i64,
    /// On its way.
    exported: i64,
    paid: i64,
    currency: String,
}

impl From<Totals> for TotalsResponse {
    fn from(totals: Totals) -> Self {
        Self {
            owed: totals.owed,
            due: totals.due,
            exported: totals.exported,
            paid: totals.paid,
            currency: domain::money::Currency::default().code().to_owned(),
        }
    }
}

/// My payouts
///
/// What the calling tutor is owed for lessons, newest first: payable a week after the lesson's money
/// was released, since until then a student may dispute it.
#[utoipa::path(tag = "Payments", operation_id = "list_own_payouts", params(PageParams),
    responses((status = 200, body = PayoutsResponse),
              (status = 404, description = "`not_found`: there is no tutor profile yet.")))]
#[get("/me/payouts")]
async fn list_own_payouts(
    ctx: Ctx,
    Guarded(OwnProfile(profile), QueryParams(params)): Guarded<OwnProfile, QueryParams<PageParams>>,
) -> Result<HttpResponse, Problem> {
    let page = params.of("my-payouts")?;
    let page = payouts::list_of_tutor(ctx.db(), profile.id, &page).await?;
    let totals = payouts::totals_of_tutor(ctx.db(), profile.id, ctx.now()).await?;
    let Listing { items, next_cursor } = Listing::from(page.map(PayoutResponse::from));
    Ok(ctx.answer(&Answer::ok(PayoutsResponse {
        items,
        next_cursor,
        totals: totals.into(),
    })))
}
