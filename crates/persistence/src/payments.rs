//! Payments: what was asked of a payer, and the state derived from the provider's facts.

use chrono::{DateTime, Utc};
use domain::payment::{PaymentStatus, PaymentType};
use domain::stripe_facts::Names;
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, QueryOrder, QuerySelect};

use crate::{Json, Page, PageRequest, Reader, StoreError, Stored, Tx, keyset, rows};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "payments")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub user_id: Uuid,
    #[sea_orm(column_name = "type")]
    pub kind: Stored<PaymentType>,
    pub booking_id: Option<Uuid>,
    pub tutor_id: Option<Uuid>,
    /// The checkout that a renewal goes back to; none for a checkout itself.
    pub first_payment_id: Option<Uuid>,
    pub status: Stored<PaymentStatus>,
    pub amount_minor: i64,
    pub refunded_minor: i64,
    /// Withdrawn as long as a dispute is open.
    pub disputed_minor: i64,
    /// Gone for good with a dispute.
    pub lost_minor: i64,
    pub currency: String,
    pub livemode: bool,
    pub provider: String,
    /// The session of a checkout (none until the provider has answered), the invoice of a renewal.
    pub provider_ref: Option<String>,
    pub customer_id: Option<String>,
    pub subscription_id: Option<String>,
    /// What refunds and disputes name.
    pub payment_intent_id: Option<String>,
    /// What is asked of the provider, the same on every try.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub request: Option<Json>,
    pub idempotency_key: Option<String>,
    pub checkout_url: Option<String>,
    /// When the open session can no longer be paid.
    pub expires_at: Option<DateTime<Utc>>,
    pub paid_at: Option<DateTime<Utc>>,
    /// When a booking's money was divided between the platform and the tutor.
    pub released_at: Option<DateTime<Utc>>,
    /// When its checkout was given up for a later one.
    pub superseded_at: Option<DateTime<Utc>>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub seed_run_id: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

pub use Model as Payment;

/// The provider of every payment so far.
pub const STRIPE: &str = "stripe";

/// Adds a payment unless the same thing is being paid for already; tells whether it was added.
///
/// # Errors
/// The database failed.
pub async fn insert_unless_there(tx: &Tx, payment: Payment) -> Result<bool, StoreError> {
    rows::insert_unless_there::<ActiveModel, _>(tx, payment).await
}

/// # Errors
/// The database failed.
pub async fn find(reader: &impl Reader, id: Uuid) -> Result<Option<Payment>, StoreError> {
    Ok(Entity::find_by_id(id).one(&reader.executor()).await?)
}

/// # Errors
/// The database failed, or the payment is gone.
pub async fn lock(tx: &Tx, id: Uuid) -> Result<Payment, StoreError> {
    Entity::find_by_id(id)
        .lock_exclusive()
        .one(&tx.executor())
        .await?
        .ok_or_else(|| StoreError::Corrupt(format!("payment {id} is gone")))
}

/// The payment that a provider's object belongs to.
///
/// # Errors
/// The database failed.
pub async fn find_by_provider_ref(
    reader: &impl Reader,
    provider_ref: &str,
) -> Result<Option<Payment>, StoreError> {
    let payment = Entity::find()
        .filter(Column::Provider.eq(STRIPE))
        .filter(Column::ProviderRef.eq(provider_ref))
        .one(&reader.executor())
        .await?;
    Ok(payment)
}

/// The payments that any of the provider's objects belong to, by id.
///
/// # Errors
/// The database failed.
pub async fn list_named(reader: &impl Reader, names: &Names) -> Result<Vec<Payment>, StoreError> {
    let refs: Vec<&String> = names.sessions.iter().chain(&names.invoices).collect();
    let mut any = Condition::any();
    if !names.payments.is_empty() {
        any = any.add(Column::Id.is_in(names.payments.iter().copied()));
    }
    if !refs.is_empty() {
        any = any.add(
            Condition::all()
                .add(Column::Provider.eq(STRIPE))
                .add(Column::ProviderRef.is_in(refs)),
        );
    }
    if !names.subscriptions.is_empty() {
        any = any.add(Column::SubscriptionId.is_in(names.subscriptions.iter()));
    }
    if !names.payment_intents.is_empty() {
        any = any.add(Column::PaymentIntentId.is_in(names.payment_intents.iter()));
    }
    if any.is_empty() {
        return Ok(Vec::new());
    }
    let payments = Entity::find()
        .filter(any)
        .order_by_asc(Column::Id)
        .all(&reader.executor())
        .await?;
    Ok(payments)
}

/// The payments for something, locked, by id.
///
/// # Errors
/// The database failed.
pub async fn lock_of(tx: &Tx, subject: Subject) -> Result<Vec<Payment>, StoreError> {
    let payments = Entity::find()
        .filter(subject.is_of())
        .order_by_asc(Column::Id)
        .lock_exclusive()
        .all(&tx.executor())
        .await?;
    Ok(payments)
}

/// What payments are for.
#[derive(Debug, Clone, Copy)]
pub enum Subject {
    /// A tutor profile's premium.
    Premium(Uuid),
    Booking(Uuid),
}

impl Subject {
    fn is_of(self) -> sea_orm::sea_query::SimpleExpr {
        match self {
            Self::Premium(tutor_id) => Column::TutorId.eq(tutor_id),
            Self::Booking(booking_id) => Column::BookingId.eq(booking_id),
        }
    }
}

/// The renewals that go back to a payment, oldest first.
///
/// # Errors
/// The database failed.
pub async fn list_renewals(reader: &impl Reader, id: Uuid) -> Result<Vec<Payment>, StoreError> {
    let renewals = Entity::find()
        .filter(Column::FirstPaymentId.eq(id))
        .order_by_asc(Column::PaidAt)
        .order_by_asc(Column::Id)
        .all(&reader.executor())
        .await?;
    Ok(renewals)
}

/// The payments for a booking, by id.
///
/// # Errors
/// The database failed.
pub async fn list_of_booking(
    reader: &impl Reader,
    booking_id: Uuid,
) -> Result<Vec<Payment>, StoreError> {
    let payments = Entity::find()
        .filter(Column::BookingId.eq(booking_id))
        .order_by_asc(Column::Id)
        .all(&reader.executor())
        .await?;
    Ok(payments)
}

/// The payments for a tutor's premium, by id.
///
/// # Errors
/// The database failed.
pub async fn list_of_tutor(
    reader: &impl Reader,
    tutor_id: Uuid,
) -> Result<Vec<Payment>, StoreError> {
    let payments = Entity::find()
        .filter(Column::TutorId.eq(tutor_id))
        .order_by_asc(Column::Id)
        .all(&reader.executor())
        .await?;
    Ok(payments)
}

/// Pending payments that nobody is to pay any more: their time is over, or what they are for is.
/// Only such as nobody has touched since `untouched_since`; oldest first, so many after one of them.
///
/// # Errors
/// The database failed.
pub async fn list_unpayable(
    reader: &impl Reader,
    now: DateTime<Utc>,
    untouched_since: DateTime<Utc>,
    after: Option<(DateTime<Utc>, Uuid)>,
    limit: u64,
) -> Result<Vec<Payment>, StoreError> {
    let is_over = Expr::cust(
        "booking_id IN (SELECT b.id FROM bookings b WHERE b.id = payments.booking_id AND b.status <> 'pending')",
    );
    let select = Entity::find()
        .filter(Column::Status.eq(Stored(PaymentStatus::Pending)))
        .filter(Column::UpdatedAt.lte(untouched_since))
        .filter(
            Condition::any()
                .add(Column::ExpiresAt.lte(now))
                .add(is_over),
        );
    let select = keyset::oldest_first(select, (Column::UpdatedAt, Column::Id), after, limit);
    Ok(select.all(&reader.executor()).await?)
}

/// A payer's payments, newest first.
///
/// # Errors
/// The database failed.
pub async fn list_of_user(
    reader: &impl Reader,
    user_id: Uuid,
    request: &PageRequest,
) -> Result<Page<Payment>, StoreError> {
    let select = Entity::find().filter(Column::UserId.eq(user_id));
    keyset::newest_first!(select, reader, request)
}

/// Writes back a payment that was read under its lock.
///
/// # Errors
/// The database failed.
pub async fn update(tx: &Tx, mut payment: Payment) -> Result<Payment, StoreError> {
    payment.version += 1;
    payment.updated_at = tx.now();
    rows::update::<ActiveModel, _>(tx, payment.clone()).await?;
    Ok(payment)
}
