//! A tutor's premium as they see it.

use chrono::{DateTime, Utc};
use domain::stripe_facts::Names;
use persistence::payments as rows;
use persistence::tutors::TutorProfile;
use persistence::{Reader, tutors};
use uuid::Uuid;

use crate::ServiceError;
use crate::settlement::read_premium;

/// What a tutor has, and what will become of it.
#[derive(Debug, Clone)]
pub struct Premium {
    pub is_premium: bool,
    /// The end of what was paid for; kept on record after a subscription was ended early.
    pub expires_at: Option<DateTime<Utc>>,
    /// Stripe's word for the running subscription; `none` without one.
    pub status: String,
    pub cancel_at_period_end: bool,
}

/// # Errors
/// [`ServiceError::NotFound`] without a profile.
pub async fn get(
    reader: &impl Reader,
    user_id: Uuid,
    now: DateTime<Utc>,
) -> Result<Premium, ServiceError> {
    let profile = tutors::find_by_user(reader, user_id)
        .await?
        .ok_or(ServiceError::NotFound)?;
    of_profile(reader, &profile, now).await
}

/// The premium of a tutor whose profile is at hand.
pub(crate) async fn of_profile(
    reader: &impl Reader,
    profile: &TutorProfile,
    now: DateTime<Utc>,
) -> Result<Premium, ServiceError> {
    let live = live_subscription(reader, profile.id).await?;
    Ok(Premium {
        is_premium: profile.is_premium(now),
        expires_at: profile.premium_expires_at,
        cancel_at_period_end: live.as_ref().is_some_and(|live| live.cancel_at_period_end),
        status: match live {
            Some(live) => live.status.unwrap_or_else(|| "incomplete".into()),
            None => "none".into(),
        },
    })
}

/// A subscription that hasn't ended, whatever the clock says.
pub(crate) async fn live_subscription(
    reader: &impl Reader,
    tutor_id: Uuid,
) -> Result<Option<domain::settlement::LiveSubscription>, ServiceError> {
    let payments = rows::list_of_tutor(reader, tutor_id).await?;
    if payments.is_empty() {
        return Ok(None);
    }
    let settled = read_premium(reader, &payments, &Names::default()).await?;
    Ok(settled.live_subscription)
}
