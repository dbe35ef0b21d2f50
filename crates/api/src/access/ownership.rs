//! What somebody may touch, loaded as it is checked. Somebody else's private thing does not exist.

use actix_web::HttpRequest;
use domain::access::{Right, Tie};
use domain::account::{Principal, Role};
use persistence::applications::{self, Application};
use persistence::bookings::{self, Booking};
use persistence::orders::{self, Order};
use persistence::payments::{self, Payment};
use persistence::reviews::{self, Review};
use persistence::sessions;
use persistence::tutor_cards::{self, TutorCard};
use persistence::tutor_documents::{self, TutorDocument};
use persistence::tutors::{self, TutorProfile};
use services::orders::is_visible_to_tutor;
use uuid::Uuid;

use super::policy::{admitted, permit, permit_anybody};
use crate::problem::{Code, Problem};
use crate::request::{Ctx, Entry, from_request_by_entry, path_id};

/// An order of the calling student.
#[derive(Debug, Clone)]
pub struct OwnOrder(pub Order);

/// An order that the caller may read: its student, or a tutor while it is open or if they applied.
#[derive(Debug, Clone)]
pub struct VisibleOrder {
    pub who: Principal,
    pub order: Order,
}

/// Any order there is, for a tutor with a profile who wants to apply.
#[derive(Debug, Clone)]
pub struct ExistingOrder {
    pub who: Principal,
    pub order: Order,
}

/// An application of the calling tutor.
#[derive(Debug, Clone)]
pub struct OwnApplication(pub Application);

/// An application that the caller may read: its tutor, or the student of its order.
#[derive(Debug, Clone)]
pub struct ReadableApplication(pub Application);

/// An application on an order of the calling student.
#[derive(Debug, Clone)]
pub struct ChoosableApplication(pub Application);

/// A booking that the caller takes part in.
#[derive(Debug, Clone)]
pub struct PartyBooking {
    pub who: Principal,
    pub booking: Booking,
}

/// A booking of the calling student.
#[derive(Debug, Clone)]
pub struct StudentBooking(pub Booking);

/// A booking of the calling tutor.
#[derive(Debug, Clone)]
pub struct TutorBooking(pub Booking);

/// The profile of the calling tutor.
#[derive(Debug, Clone)]
pub struct OwnProfile(pub TutorProfile);

/// An evidence document of the calling tutor.
#[derive(Debug, Clone)]
pub struct OwnDocument(pub TutorDocument);

/// A tutor whom everybody may see.
#[derive(Debug, Clone)]
pub struct VisibleTutor(pub TutorProfile);

/// The card of a tutor whom everybody may see.
#[derive(Debug, Clone)]
pub struct VisibleCard(pub TutorCard);

/// A review of the calling tutor.
#[derive(Debug, Clone)]
pub struct ReviewOfOneself {
    pub who: Principal,
    pub review: Review,
}

/// A session of the caller's that isn't over.
#[derive(Debug, Clone, Copy)]
pub struct OwnSession {
    pub who: Principal,
    pub session_id: Uuid,
}

/// A payment that the caller made.
#[derive(Debug, Clone)]
pub struct OwnPayment(pub Payment);

/// A payment whose story the caller may read: its payer, or an administrator.
#[derive(Debug, Clone)]
pub struct ExplainablePayment(pub Payment);

from_request_by_entry!(
    OwnOrder,
    VisibleOrder,
    ExistingOrder,
    OwnApplication,
    ReadableApplication,
    ChoosableApplication,
    PartyBooking,
    StudentBooking,
    TutorBooking,
    OwnProfile,
    OwnDocument,
    VisibleTutor,
    VisibleCard,
    ReviewOfOneself,
    OwnSession,
    OwnPayment,
    ExplainablePayment,
);

fn hidden() -> Problem {
    Problem::new(Code::NotFound)
}

async fn order(ctx: &Ctx, id: Uuid) -> Result<Order, Problem> {
    orders::find(ctx.db(), id, ctx.now())
        .await?
        .ok_or_else(hidden)
}

/// The profile of a tutor, if they have one.
async fn own_profile_id(ctx: &Ctx, who: Principal) -> Result<Option<Uuid>, Problem> {
    let profile = tutors::find_by_user(ctx.db(), who.user_id).await?;
    Ok(profile.map(|profile| profile.id))
}

/// Own, or nobody's whom it concerns.
fn own_if(is_own: bool) -> Tie {
    if is_own { Tie::Own } else { Tie::Foreign }
}

fn party_if(is_party: bool) -> Tie {
    if is_party { Tie::Party } else { Tie::Foreign }
}

async fn tie_to_order(ctx: &Ctx, who: Principal, order: &Order) -> Result<Tie, Problem> {
    if order.student_id == who.user_id {
        return Ok(Tie::Own);
    }
    let is_seen = who.role == Role::Tutor
        && is_visible_to_tutor(ctx.db(), order, who.user_id, ctx.now()).await?;
    Ok(if is_seen { Tie::Visible } else { Tie::Foreign })
}

/// A tutor has their own bids, a student those on their orders.
async fn tie_to_application(
    ctx: &Ctx,
    who: Principal,
    application: &Application,
) -> Result<Tie, Problem> {
    if who.role == Role::Tutor {
        let own = own_profile_id(ctx, who).await?;
        return Ok(own_if(own == Some(application.tutor_id)));
    }
    let order = order(ctx, application.order_id).await?;
    Ok(party_if(order.student_id == who.user_id))
}

async fn tie_to_booking(ctx: &Ctx, who: Principal, booking: &Booking) -> Result<Tie, Problem> {
    let is_party = match who.role {
        Role::Tutor => own_profile_id(ctx, who).await? == Some(booking.tutor_id),
        Role::Student | Role::Admin => booking.student_id == who.user_id,
    };
    Ok(party_if(is_party))
}

/// The order in the path, if the right lets the caller have it.
async fn order_by(req: &HttpRequest, right: Right) -> Result<(Principal, Order), Problem> {
    let who = admitted(req, right)?;
    let ctx = Ctx::of(req)?;
    let order = order(&ctx, path_id(req)?).await?;
    permit(who, right, tie_to_order(&ctx, who, &order).await?)?;
    Ok((who, order))
}

/// The application in the path, if the right lets the caller have it.
async fn application_by(req: &HttpRequest, right: Right) -> Result<Application, Problem> {
    let who = admitted(req, right)?;
    let ctx = Ctx::of(req)?;
    let found = applications::find(ctx.db(), path_id(req)?, ctx.now()).await?;
    let application = found.ok_or_else(hidden)?;
    let tie = tie_to_application(&ctx, who, &application).await?;
    permit(who, right, tie)?;
    Ok(application)
}

/// The booking in the path, if the right lets the caller have it.
async fn booking_by(req: &HttpRequest, right: Right) -> Result<(Principal, Booking), Problem> {
    let who = admitted(req, right)?;
    let ctx = Ctx::of(req)?;
    let found = bookings::find(ctx.db(), path_id(req)?, ctx.now()).await?;
    let booking = found.ok_or_else(hidden)?;
    permit(who, right, tie_to_booking(&ctx, who, &booking).await?)?;
    Ok((who, booking))
}

/// The payment in the path, if the right lets the caller have it.
async fn payment_by(req: &HttpRequest, right: Right) -> Result<Payment, Problem> {
    let who = admitted(req, right)?;
    let found = payments::find(Ctx::of(req)?.db(), path_id(req)?).await?;
    let payment = found.ok_or_else(hidden)?;
    permit(who, right, own_if(payment.user_id == who.user_id))?;
    Ok(payment)
}

impl Entry for OwnOrder {
    async fn enter(req: &HttpRequest) -> Result<Self, Problem> {
        let (_, order) = order_by(req, Right::OwnOrder).await?;
        Ok(Self(order))
    }
}

impl Entry for VisibleOrder {
    async fn enter(req: &HttpRequest) -> Result<Self, Problem> {
        let (who, order) = order_by(req, Right::VisibleOrder).await?;
        Ok(Self { who, order })
    }
}

impl Entry for ExistingOrder {
    async fn enter(req: &HttpRequest) -> Result<Self, Problem> {
        let who = admitted(req, Right::ExistingOrder)?;
        let ctx = Ctx::of(req)?;
        if own_profile_id(&ctx, who).await?.is_none() {
            return Err(Problem::new(Code::Forbidden));
        }
        let order = order(&ctx, path_id(req)?).await?;
        permit(who, Right::ExistingOrder, Tie::Foreign)?;
        Ok(Self { who, order })
    }
}

impl Entry for OwnApplication {
    async fn enter(req: &HttpRequest) -> Result<Self, Problem> {
        application_by(req, Right::OwnApplication).await.map(Self)
    }
}

impl Entry for ReadableApplication {
    async fn enter(req: &HttpRequest) -> Result<Self, Problem> {
        let application = application_by(req, Right::ReadableApplication).await?;
        Ok(Self(application))
    }
}

impl Entry for ChoosableApplication {
    async fn enter(req: &HttpRequest) -> Result<Self, Problem> {
        let application = application_by(req, Right::ChoosableApplication).await?;
        Ok(Self(application))
    }
}

impl Entry for PartyBooking {
    async fn enter(req: &HttpRequest) -> Result<Self, Problem> {
        let (who, booking) = booking_by(req, Right::PartyBooking).await?;
        Ok(Self { who, booking })
    }
}

impl Entry for StudentBooking {
    async fn enter(req: &HttpRequest) -> Result<Self, Problem> {
        let (_, booking) = booking_by(req, Right::StudentBooking).await?;
        Ok(Self(booking))
    }
}

impl Entry for TutorBooking {
    async fn enter(req: &HttpRequest) -> Result<Self, Problem> {
        let (_, booking) = booking_by(req, Right::TutorBooking).await?;
        Ok(Self(booking))
    }
}

impl Entry for OwnProfile {
    async fn enter(req: &HttpRequest) -> Result<Self, Problem> {
        let who = admitted(req, Right::OwnProfile)?;
        let found = tutors::find_by_user(Ctx::of(req)?.db(), who.user_id).await?;
        found.map(Self).ok_or_else(hidden)
    }
}

impl Entry for OwnDocument {
    async fn enter(req: &HttpRequest) -> Result<Self, Problem> {
        let who = admitted(req, Right::OwnDocument)?;
        let ctx = Ctx::of(req)?;
        let found = tutor_documents::find(ctx.db(), path_id(req)?).await?;
        let document = found.ok_or_else(hidden)?;
        let own = own_profile_id(&ctx, who).await?;
        let tie = own_if(own == Some(document.tutor_id));
        permit(who, Right::OwnDocument, tie)?;
        Ok(Self(document))
    }
}

impl Entry for VisibleTutor {
    async fn enter(req: &HttpRequest) -> Result<Self, Problem> {
        let found = tutors::find(Ctx::of(req)?.db(), path_id(req)?).await?;
        let tutor = found.ok_or_else(hidden)?;
        let tie = if tutor.is_visible() {
            Tie::Visible
        } else {
            Tie::Foreign
        };
        permit_anybody(Right::VisibleTutor, tie)?;
        Ok(Self(tutor))
    }
}

impl Entry for VisibleCard {
    async fn enter(req: &HttpRequest) -> Result<Self, Problem> {
        // Read by a statement of its own, which finds none of those who are hidden.
        let found = tutor_cards::find_card(Ctx::of(req)?.db(), path_id(req)?).await?;
        found.map(Self).ok_or_else(hidden)
    }
}

impl Entry for ReviewOfOneself {
    async fn enter(req: &HttpRequest) -> Result<Self, Problem> {
        let who = admitted(req, Right::ReviewOfOneself)?;
        let ctx = Ctx::of(req)?;
        let found = reviews::find(ctx.db(), path_id(req)?).await?;
        let review = found.ok_or_else(hidden)?;
        let own = own_profile_id(&ctx, who).await?;
        let tie = party_if(own == Some(review.tutor_id));
        permit(who, Right::ReviewOfOneself, tie)?;
        Ok(Self { who, review })
    }
}

impl Entry for OwnSession {
    async fn enter(req: &HttpRequest) -> Result<Self, Problem> {
        let who = admitted(req, Right::OwnSession)?;
        let found = sessions::find_live(Ctx::of(req)?.db(), path_id(req)?).await?;
        let (session, user) = found.ok_or_else(hidden)?;
        permit(who, Right::OwnSession, own_if(user.id == who.user_id))?;
        Ok(Self {
            who,
            session_id: session.id,
        })
    }
}

impl Entry for OwnPayment {
    async fn enter(req: &HttpRequest) -> Result<Self, Problem> {
        payment_by(req, Right::OwnPayment).await.map(Self)
    }
}

impl Entry for ExplainablePayment {
    async fn enter(req: &HttpRequest) -> Result<Self, Problem> {
        payment_by(req, Right::ExplainablePayment).await.map(Self)
    }
}
