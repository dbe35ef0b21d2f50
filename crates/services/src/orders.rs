//! Orders: what students ask for.

use domain::application::ApplicationEvent;
use domain::booking::CancelledBy;
use domain::lesson_format::LessonFormat;
use domain::order::{
    OrderDraft, OrderEvent, OrderStatus, OrderTerms, check_booking, refused_in_progress,
};
use domain::search::fold_phrase;
use domain::validation::FieldProblem;
use persistence::orders::{self, Order};
use persistence::outbox::{self, NotificationType};
use persistence::{Stamp, Stored, Tx, applications, audit, bookings, subjects, tutors, users};
use serde_json::json;
use uuid::Uuid;

use crate::bookings::cancel_locked;
use crate::error::{SeenVersion, all_or_wrong, unknown};
use crate::jobs::{self, Job};
use crate::overtaken::lock_current;
use crate::{ServiceError, accounts};

/// Places an order, and has it matched in the background.
///
/// # Errors
/// What is wrong with it.
pub async fn create(
    tx: &Tx,
    student_id: Uuid,
    subject: &str,
    draft: OrderDraft,
) -> Result<Order, ServiceError> {
    accounts::keep_live(tx, student_id).await?;
    let student = users::find(tx, student_id)
        .await?
        .ok_or(ServiceError::Unauthenticated)?;
    let terms = draft.parse(tx.now(), &student.time_zone);
    let subject_id = subject_id(tx, subject).await;
    let (terms, subject_id) = all_or_wrong(terms, subject_id)?;
    let order = new_order(tx.stamp(), student_id, subject_id, &terms)?;
    orders::insert(tx, order.clone()).await?;
    jobs::enqueue(tx, &Job::MatchOrder { order_id: order.id }).await?;
    Ok(order)
}

/// An order's row, as it begins.
///
/// # Errors
/// Its availability can't be written as JSON.
pub fn new_order(
    stamp: Stamp,
    student_id: Uuid,
    subject_id: Uuid,
    terms: &OrderTerms,
) -> Result<Order, ServiceError> {
    let blank = Order {
        id: stamp.id,
        student_id,
        subject_id,
        title: String::new(),
        description: String::new(),
        goal: None,
        budget_min_minor: 0,
        budget_max_minor: 0,
        currency: String::new(),
        wants_online: false,
        wants_offline: false,
        city: None,
        city_folded: None,
        region: None,
        region_folded: None,
        availability: None,
        time_zone: String::new(),
        status: Stored(OrderStatus::Open),
        expires_at: terms.expires_at,
        version: 1,
        created_at: stamp.at,
        updated_at: stamp.at,
        deleted_at: None,
        seed_run_id: stamp.seed_run_id,
    };
    with_terms(blank, terms)
}

/// Changes an open order to what `edit` makes of its present terms, and has it matched anew in the
/// background; `subject` is a slug.
///
/// # Errors
/// [`ServiceError::PreconditionFailed`] if it isn't the version that the caller has seen,
/// [`ServiceError::InvalidState`] if it isn't open, or what is wrong with the change.
pub async fn update(
    tx: &Tx,
    order_id: Uuid,
    seen: SeenVersion,
    subject: Option<&str>,
    edit: impl FnOnce(OrderDraft) -> OrderDraft,
) -> Result<Order, ServiceError> {
    let order = lock_current(tx, order_id).await?;
    let draft = edit(draft_of(&order)?);
    let expires_at = draft.expires_at;
    // How long an order may live counts from its creation; a new end lies ahead nevertheless.
    let mut terms = draft.parse(order.created_at, &order.time_zone);
    if expires_at
        .is_some_and(|at| at != order.expires_at && (order.created_at < at && at <= tx.now()))
    {
        let mut wrong = terms.err().unwrap_or_default();
        wrong.add("/expires_at", FieldProblem::MustBeFuture);
        terms = Err(wrong);
    }
    let subject_id = match subject {
        Some(slug) => subject_id(tx, slug).await,
        None => Ok(order.subject_id),
    };
    let (terms, subject_id) = all_or_wrong(terms, subject_id)?;
    seen.check(order.version)?;
    check_open(tx, &order).await?;
    let order = with_terms(
        Order {
            subject_id,
            ..order
        },
        &terms,
    )?;
    let order = orders::update(tx, order).await?;
    jobs::enqueue(tx, &Job::MatchOrder { order_id: order.id }).await?;
    Ok(order)
}

/// Cancels an order, and its booking by the booking's own rules.
///
/// # Errors
/// [`ServiceError::InvalidState`].
pub async fn cancel(tx: &Tx, order_id: Uuid) -> Result<Order, ServiceError> {
    let order = lock_current(tx, order_id).await?;
    order.status.on(OrderEvent::Cancel)?;
    if let Some(booking) = bookings::lock_live_of_order(tx, order_id).await? {
        check_booking(OrderEvent::Cancel, Some(*booking.status))?;
        cancel_locked(tx, booking, CancelledBy::Student).await?;
    }
    let order = advance(tx, order, OrderEvent::Cancel).await?;
    reject_submitted(tx, order_id).await?;
    Ok(order)
}

/// Completes an order whose booking is completed.
///
/// # Errors
/// [`ServiceError::InvalidState`].
pub async fn complete(tx: &Tx, order_id: Uuid) -> Result<Order, ServiceError> {
    let order = lock_current(tx, order_id).await?;
    order.status.on(OrderEvent::Complete)?;
    let booking = bookings::lock_live_of_order(tx, order_id).await?;
    check_booking(OrderEvent::Complete, booking.map(|booking| *booking.status))?;
    advance(tx, order, OrderEvent::Complete).await
}

/// Refuses what is only done with an open order: to change it, to apply for it, to choose.
///
/// # Errors
/// [`ServiceError::InvalidState`], naming what can be done with the order as it is.
pub(crate) async fn check_open(tx: &Tx, order: &Order) -> Result<(), ServiceError> {
    if *order.status == OrderStatus::InProgress {
        let booking = bookings::lock_live_of_order(tx, order.id).await?;
        return Err(refused_in_progress(booking.map(|booking| *booking.status)).into());
    }
    // Only an open order can be chosen from.
    order.status.on(OrderEvent::Choose)?;
    Ok(())
}

/// Moves an order on and tells of it.
async fn advance(tx: &Tx, mut order: Order, event: OrderEvent) -> Result<Order, ServiceError> {
    let before = *order.status;
    order.status = Stored(before.on(event)?);
    let order = orders::update(tx, order).await?;
    note_change(tx, &order, before).await?;
    Ok(order)
}

/// Opens an order again whose booking came to nothing before it was paid: the bids compete anew,
/// that of a tutor who cancelled apart.
pub(crate) async fn reopen_locked(tx: &Tx, order: Order) -> Result<Order, ServiceError> {
    let order = advance(tx, order, OrderEvent::Reopen).await?;
    for mut application in applications::lock_of_order(tx, order.id).await? {
        if let Ok(next) = application.status.on(ApplicationEvent::Reopen) {
            application.status = Stored(next);
            applications::update(tx, application).await?;
        }
    }
    Ok(order)
}

/// Tells the student, and the audit trail, that an order's state has changed.
pub(crate) async fn note_change(
    tx: &Tx,
    order: &Order,
    before: OrderStatus,
) -> Result<(), ServiceError> {
    audit::record(
        tx,
        audit::Change {
            action: "order.changed",
            object_type: "order",
            object_id: order.id.to_string(),
            before: Some(json!({ "status": before })),
            after: Some(json!({ "status": *order.status })),
        },
    )
    .await?;
    let data = json!({ "order_id": order.id, "status": *order.status });
    outbox::tell(
        tx,
        order.student_id,
        NotificationType::OrderStatusChanged,
        data,
    )
    .await?;
    Ok(())
}

/// An order that ends rejects the bids that were waiting, and tells their tutors.
async fn reject_submitted(tx: &Tx, order_id: Uuid) -> Result<(), ServiceError> {
    for mut application in applications::lock_of_order(tx, order_id).await? {
        if let Ok(next) = application.status.on(ApplicationEvent::Reject) {
            application.status = Stored(next);
            let application = applications::update(tx, application).await?;
            tell_tutor(
                tx,
                application.tutor_id,
                NotificationType::ApplicationRejected,
                json!({
                    "application_id": application.id, "order_id": order_id,
                }),
            )
            .await?;
        }
    }
    Ok(())
}

pub(crate) async fn tell_tutor(
    tx: &Tx,
    tutor_id: Uuid,
    kind: NotificationType,
    data: serde_json::Value,
) -> Result<(), ServiceError> {
    if let Some(profile) = tutors::find(tx, tutor_id).await? {
        outbox::tell(tx, profile.user_id, kind, data).await?;
    }
    Ok(())
}

/// Whether a tutor may see an order, which was read as the clock has it: an open one always, another only if they applied.
///
/// # Errors
/// The database failed.
pub async fn is_visible_to_tutor(
    reader: &impl persistence::Reader,
    order: &Order,
    user_id: Uuid,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<bool, ServiceError> {
    if *order.status == OrderStatus::Open {
        return Ok(true);
    }
    let Some(profile) = tutors::find_by_user(reader, user_id).await? else {
        return Ok(false);
    };
    let own = applications::find_of_tutor(reader, order.id, profile.id, now).await?;
    Ok(own.is_some())
}

async fn subject_id(tx: &Tx, slug: &str) -> Result<Uuid, ServiceError> {
    subjects::find_by_slug(tx, slug)
        .await?
        .map(|subject| subject.id)
        .ok_or_else(|| unknown("/subject"))
}

fn with_terms(order: Order, terms: &OrderTerms) -> Result<Order, ServiceError> {
    Ok(Order {
        title: terms.title.clone(),
        description: terms.description.clone(),
        goal: terms.goal.clone(),
        budget_min_minor: terms.budget_min.minor,
        budget_max_minor: terms.budget_max.minor,
        currency: terms.budget_max.currency.code().to_owned(),
        wants_online: terms.formats.contains(&LessonFormat::Online),
        wants_offline: terms.formats.contains(&LessonFormat::Offline),
        city_folded: terms.city.as_deref().map(fold_phrase),
        city: terms.city.clone(),
        region_folded: terms.region.as_deref().map(fold_phrase),
        region: terms.region.clone(),
        availability: terms
            .availability
            .as_ref()
            .map(serde_json::to_value)
            .transpose()
            .map_err(|_| ServiceError::Internal("availability could not be stored"))?,
        time_zone: terms.time_zone.clone(),
        expires_at: terms.expires_at,
        ..order
    })
}

/// An order's present terms as its student could have written them.
fn draft_of(order: &Order) -> Result<OrderDraft, ServiceError> {
    Ok(OrderDraft {
        title: order.title.clone(),
        description: order.description.clone(),
        goal: order.goal.clone(),
        budget_min: order.budget_min_minor,
        budget_max: order.budget_max_minor,
        currency: Some(order.currency.clone()),
        formats: order.formats().iter().map(ToString::to_string).collect(),
        city: order.city.clone(),
        region: order.region.clone(),
        availability: order
            .availability
            .clone()
            .map(serde_json::from_value)
            .transpose()
            .map_err(|_| ServiceError::Internal("stored availability could not be read"))?,
        time_zone: Some(order.time_zone.clone()),
        expires_at: Some(order.expires_at),
    })
}
