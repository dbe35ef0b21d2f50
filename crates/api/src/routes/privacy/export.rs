//! `GET /me/export`: everything that is stored of a person, in the shapes in which they know it.

use actix_web::{HttpResponse, get};
use persistence::{
    PageRequest, applications, bookings, orders, payments, subjects, tutor_documents, tutors, users,
};
use serde::Serialize;
use services::tutors as profiles;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::access::User;
use crate::problem::{Code, Problem};
use crate::request::{Answer, Ctx};
use crate::routes::accounts::me::MeResponse;
use crate::routes::applications::bodies::ApplicationResponse;
use crate::routes::bookings::BookingResponse;
use crate::routes::orders::bodies::OrderResponse;
use crate::routes::payments::bodies::PaymentResponse;
use crate::routes::tutors::DocumentResponse;
use crate::routes::tutors::bodies::OwnTutorProfileResponse;

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
}

/// Everything about me
///
/// The account, the profile and its documents, orders, applications, bookings and payments, whole.
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
    };
    if let Some(tutor_id) = tutor_id {
        let card = profiles::get_own(db, who.user_id).await?;
        export.tutor_profile = Some(OwnTutorProfileResponse::new(card, now));
        let documents = tutor_documents::list_of_tutor(db, tutor_id).await?;
        export.documents = documents.into_iter().map(DocumentResponse::from).collect();
        let bids = applications::list_of_tutor(db, tutor_id, &all, now).await?;
        let bids = bids.map(|bid| ApplicationResponse::new(bid, None, now));
        export.applications = bids.items;
    }
    Ok(ctx.answer(&Answer::ok(export)))
}
