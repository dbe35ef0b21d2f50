//! Applications: tutors' bids, and the student's choice among them.

use chrono::{DateTime, Utc};
use domain::application::{ApplicationEvent, ApplicationStatus, Bid};
use domain::booking::{BookingStatus, FREE_CANCELLATION_HOURS, Period, pending_until};
use domain::money::{Currency, Money, PLATFORM_FEE_BASIS_POINTS, split_fee};
use domain::order::OrderEvent;
use persistence::applications::{self, Application};
use persistence::bookings::{self, Booking};
use persistence::orders::{self, Order};
use persistence::outbox::{self, NotificationType};
use persistence::tutors::TutorProfile;
use persistence::{Stamp, Stored, Tx, audit, tutors};
use serde_json::json;
use uuid::Uuid;

use crate::error::SeenVersion;
use crate::fault_points::{FaultPoint, reached};
use crate::orders::{check_open, tell_tutor};
use crate::overtaken::lock_current;
use crate::{ServiceError, accounts};

/// Sends a tutor's bid on an order; one that was withdrawn may be sent again.
///
/// # Errors
/// [`ServiceError::Forbidden`] for a tutor without a profile that is shown, [`ServiceError::InvalidState`] if
/// the order isn't open, [`ServiceError::AlreadyExists`] if a bid stands.
pub async fn create(
    tx: &Tx,
    user_id: Uuid,
    order_id: Uuid,
    bid: &Bid,
) -> Result<Application, ServiceError> {
    accounts::keep_live(tx, user_id).await?;
    let profile = tutors::find_by_user(tx, user_id)
        .await?
        .filter(TutorProfile::is_visible)
        .ok_or(ServiceError::Forbidden)?;
    let order = lock_current(tx, order_id).await?;
    check_open(tx, &order).await?;
    let application = match applications::find_of_tutor(tx, order_id, profile.id, tx.now()).await? {
        Some(sent) => resubmit(tx, sent, bid).await?,
        None => insert(tx, order_id, profile.id, bid).await?,
    };
    let data = json!({ "order_id": order_id, "application_id": application.id });
    outbox::tell(tx, order.student_id, NotificationType::NewApplication, data).await?;
    Ok(application)
}

async fn insert(
    tx: &Tx,
    order_id: Uuid,
    tutor_id: Uuid,
    bid: &Bid,
) -> Result<Application, ServiceError> {
    let application = new_application(tx.stamp(), order_id, tutor_id, bid);
    if applications::insert_unless_there(tx, application.clone()).await? {
        Ok(application)
    } else {
        Err(ServiceError::AlreadyExists)
    }
}

/// A bid's row, as it begins.
#[must_use]
pub fn new_application(stamp: Stamp, order_id: Uuid, tutor_id: Uuid, bid: &Bid) -> Application {
    Application {
        id: stamp.id,
        order_id,
        tutor_id,
        price_minor: bid.price.minor,
        currency: bid.price.currency.code().to_owned(),
        message: bid.message.clone(),
        status: Stored(ApplicationStatus::Submitted),
        version: 1,
        created_at: stamp.at,
        updated_at: stamp.at,
        seed_run_id: stamp.seed_run_id,
    }
}

async fn resubmit(tx: &Tx, sent: Application, bid: &Bid) -> Result<Application, ServiceError> {
    let Ok(next) = sent.status.on(ApplicationEvent::Resubmit) else {
        return Err(ServiceError::AlreadyExists);
    };
    let application = Application {
        price_minor: bid.price.minor,
        message: bid.message.clone(),
        status: Stored(next),
        ..sent
    };
    Ok(applications::update(tx, application).await?)
}

/// A change of a bid; `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
pub struct BidPatch {
    pub price: Option<i64>,
    pub message: Option<String>,
}

/// Changes a bid before the choice.
///
/// # Errors
/// [`ServiceError::PreconditionFailed`], [`ServiceError::InvalidState`], or what is wrong with it.
pub async fn update(
    tx: &Tx,
    application_id: Uuid,
    seen: SeenVersion,
    patch: &BidPatch,
) -> Result<Application, ServiceError> {
    let application = lock(tx, application_id).await?;
    // What somebody hidden writes reaches nobody.
    if !tutors::find(tx, application.tutor_id)
        .await?
        .is_some_and(|tutor| tutor.is_visible())
    {
        return Err(ServiceError::Forbidden);
    }
    let price = patch.price.unwrap_or(application.price_minor);
    let message = patch.message.as_deref().unwrap_or(&application.message);
    let bid = Bid::parse(price, message)?;
    seen.check(application.version)?;
    let next = application.status.on(ApplicationEvent::Edit)?;
    let application = Application {
        price_minor: bid.price.minor,
        message: bid.message,
        status: Stored(next),
        ..application
    };
    Ok(applications::update(tx, application).await?)
}

/// Withdraws a bid before the choice.
///
/// # Errors
/// [`ServiceError::InvalidState`].
pub async fn withdraw(tx: &Tx, application_id: Uuid) -> Result<(), ServiceError> {
    let mut application = lock(tx, application_id).await?;
    application.status = Stored(application.status.on(ApplicationEvent::Withdraw)?);
    applications::update(tx, application).await?;
    Ok(())
}

/// Locks a bid behind its order, as every writer of either does.
async fn lock(tx: &Tx, application_id: Uuid) -> Result<Application, ServiceError> {
    let found = applications::find(tx, application_id, tx.now())
        .await?
        .ok_or(ServiceError::NotFound)?;
    lock_current(tx, found.order_id).await?;
    applications::lock_of_order(tx, found.order_id)
        .await?
        .into_iter()
        .find(|application| application.id == application_id)
        .ok_or(ServiceError::NotFound)
}

/// When the lesson that a choice books is to be, as the student wrote it.
#[derive(Debug, Clone, Copy, Default)]
pub struct WishedTime {
    pub starts_at: Option<DateTime<Utc>>,
    pub duration_minutes: Option<i64>,
}

/// Chooses a bid: its order is in progress, the others are rejected, a booking waits for its
/// payment. Of parallel choices one wins.
///
/// # Errors
/// [`ServiceError::PreconditionFailed`] if a version of the bid is named and it has changed since,
/// [`ServiceError::InvalidState`] if the order isn't open or the bid doesn't stand,
/// [`ServiceError::Store`] with `SlotTaken` if the tutor is booked at that time, or what is wrong
/// with the time.
pub async fn choose(
    tx: &Tx,
    application_id: Uuid,
    seen: SeenVersion,
    wished: WishedTime,
) -> Result<Booking, ServiceError> {
    let period = Period::parse(wished.starts_at, wished.duration_minutes, tx.now())?;
    let found = applications::find(tx, application_id, tx.now())
        .await?
        .ok_or(ServiceError::NotFound)?;
    let mut order = lock_with_overdue(tx, found.tutor_id, found.order_id).await?;
    let bids = applications::lock_of_order(tx, order.id).await?;
    let bid = bids.iter().find(|bid| bid.id == application_id);
    // A price that was raised meanwhile is not what the student chose.
    seen.check_if_named(bid.ok_or(ServiceError::NotFound)?.version)?;
    check_open(tx, &order).await?;
    order.status = Stored(order.status.on(OrderEvent::Choose)?);
    let chosen = settle_bids(tx, &order, application_id, bids).await?;
    let tutor = tutors::find(tx, chosen.tutor_id)
        .await?
        .filter(TutorProfile::is_visible)
        .ok_or(ServiceError::NotFound)?;
    let booking = new_booking(tx.stamp(), &order, &chosen, tutor.time_zone, period);
    if !bookings::insert_unless_booked(tx, booking.clone()).await? {
        return Err(ServiceError::Conflict);
    }
    orders::update(tx, order).await?;
    audit::record(
        tx,
        audit::Change {
            action: "application.chosen",
            object_type: "booking",
            object_id: booking.id.to_string(),
            before: None,
            after: Some(
                json!({ "application_id": chosen.id, "total_amount": booking.total_minor }),
            ),
        },
    )
    .await?;
    reached(FaultPoint::ChooseWritten).await;
    Ok(booking)
}

/// Chooses a bid once more for its booking that had expired, as if it had not: it was paid in time.
/// Tells whether that was possible: not if the order has gone another way since, the bid was taken
/// back, or the tutor's time was given to somebody else.
pub(crate) async fn choose_again(
    tx: &Tx,
    mut order: Order,
    booking: &Booking,
) -> Result<bool, ServiceError> {
    let bids = applications::lock_of_order(tx, order.id).await?;
    let stands = |bid: &Application| {
        bid.id == booking.application_id && *bid.status == ApplicationStatus::Submitted
    };
    let Ok(next) = order.status.on(OrderEvent::Choose) else {
        return Ok(false);
    };
    if !bids.iter().any(stands) || bookings::is_slot_taken(tx, booking).await? {
        return Ok(false);
    }
    order.status = Stored(next);
    settle_bids(tx, &order, booking.application_id, bids).await?;
    orders::update(tx, order).await?;
    Ok(true)
}

/// Locks an order, and writes down the tutor's overdue bookings, so that their slots are free.
/// Orders are locked by id: two choices that meet would wait for each other otherwise.
pub(crate) async fn lock_with_overdue(
    tx: &Tx,
    tutor_id: Uuid,
    own_id: Uuid,
) -> Result<Order, ServiceError> {
    let overdue = bookings::list_overdue_of_tutor(tx, tutor_id).await?;
    let mut order_ids: Vec<Uuid> = overdue.iter().map(|b| b.order_id).collect();
    order_ids.push(own_id);
    order_ids.sort_unstable();
    order_ids.dedup();
    let mut own = None;
    for order_id in order_ids {
        let order = lock_current(tx, order_id).await?;
        if order_id == own_id {
            own = Some(order);
        }
    }
    own.ok_or(ServiceError::NotFound)
}

/// Marks one bid chosen and the others that stand rejected, and tells their tutors.
async fn settle_bids(
    tx: &Tx,
    order: &Order,
    application_id: Uuid,
    bids: Vec<Application>,
) -> Result<Application, ServiceError> {
    let mut chosen = None;
    for mut application in bids {
        let data = json!({ "application_id": application.id, "order_id": order.id });
        if application.id == application_id {
            application.status = Stored(application.status.on(ApplicationEvent::Choose)?);
            let application = applications::update(tx, application).await?;
            tell_tutor(
                tx,
                application.tutor_id,
                NotificationType::ApplicationChosen,
                data,
            )
            .await?;
            chosen = Some(application);
        } else if let Ok(next) = application.status.on(ApplicationEvent::Reject) {
            application.status = Stored(next);
            let application = applications::update(tx, application).await?;
            tell_tutor(
                tx,
                application.tutor_id,
                NotificationType::ApplicationRejected,
                data,
            )
            .await?;
        }
    }
    chosen.ok_or(ServiceError::NotFound)
}

/// The row of a chosen bid's booking, as it begins. `time_zone` is its tutor's.
#[must_use]
pub fn new_booking(
    stamp: Stamp,
    order: &Order,
    chosen: &Application,
    time_zone: String,
    period: Option<Period>,
) -> Booking {
    let total = Money {
        minor: chosen.price_minor,
        currency: Currency::parse(&chosen.currency).unwrap_or_default(),
    };
    let split = split_fee(total, PLATFORM_FEE_BASIS_POINTS);
    Booking {
        id: stamp.id,
        order_id: order.id,
        application_id: chosen.id,
        student_id: order.student_id,
        tutor_id: chosen.tutor_id,
        status: Stored(BookingStatus::Pending),
        status_before_dispute: None,
        total_minor: total.minor,
        platform_fee_minor: split.platform_fee.minor,
        tutor_amount_minor: split.tutor_amount.minor,
        currency: chosen.currency.clone(),
        fee_basis_points: PLATFORM_FEE_BASIS_POINTS,
        free_cancellation_hours: FREE_CANCELLATION_HOURS,
        time_zone,
        starts_at: period.map(|p| p.starts_at),
        ends_at: period.map(|p| p.ends_at),
        pending_until: pending_until(stamp.at, period),
        confirmed_at: None,
        payment_id: None,
        completed_at: None,
        cancelled_at: None,
        cancelled_by: None,
        version: 1,
        created_at: stamp.at,
        updated_at: stamp.at,
        seed_run_id: stamp.seed_run_id,
    }
}
