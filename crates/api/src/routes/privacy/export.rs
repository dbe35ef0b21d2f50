//! `GET /me/export`: everything that is stored of a person, in the shapes in which they know it.

use actix_web::{HttpResponse, get};
use chrono::{DateTime, Utc};
use persistence::consents::{self, Consent};
use persistence::{
    PageRequest, applications, bookings, orders, payments, payouts, reviews, sessions, subjects,
    tutor_documents, tutors, users,
};
use serde::Serialize;
use services::sessions::REFRESH_LIFETIME;
use services::tutors as profiles;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::access::User;
use crate::problem::{Code, Problem};
use crate::request::{Answer, Ctx};
use crate::routes::accounts::me::MeResponse;
use crate::routes::accounts::sessions::SessionResponse;
use crate::routes::applications::bodies::ApplicationResponse;
use crate::routes::bookings::BookingResponse;
use crate::routes::orders::bodies::OrderResponse;
use crate::routes::payments::bodies::PaymentResponse;
use crate::routes::payments::payouts::PayoutResponse;
use crate::routes::tutors::DocumentResponse;
use crate::routes::tutors::bodies::OwnTutorProfileResponse;
use crate::routes::tutors::reviews::ReviewResponse;

/// More than anybody has of anything.
const ALL: u64 = 1_000_000;

/// Mounts the route of this file.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config.service(export_me);
}

/// All data of a person. Without `Debug`: nothing of it is for a log.
#[derive(Serialize, ToSchema)]
struct ExportResponse {
    account: MeResponse,
    /// `null` for whoever is no tutor with a profile.
    #[schema(required)]
    tutor_profile: Option<OwnTutorProfileResponse>,
    documents: Vec<DocumentResponse>,
    orders: Vec<OrderResponse>,
    applications: Vec<ApplicationResponse>,
    bookings: Vec<BookingResponse>,
    payments: Vec<PaymentResponse>,
    payouts: Vec<PayoutResponse>,
    /// Those that the person has written.
    reviews: Vec<ReviewResponse>,
    consents: Vec<ConsentResponse>,
    /// Where the person is signed in.
    sessions: Vec<SessionResponse>,
}

/// A text that the person has agreed to.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({ "kind": "privacy", "text_version": "2026-01", "at": "2026-11-23T09:00:00Z" }))]
struct ConsentResponse {
    kind: String,
    text_version: String,
    at: DateTime<Utc>,
}

impl From<Consent> for ConsentResponse {
    fn from(consent: Consent) -> Self {
        Self {
            kind: consent.kind,
            text_version: consent.text_version,
            at: consent.at,
        }
    }
}

/// Everything about me
///
/// The account and where it is signed in, what was agreed to, the profile and its documents, orders, applications,
/// bookings, payments, payouts, and the reviews that were written: all of it at once.
#[utoipa::path(tag = "Account", operation_id = "export_me",
    responses((status = 200, body = ExportResponse)))]
#[get("/me/export")]
async fn export_me(ctx: Ctx, User(who): User) -> Result<HttpResponse, Problem> {
    let (db, now) = (ctx.db(), ctx.now());
    let all = PageRequest {
        list: String::new(),
        limit: ALL,
        after: None,
    };
    let user = users::find(db, who.user_id)
        .await?
        .ok_or_else(|| Problem::new(Code::Unauthenticated))?;
    let profile = tutors::find_by_user(db, who.user_id).await?;
    let tutor_id = profile.as_ref().map(|profile| profile.id);
    let catalogue = subjects::list(db).await?;
    let placed = orders::list_of_student(db, who.user_id, &all, now).await?;
    let booked = bookings::list_of(db, who.user_id, tutor_id, &all, now).await?;
    let paid = payments::list_of_user(db, who.user_id, &all).await?;
    let written = reviews::list_of_student(db, who.user_id, &all).await?;
    let first_name = user.first_name.clone();
    let live_since = now - REFRESH_LIFETIME;
    let signed_in = sessions::list_live(db, who.user_id, live_since, &all).await?;
    let consents = consents::list_of_user(db, who.user_id).await?;
    let mut export = ExportResponse {
        account: MeResponse::from(user),
        tutor_profile: None,
        documents: Vec::new(),
        orders: placed
            .map(|order| OrderResponse::new(order, &catalogue))
            .items,
        applications: Vec::new(),
        bookings: booked.map(BookingResponse::new).items,
        payments: paid.map(PaymentResponse::from).items,
        payouts: Vec::new(),
        reviews: written
            .map(|review| ReviewResponse::new(review, first_name.clone()))
            .items,
        consents: consents.into_iter().map(ConsentResponse::from).collect(),
        sessions: signed_in
            .map(|session| SessionResponse::seen_by(who, session))
            .items,
    };
    if let Some(tutor_id) = tutor_id {
        let card = profiles::get_own(db, who.user_id).await?;
        export.tutor_profile = Some(OwnTutorProfileResponse::new(card, now));
        let documents = tutor_documents::list_of_tutor(db, tutor_id).await?;
        export.documents = documents.into_iter().map(DocumentResponse::from).collect();
        let bids = applications::list_of_tutor(db, tutor_id, &all, now).await?;
        let bids = bids.map(|bid| ApplicationResponse::new(bid, None, now));
        export.applications = bids.items;
        let owed = payouts::list_of_tutor(db, tutor_id, &all).await?;
        export.payouts = owed.map(PayoutResponse::from).items;
    }
    Ok(ctx.answer(&Answer::ok(export)))
}
