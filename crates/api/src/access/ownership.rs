//! What somebody may touch, loaded as it is checked. Somebody else's private thing does not exist.

use actix_web::HttpRequest;
use domain::account::{Principal, Role};
use persistence::applications::{self, Application};
use persistence::bookings::{self, Booking};
use persistence::orders::{self, Order};
use persistence::payments::{self, Payment};
use persistence::reviews::{self, Review};
use persistence::tutor_cards::{self, TutorCard};
use persistence::tutors::{self, TutorProfile};
use services::orders::is_visible_to_tutor;
use uuid::Uuid;

use super::identity::{principal, with_role};
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
    VisibleTutor,
    VisibleCard,
    ReviewOfOneself,
    OwnPayment,
    ExplainablePayment,
);

fn hidden() -> Problem {
    Problem::new(Code::NotFound)
}

/// A student or a tutor: administrators have no part in the trade.
fn trader(req: &HttpRequest) -> Result<Principal, Problem> {
    let who = principal(req)?;
    match who.role {
        Role::Student | Role::Tutor => Ok(who),
        Role::Admin => Err(Problem::new(Code::Forbidden)),
    }
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

impl Entry for OwnOrder {
    async fn enter(req: &HttpRequest) -> Result<Self, Problem> {
        let who = with_role(req, Role::Student)?;
        let order = order(&Ctx::of(req)?, path_id(req)?).await?;
        if order.student_id == who.user_id {
            Ok(Self(order))
        } else {
            Err(hidden())
        }
    }
}

impl Entry for VisibleOrder {
    async fn enter(req: &HttpRequest) -> Result<Self, Problem> {
        let who = trader(req)?;
        let ctx = Ctx::of(req)?;
        let order = order(&ctx, path_id(req)?).await?;
        let may_see = match who.role {
            Role::Tutor => is_visible_to_tutor(ctx.db(), &order, who.user_id, ctx.now()).await?,
            Role::Student | Role::Admin => order.student_id == who.user_id,
        };
        if may_see {
            Ok(Self { who, order })
        } else {
            Err(hidden())
        }
    }
}

impl Entry for ExistingOrder {
    async fn enter(req: &HttpRequest) -> Result<Self, Problem> {
        let who = with_role(req, Role::Tutor)?;
        let ctx = Ctx::of(req)?;
        if own_profile_id(&ctx, who).await?.is_none() {
            return Err(Problem::new(Code::Forbidden));
        }
        let order = order(&ctx, path_id(req)?).await?;
        Ok(Self { who, order })
    }
}

impl Entry for OwnApplication {
    async fn enter(req: &HttpRequest) -> Result<Self, Problem> {
        let who = with_role(req, Role::Tutor)?;
        let ctx = Ctx::of(req)?;
        let found = applications::find(ctx.db(), path_id(req)?, ctx.now()).await?;
        let own = own_profile_id(&ctx, who).await?;
        found
            .filter(|application| own == Some(application.tutor_id))
            .map(Self)
            .ok_or_else(hidden)
    }
}

impl Entry for ReadableApplication {
    async fn enter(req: &HttpRequest) -> Result<Self, Problem> {
        match trader(req)?.role {
            Role::Tutor => OwnApplication::enter(req).await.map(|own| Self(own.0)),
            Role::Student | Role::Admin => ChoosableApplication::enter(req)
                .await
                .map(|own| Self(own.0)),
        }
    }
}

impl Entry for ChoosableApplication {
    async fn enter(req: &HttpRequest) -> Result<Self, Problem> {
        let who = with_role(req, Role::Student)?;
        let ctx = Ctx::of(req)?;
        let application = applications::find(ctx.db(), path_id(req)?, ctx.now())
            .await?
            .ok_or_else(hidden)?;
        let order = order(&ctx, application.order_id).await?;
        if order.student_id == who.user_id {
            Ok(Self(application))
        } else {
            Err(hidden())
        }
    }
}

impl Entry for PartyBooking {
    async fn enter(req: &HttpRequest) -> Result<Self, Problem> {
        let who = trader(req)?;
        let booking = match who.role {
            Role::Tutor => TutorBooking::enter(req).await?.0,
            Role::Student | Role::Admin => StudentBooking::enter(req).await?.0,
        };
        Ok(Self { who, booking })
    }
}

impl Entry for StudentBooking {
    async fn enter(req: &HttpRequest) -> Result<Self, Problem> {
        let who = with_role(req, Role::Student)?;
        let ctx = Ctx::of(req)?;
        let found = bookings::find(ctx.db(), path_id(req)?, ctx.now()).await?;
        found
            .filter(|booking| booking.student_id == who.user_id)
            .map(Self)
            .ok_or_else(hidden)
    }
}

impl Entry for TutorBooking {
    async fn enter(req: &HttpRequest) -> Result<Self, Problem> {
        let who = with_role(req, Role::Tutor)?;
        let ctx = Ctx::of(req)?;
        let found = bookings::find(ctx.db(), path_id(req)?, ctx.now()).await?;
        let own = own_profile_id(&ctx, who).await?;
        found
            .filter(|booking| own == Some(booking.tutor_id))
            .map(Self)
            .ok_or_else(hidden)
    }
}

impl Entry for OwnProfile {
    async fn enter(req: &HttpRequest) -> Result<Self, Problem> {
        let who = with_role(req, Role::Tutor)?;
        let found = tutors::find_by_user(Ctx::of(req)?.db(), who.user_id).await?;
        found.map(Self).ok_or_else(hidden)
    }
}

impl Entry for VisibleTutor {
    async fn enter(req: &HttpRequest) -> Result<Self, Problem> {
        let found = tutors::find(Ctx::of(req)?.db(), path_id(req)?).await?;
        found
            .filter(TutorProfile::is_visible)
            .map(Self)
            .ok_or_else(hidden)
    }
}

impl Entry for VisibleCard {
    async fn enter(req: &HttpRequest) -> Result<Self, Problem> {
        let found = tutor_cards::find_card(Ctx::of(req)?.db(), path_id(req)?).await?;
        found.map(Self).ok_or_else(hidden)
    }
}

impl Entry for ReviewOfOneself {
    async fn enter(req: &HttpRequest) -> Result<Self, Problem> {
        let who = with_role(req, Role::Tutor)?;
        let ctx = Ctx::of(req)?;
        let found = reviews::find(ctx.db(), path_id(req)?).await?;
        let own = own_profile_id(&ctx, who).await?;
        found
            .filter(|review| own == Some(review.tutor_id))
            .map(|review| Self { who, review })
            .ok_or_else(hidden)
    }
}

impl Entry for OwnPayment {
    async fn enter(req: &HttpRequest) -> Result<Self, Problem> {
        let who = principal(req)?;
        let found = payments::find(Ctx::of(req)?.db(), path_id(req)?).await?;
        found
            .filter(|payment| payment.user_id == who.user_id)
            .map(Self)
            .ok_or_else(hidden)
    }
}

impl Entry for ExplainablePayment {
    async fn enter(req: &HttpRequest) -> Result<Self, Problem> {
        let who = principal(req)?;
        let found = payments::find(Ctx::of(req)?.db(), path_id(req)?).await?;
        found
            .filter(|payment| who.role == Role::Admin || payment.user_id == who.user_id)
            .map(Self)
            .ok_or_else(hidden)
    }
}
