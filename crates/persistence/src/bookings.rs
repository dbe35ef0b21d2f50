//! Bookings.

use chrono::{DateTime, Utc};
use domain::booking::{BookingStatus, CancelledBy, LONGEST_LESSON};
use domain::money::{Currency, Money};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{ExprTrait, Query, SelectStatement, SimpleExpr};
use sea_orm::{Condition, QueryOrder, QuerySelect};

use crate::{Page, PageRequest, Reader, StoreError, Stored, Tx, keyset, rows};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "bookings")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub order_id: Uuid,
    pub application_id: Uuid,
    pub student_id: Uuid,
    pub tutor_id: Uuid,
    /// As written down under a lock; as the clock has it where it was only read.
    pub status: Stored<BookingStatus>,
    pub status_before_dispute: Option<Stored<BookingStatus>>,
    pub total_minor: i64,
    pub platform_fee_minor: i64,
    pub tutor_amount_minor: i64,
    pub currency: String,
    pub fee_basis_points: i64,
    pub free_cancellation_hours: i64,
    pub time_zone: String,
    pub starts_at: Option<DateTime<Utc>>,
    pub ends_at: Option<DateTime<Utc>>,
    pub pending_until: DateTime<Utc>,
    pub confirmed_at: Option<DateTime<Utc>>,
    /// Which payment has confirmed it.
    pub payment_id: Option<Uuid>,
    pub completed_at: Option<DateTime<Utc>>,
    pub cancelled_at: Option<DateTime<Utc>>,
    pub cancelled_by: Option<Stored<CancelledBy>>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub seed_run_id: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

pub use Model as Booking;

/// The statuses in which a booking holds its order and its slot.
const LIVE: [Stored<BookingStatus>; 4] = [
    Stored(BookingStatus::Pending),
    Stored(BookingStatus::Confirmed),
    Stored(BookingStatus::Completed),
    Stored(BookingStatus::Disputed),
];

impl Booking {
    /// As the clock has it: one that was not paid in time has expired, at that time.
    #[must_use]
    pub fn at(mut self, now: DateTime<Utc>) -> Self {
        let status = self.status.at(now, self.pending_until);
        if status != *self.status {
            self.status = Stored(status);
            self.version += 1;
            self.updated_at = self.pending_until;
        }
        self
    }

    #[must_use]
    pub fn total(&self) -> Money {
        Money {
            minor: self.total_minor,
            currency: Currency::parse(&self.currency).unwrap_or_default(),
        }
    }
}

/// Adds a booking unless its order has a live one; tells whether it was added.
///
/// # Errors
/// [`StoreError::SlotTaken`], or the database failed.
pub async fn insert_unless_booked(tx: &Tx, booking: Booking) -> Result<bool, StoreError> {
    let order_id = booking.order_id;
    if rows::insert_unless_there::<ActiveModel, _>(tx, booking).await? {
        return Ok(true);
    }
    // SQLite's trigger has said so itself. On PostgreSQL "on conflict do nothing" speaks for every
    // constraint; named one by one, two who insert at once would wait for each other.
    match lock_live_of_order(tx, order_id).await? {
        Some(_) => Ok(false),
        None => Err(StoreError::SlotTaken),
    }
}

/// A booking as the clock has it.
///
/// # Errors
/// The database failed.
pub async fn find(
    reader: &impl Reader,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<Option<Booking>, StoreError> {
    let booking = Entity::find_by_id(id).one(&reader.executor()).await?;
    Ok(booking.map(|booking| booking.at(now)))
}

/// # Errors
/// The database failed, or the booking is gone.
pub async fn lock(tx: &Tx, id: Uuid) -> Result<Booking, StoreError> {
    Entity::find_by_id(id)
        .lock_exclusive()
        .one(&tx.executor())
        .await?
        .ok_or_else(|| StoreError::Corrupt(format!("booking {id} is gone")))
}

/// The live booking of an order, locked. The order's own lock comes first.
///
/// # Errors
/// The database failed.
pub async fn lock_live_of_order(tx: &Tx, order_id: Uuid) -> Result<Option<Booking>, StoreError> {
    let booking = Entity::find()
        .filter(Column::OrderId.eq(order_id))
        .filter(Column::Status.is_in(LIVE))
        .lock_exclusive()
        .one(&tx.executor())
        .await?;
    Ok(booking)
}

/// Pending bookings of a tutor whose time has run out, so that they can be written down as expired
/// and their slots given to others.
///
/// # Errors
/// The database failed.
pub async fn list_overdue_of_tutor(tx: &Tx, tutor_id: Uuid) -> Result<Vec<Booking>, StoreError> {
    let bookings = Entity::find()
        .filter(Column::TutorId.eq(tutor_id))
        .filter(Column::Status.eq(Stored(BookingStatus::Pending)))
        .filter(Column::PendingUntil.lte(tx.now()))
        .order_by_asc(Column::Id)
        .all(&tx.executor())
        .await?;
    Ok(bookings)
}

/// The orders whose bookings were not paid in time, in the order of that time; so many after one
/// of them.
///
/// # Errors
/// The database failed.
pub async fn list_orders_overdue(
    reader: &impl Reader,
    now: DateTime<Utc>,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: u64,
) -> Result<Vec<(DateTime<Utc>, Uuid)>, StoreError> {
    let select = Entity::find()
        .select_only()
        .columns([Column::PendingUntil, Column::OrderId])
        .filter(Column::Status.eq(Stored(BookingStatus::Pending)))
        .filter(Column::PendingUntil.lte(now));
    let select = keyset::oldest_first(
        select,
        (Column::PendingUntil, Column::OrderId),
        after,
        limit,
    );
    Ok(select.into_tuple().all(&reader.executor()).await?)
}

/// The orders whose bookings were not paid in time.
pub(crate) fn orders_overdue(now: DateTime<Utc>) -> SelectStatement {
    Query::select()
        .column(Column::OrderId)
        .from(Entity)
        .and_where(Column::Status.eq(Stored(BookingStatus::Pending)))
        .and_where(Column::PendingUntil.lte(now))
        .to_owned()
}

/// Until when the pending booking of an order can be paid, as a value beside the order's columns:
/// what the clock makes of an order is read in one statement with it, or a sweep between two would
/// show half of each.
pub(crate) fn unpaid_until(order_id: SimpleExpr) -> SimpleExpr {
    let select = Query::select()
        .column(Column::PendingUntil)
        .from(Entity)
        .and_where(Expr::col((Entity, Column::OrderId)).eq(order_id))
        // The words of `uq_bookings_order_id_live`: SQLite takes a partial index for nothing else.
        .and_where(Expr::cust(
            "bookings.status IN ('pending', 'confirmed', 'completed', 'disputed')",
        ))
        .and_where(Expr::cust("bookings.status = 'pending'"))
        .to_owned();
    SimpleExpr::SubQuery(None, Box::new(select.into()))
}

/// The tutors who have a live booking at a time; one that was not paid in time holds it no longer.
pub(crate) fn booked_between(
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    now: DateTime<Utc>,
) -> SelectStatement {
    let is_overdue = Condition::all()
        .add(Column::Status.eq(Stored(BookingStatus::Pending)))
        .add(Column::PendingUntil.lte(now));
    Query::select()
        .column(Column::TutorId)
        .from(Entity)
        .and_where(Column::Status.is_in(LIVE))
        .cond_where(is_overdue.not())
        .and_where(Column::StartsAt.lt(to))
        // What began longer ago is over: so the index ends the search.
        .and_where(Column::StartsAt.gt(from - LONGEST_LESSON))
        .and_where(Column::EndsAt.gt(from))
        .to_owned()
}

/// The bookings that a person takes part in, as a student or as a tutor, newest first, as the clock
/// has them.
///
/// # Errors
/// The database failed.
pub async fn list_of(
    reader: &impl Reader,
    student_id: Uuid,
    tutor_id: Option<Uuid>,
    request: &PageRequest,
    now: DateTime<Utc>,
) -> Result<Page<Booking>, StoreError> {
    let mut part = Condition::any().add(Column::StudentId.eq(student_id));
    if let Some(tutor_id) = tutor_id {
        part = part.add(Column::TutorId.eq(tutor_id));
    }
    let select = keyset::select_newest!(Entity::find().filter(part), request);
    let rows = select.all(&reader.executor()).await?;
    let rows = rows.into_iter().map(|booking| booking.at(now)).collect();
    Ok(keyset::page_of!(rows, request))
}

/// Writes down what the clock has made of a booking that was read under its lock.
///
/// # Errors
/// The database failed.
pub async fn write_down(tx: &Tx, booking: Booking) -> Result<(), StoreError> {
    rows::update::<ActiveModel, _>(tx, booking).await
}

/// Writes back a booking that was read under its lock.
///
/// # Errors
/// [`StoreError::SlotTaken`], or the database failed.
pub async fn update(tx: &Tx, mut booking: Booking) -> Result<Booking, StoreError> {
    booking.version += 1;
    booking.updated_at = tx.now();
    rows::update::<ActiveModel, _>(tx, booking.clone()).await?;
    Ok(booking)
}

/// Whether another booking of the tutor holds the time of this one.
///
/// # Errors
/// The database failed.
pub async fn is_slot_taken(reader: &impl Reader, booking: &Booking) -> Result<bool, StoreError> {
    let (Some(starts_at), Some(ends_at)) = (booking.starts_at, booking.ends_at) else {
        return Ok(false);
    };
    let other = Entity::find()
        .filter(Column::TutorId.eq(booking.tutor_id))
        .filter(Column::Id.ne(booking.id))
        .filter(Column::Status.is_in(LIVE))
        .filter(Column::StartsAt.lt(ends_at))
        .filter(Column::EndsAt.gt(starts_at))
        .one(&reader.executor())
        .await?;
    Ok(other.is_some())
}
