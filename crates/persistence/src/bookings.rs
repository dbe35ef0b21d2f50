//! Bookings.

use chrono::{DateTime, Utc};
use domain::booking::{BookingStatus, CancelledBy};
use domain::money::{Currency, Money};
use sea_orm::entity::prelude::*;
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
    /// As written down; [`Booking::status_at`] is as the clock has it.
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
    #[must_use]
    pub fn status_at(&self, now: DateTime<Utc>) -> BookingStatus {
        self.status.at(now, self.pending_until)
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
    rows::insert_unless_there::<ActiveModel, _>(tx, booking).await
}

/// # Errors
/// The database failed.
pub async fn find(reader: &impl Reader, id: Uuid) -> Result<Option<Booking>, StoreError> {
    Ok(Entity::find_by_id(id).one(&reader.executor()).await?)
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

/// The orders whose bookings were not paid in time, oldest first.
///
/// # Errors
/// The database failed.
pub async fn list_orders_overdue(
    reader: &impl Reader,
    now: DateTime<Utc>,
) -> Result<Vec<Uuid>, StoreError> {
    let orders = Entity::find()
        .select_only()
        .column(Column::OrderId)
        .filter(Column::Status.eq(Stored(BookingStatus::Pending)))
        .filter(Column::PendingUntil.lte(now))
        .order_by_asc(Column::PendingUntil)
        .limit(1_000)
        .into_tuple()
        .all(&reader.executor())
        .await?;
    Ok(orders)
}

/// The tutors who have a live booking at a time.
pub(crate) fn booked_between(
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> sea_orm::sea_query::SelectStatement {
    sea_orm::sea_query::Query::select()
        .column(Column::TutorId)
        .from(Entity)
        .and_where(Column::Status.is_in(LIVE))
        .and_where(Column::StartsAt.lt(to))
        .and_where(Column::EndsAt.gt(from))
        .to_owned()
}

/// The bookings that a person takes part in, as a student or as a tutor, newest first.
///
/// # Errors
/// The database failed.
pub async fn list_of(
    reader: &impl Reader,
    student_id: Uuid,
    tutor_id: Option<Uuid>,
    request: &PageRequest,
) -> Result<Page<Booking>, StoreError> {
    let mut part = Condition::any().add(Column::StudentId.eq(student_id));
    if let Some(tutor_id) = tutor_id {
        part = part.add(Column::TutorId.eq(tutor_id));
    }
    let select = Entity::find().filter(part);
    keyset::newest_first!(select, reader, request, "my-bookings")
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
