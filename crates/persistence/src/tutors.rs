//! Tutor profiles, as rows. Their cards are in `tutor_cards`, lists of them in `tutor_listing`, candidates of a match in
//! `tutor_candidates`.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use domain::lesson_format::LessonFormat;
use domain::tutor::TutorState;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{LockType, Query, SelectStatement};
use sea_orm::{Order, QueryOrder, QuerySelect};

use crate::stored::formats_of;
use crate::{Json, Reader, StoreError, Tx, rows};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "tutor_profiles")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub user_id: Uuid,
    pub bio: String,
    pub experience_years: i64,
    pub hourly_rate_minor: i64,
    pub currency: String,
    pub city: Option<String>,
    pub city_folded: Option<String>,
    pub region: Option<String>,
    pub region_folded: Option<String>,
    pub time_zone: String,
    pub teaches_online: bool,
    pub teaches_offline: bool,
    #[sea_orm(column_type = "JsonBinary")]
    pub availability: Json,
    pub is_verified: bool,
    pub rating_sum: i64,
    pub rating_count: i64,
    /// The mean in thousandths; 0 without reviews.
    pub rating_milli: i64,
    pub stripe_customer_id: Option<String>,
    pub premium_until: Option<DateTime<Utc>>,
    pub premium_expires_at: Option<DateTime<Utc>>,
    pub premium_active_until: Option<DateTime<Utc>>,
    /// Stripe's word for the running subscription; `None` without one.
    pub premium_status: Option<String>,
    /// The key of the model with which the present bio, subjects and name have been embedded;
    /// whoever changes one of them sets it to `None`.
    pub embedded_with: Option<String>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub hidden_at: Option<DateTime<Utc>>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub seed_run_id: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

pub use Model as TutorProfile;

impl TutorProfile {
    /// Its lesson formats.
    #[must_use]
    pub fn formats(&self) -> BTreeSet<LessonFormat> {
        formats_of(self.teaches_online, self.teaches_offline)
    }

    /// Premium is read from the clock: no job has to run for it to end.
    #[must_use]
    pub fn is_premium(&self, now: DateTime<Utc>) -> bool {
        self.premium_active_until.is_some_and(|until| now < until)
    }

    /// What moderators have made of it.
    #[must_use]
    pub fn state(&self) -> TutorState {
        TutorState::of(self.is_verified, self.hidden_at.is_some())
    }

    /// Whether the public may see it.
    #[must_use]
    pub fn is_visible(&self) -> bool {
        self.hidden_at.is_none() && self.deleted_at.is_none()
    }
}

/// What the public may see.
pub(crate) fn visible() -> sea_orm::Condition {
    sea_orm::Condition::all()
        .add(Column::HiddenAt.is_null())
        .add(Column::DeletedAt.is_null())
}

/// The ids of all others, by an index of their own.
pub(crate) fn invisible_ids() -> SelectStatement {
    Query::select()
        .column(Column::Id)
        .from(Entity)
        .cond_where(
            sea_orm::Condition::any()
                .add(Column::HiddenAt.is_not_null())
                .add(Column::DeletedAt.is_not_null()),
        )
        .to_owned()
}

/// Adds a profile unless its user has one; tells whether it was added.
///
/// # Errors
/// The database failed.
pub async fn insert_unless_there(tx: &Tx, profile: TutorProfile) -> Result<bool, StoreError> {
    rows::insert_unless_there::<ActiveModel, _>(tx, profile).await
}

/// A profile that isn't erased, hidden or not.
///
/// # Errors
/// The database failed.
pub async fn find(reader: &impl Reader, id: Uuid) -> Result<Option<TutorProfile>, StoreError> {
    let profile = Entity::find_by_id(id)
        .filter(Column::DeletedAt.is_null())
        .one(&reader.executor())
        .await?;
    Ok(profile)
}

/// A profile, also after it was erased: what was paid for it stays on record.
///
/// # Errors
/// The database failed.
pub async fn find_kept(reader: &impl Reader, id: Uuid) -> Result<Option<TutorProfile>, StoreError> {
    Ok(Entity::find_by_id(id).one(&reader.executor()).await?)
}

/// Whose profile it is, also after it was erased: what was paid for it stays on record.
///
/// # Errors
/// The database failed.
pub async fn find_user_id(reader: &impl Reader, id: Uuid) -> Result<Option<Uuid>, StoreError> {
    let user_id = Entity::find_by_id(id)
        .select_only()
        .column(Column::UserId)
        .into_tuple()
        .one(&reader.executor())
        .await?;
    Ok(user_id)
}

/// # Errors
/// The database failed.
pub async fn find_by_user(
    reader: &impl Reader,
    user_id: Uuid,
) -> Result<Option<TutorProfile>, StoreError> {
    let profile = Entity::find()
        .filter(Column::UserId.eq(user_id))
        .filter(Column::DeletedAt.is_null())
        .one(&reader.executor())
        .await?;
    Ok(profile)
}

/// The tutor whose customer at Stripe it is.
///
/// # Errors
/// The database failed.
pub async fn find_by_stripe_customer(
    reader: &impl Reader,
    customer_id: &str,
) -> Result<Option<TutorProfile>, StoreError> {
    let profile = Entity::find()
        .filter(Column::StripeCustomerId.eq(customer_id))
        .one(&reader.executor())
        .await?;
    Ok(profile)
}

/// # Errors
/// The database failed.
pub async fn lock(tx: &Tx, id: Uuid) -> Result<Option<TutorProfile>, StoreError> {
    let profile = Entity::find_by_id(id)
        .lock_exclusive()
        .one(&tx.executor())
        .await?;
    Ok(profile)
}

/// The users of those tutors whom the public may see, each kept from being erased until the
/// transaction ends; by the tutor. What refers to a tutor and is written behind another lock needs
/// that first, so that locks are taken in one order.
///
/// # Errors
/// The database failed.
pub async fn keep_visible(
    tx: &Tx,
    ids: impl IntoIterator<Item = Uuid>,
) -> Result<BTreeMap<Uuid, Uuid>, StoreError> {
    let users: Vec<(Uuid, Uuid)> = Entity::find()
        .select_only()
        .columns([Column::Id, Column::UserId])
        .filter(Column::Id.is_in(ids))
        .filter(visible())
        .order_by_asc(Column::Id)
        .lock(LockType::KeyShare)
        .into_tuple()
        .all(&tx.executor())
        .await?;
    Ok(users.into_iter().collect())
}

/// Those of the ids that exist, in no order.
///
/// # Errors
/// The database failed.
pub async fn list_by_ids(
    reader: &impl Reader,
    ids: Vec<Uuid>,
) -> Result<Vec<TutorProfile>, StoreError> {
    let profiles = Entity::find()
        .filter(Column::Id.is_in(ids))
        .all(&reader.executor())
        .await?;
    Ok(profiles)
}

/// The oldest visible profile that a seed made and verified: the tutor that the demo signs in as.
///
/// # Errors
/// The database failed.
pub async fn find_seeded(reader: &impl Reader) -> Result<Option<TutorProfile>, StoreError> {
    let profile = Entity::find()
        .filter(visible())
        .filter(Column::SeedRunId.is_not_null())
        .filter(Column::IsVerified.eq(true))
        .filter(Column::PremiumActiveUntil.is_null())
        .order_by(Column::RatingCount, Order::Desc)
        .order_by(Column::Id, Order::Asc)
        .one(&reader.executor())
        .await?;
    Ok(profile)
}

/// Writes back a profile that was read under its lock.
///
/// # Errors
/// The database failed.
pub async fn update(tx: &Tx, mut profile: TutorProfile) -> Result<TutorProfile, StoreError> {
    profile.version += 1;
    profile.updated_at = tx.now();
    rows::update::<ActiveModel, _>(tx, profile.clone()).await?;
    Ok(profile)
}
