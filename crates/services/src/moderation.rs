//! What administrators do with tutors. Each is done once: doing it again changes and records nothing.

use domain::tutor::TutorState;
use persistence::tutors::{self, TutorProfile};
use persistence::{Tx, audit, tutor_documents};
use serde_json::json;
use uuid::Uuid;

use crate::ServiceError;
use crate::jobs::{Job, enqueue};

/// Verifies a profile by the documents that its tutor has shown: a badge, and a condition for being
/// matched.
///
/// # Errors
/// [`ServiceError::NotFound`].
pub async fn verify(tx: &Tx, tutor_id: Uuid) -> Result<TutorProfile, ServiceError> {
    let mut was_verified = false;
    let profile = moderate(tx, tutor_id, "tutor.verified", |profile| {
        was_verified = std::mem::replace(&mut profile.is_verified, true);
    })
    .await?;
    if !was_verified {
        tutor_documents::rely_on(tx, tutor_id).await?;
    }
    Ok(profile)
}

/// Hides a profile from everybody but its tutor and administrators. What was agreed with the tutor
/// before stays.
///
/// # Errors
/// [`ServiceError::NotFound`].
pub async fn hide(tx: &Tx, tutor_id: Uuid) -> Result<TutorProfile, ServiceError> {
    let now = tx.now();
    moderate(tx, tutor_id, "tutor.hidden", |profile| {
        profile.hidden_at.get_or_insert(now);
    })
    .await
}

/// Shows a hidden profile again, verified if it was.
///
/// # Errors
/// [`ServiceError::NotFound`].
pub async fn restore(tx: &Tx, tutor_id: Uuid) -> Result<TutorProfile, ServiceError> {
    moderate(tx, tutor_id, "tutor.restored", |profile| {
        profile.hidden_at = None;
    })
    .await
}

async fn moderate(
    tx: &Tx,
    tutor_id: Uuid,
    action: &'static str,
    edit: impl FnOnce(&mut TutorProfile),
) -> Result<TutorProfile, ServiceError> {
    let before = tutors::lock(tx, tutor_id)
        .await?
        .filter(|profile| profile.deleted_at.is_none())
        .ok_or(ServiceError::NotFound)?;
    let mut profile = before.clone();
    edit(&mut profile);
    if profile == before {
        return Ok(before);
    }
    // A new version: whatever was matched of the old one is stale.
    let profile = tutors::update(tx, profile).await?;
    if profile.state() == TutorState::Verified {
        // Only those who can be matched are embedded.
        enqueue(tx, &Job::EmbedTutors).await?;
    }
    audit::record(
        tx,
        audit::Change {
            action,
            object_type: "tutor_profile",
            object_id: tutor_id.to_string(),
            before: Some(standing(&before)),
            after: Some(standing(&profile)),
        },
    )
    .await?;
    Ok(profile)
}

fn standing(profile: &TutorProfile) -> serde_json::Value {
    json!({ "is_verified": profile.is_verified, "is_hidden": profile.hidden_at.is_some() })
}
