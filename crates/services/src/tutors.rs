//! Tutor profiles: made and changed by their tutors. What moderators do with them is in `moderation`.

use std::collections::BTreeSet;

use domain::lesson_format::LessonFormat;
use domain::search::{SearchDocument, fold_phrase};
use domain::tutor::{TutorProfileDraft, TutorProfileTerms, last_initial};
use domain::validation::{FieldProblem, Violations};
use persistence::subjects::{self, Subject};
use persistence::tutor_cards::{TutorCard, card_of};
use persistence::tutors::{self, TutorProfile};
use persistence::users::{self, User};
use persistence::{Stamp, Tx, tutor_hours, tutor_search, tutor_subjects};
use uuid::Uuid;

use crate::ServiceError;
use crate::error::{SeenVersion, all_or_wrong};
use crate::jobs::{Job, enqueue};

/// Makes a tutor's profile.
///
/// # Errors
/// What is wrong with it, or [`ServiceError::AlreadyExists`].
pub async fn create(
    tx: &Tx,
    user_id: Uuid,
    draft: TutorProfileDraft,
) -> Result<TutorCard, ServiceError> {
    let (terms, subject_ids) = checked(tx, draft).await?;
    let profile = new_profile(tx.stamp(), user_id, &terms)?;
    if !tutors::insert_unless_there(tx, profile.clone()).await? {
        return Err(ServiceError::AlreadyExists);
    }
    tutor_subjects::replace(tx, profile.id, &subject_ids).await?;
    tutor_hours::replace(tx, profile.id, &terms.availability).await?;
    index(tx, profile).await
}

/// A profile's row, as it begins.
///
/// # Errors
/// Its availability can't be written as JSON.
pub fn new_profile(
    stamp: Stamp,
    user_id: Uuid,
    terms: &TutorProfileTerms,
) -> Result<TutorProfile, ServiceError> {
    let blank = TutorProfile {
        id: stamp.id,
        user_id,
        bio: String::new(),
        experience_years: 0,
        hourly_rate_minor: 0,
        currency: String::new(),
        city: None,
        city_folded: None,
        region: None,
        region_folded: None,
        time_zone: String::new(),
        teaches_online: false,
        teaches_offline: false,
        availability: serde_json::Value::Null,
        is_verified: false,
        rating_sum: 0,
        rating_count: 0,
        rating_milli: 0,
        stripe_customer_id: None,
        premium_until: None,
        premium_expires_at: None,
        premium_active_until: None,
        premium_status: None,
        embedded_with: None,
        version: 1,
        created_at: stamp.at,
        updated_at: stamp.at,
        hidden_at: None,
        deleted_at: None,
        seed_run_id: stamp.seed_run_id,
    };
    with_terms(blank, terms)
}

/// A tutor's own profile.
///
/// # Errors
/// [`ServiceError::NotFound`] if there is none yet.
pub async fn get_own(
    reader: &impl persistence::Reader,
    user_id: Uuid,
) -> Result<TutorCard, ServiceError> {
    let profile = tutors::find_by_user(reader, user_id)
        .await?
        .ok_or(ServiceError::NotFound)?;
    card(reader, profile).await
}

/// Changes a tutor's own profile to what `edit` makes of its present terms.
///
/// # Errors
/// [`ServiceError::NotFound`], [`ServiceError::PreconditionFailed`] if it isn't the version that
/// the caller has seen, or what is wrong with the change.
pub async fn update_own(
    tx: &Tx,
    user_id: Uuid,
    seen: SeenVersion,
    edit: impl FnOnce(TutorProfileDraft) -> TutorProfileDraft,
) -> Result<TutorCard, ServiceError> {
    let found = tutors::find_by_user(tx, user_id)
        .await?
        .ok_or(ServiceError::NotFound)?;
    let profile = tutors::lock(tx, found.id)
        .await?
        .ok_or(ServiceError::NotFound)?;
    let present = card(tx, profile.clone()).await?;
    let (terms, subject_ids) = checked(tx, edit(draft_of(&present)?)).await?;
    seen.check(profile.version)?;
    let mut profile = with_terms(profile, &terms)?;
    if is_embedded_otherwise(&present, &profile, &subject_ids) {
        profile.embedded_with = None;
        if profile.is_verified {
            enqueue(tx, &Job::EmbedTutors).await?;
        }
    }
    let profile = tutors::update(tx, profile).await?;
    tutor_subjects::replace(tx, profile.id, &subject_ids).await?;
    tutor_hours::replace(tx, profile.id, &terms.availability).await?;
    index(tx, profile).await
}

/// A tutor who takes another name is found by it, and the profile that shows it is a new version.
pub(crate) async fn rename(tx: &Tx, user: &User) -> Result<(), ServiceError> {
    if let Some(found) = tutors::find_by_user(tx, user.id).await?
        && let Some(mut profile) = tutors::lock(tx, found.id).await?
    {
        // It is masked in what is embedded.
        profile.embedded_with = None;
        if profile.is_verified {
            enqueue(tx, &Job::EmbedTutors).await?;
        }
        index(tx, tutors::update(tx, profile).await?).await?;
    }
    Ok(())
}

/// Whether what is embedded of a profile changes: its bio, or its subjects.
fn is_embedded_otherwise(present: &TutorCard, profile: &TutorProfile, subjects: &[Uuid]) -> bool {
    let taught: BTreeSet<Uuid> = present.subjects.iter().map(|subject| subject.id).collect();
    profile.bio != present.profile.bio || taught != subjects.iter().copied().collect()
}

async fn card(
    reader: &impl persistence::Reader,
    profile: TutorProfile,
) -> Result<TutorCard, ServiceError> {
    card_of(reader, profile)
        .await?
        .ok_or(ServiceError::NotFound)
}

/// Stores what the profile can be found by: only what its public card shows.
async fn index(tx: &Tx, profile: TutorProfile) -> Result<TutorCard, ServiceError> {
    let user = users::find(tx, profile.user_id)
        .await?
        .ok_or(ServiceError::NotFound)?;
    let card = card(tx, profile).await?;
    let document = search_document(&user, &card.profile, &card.subjects);
    tutor_search::put(tx, card.profile.id, &document).await?;
    Ok(card)
}

/// What a profile can be found by.
#[must_use]
pub fn search_document(
    user: &User,
    profile: &TutorProfile,
    subjects: &[Subject],
) -> SearchDocument {
    let name = format!("{} {}", user.first_name, last_initial(&user.last_name));
    SearchDocument::new(
        &name,
        subjects
            .iter()
            .flat_map(|subject| [subject.name_ru.as_str(), subject.name_en.as_str()]),
        profile.city.as_deref(),
        &profile.bio,
    )
}

/// A profile's terms, and the ids of its subjects.
async fn checked(
    tx: &Tx,
    draft: TutorProfileDraft,
) -> Result<(TutorProfileTerms, Vec<Uuid>), ServiceError> {
    let subjects = draft.subjects.clone();
    let terms = draft.parse();
    if let Err(wrong) = &terms
        && wrong.0.iter().any(|wrong| wrong.pointer == "/subjects")
    {
        // A list of too many is not looked up.
        return Err(wrong.clone().into());
    }
    all_or_wrong(terms, subject_ids(tx, &subjects).await)
}

async fn subject_ids(tx: &Tx, slugs: &[String]) -> Result<Vec<Uuid>, ServiceError> {
    let catalogue = subjects::list(tx).await?;
    let mut wrong = Violations::default();
    let mut ids = Vec::new();
    for (i, slug) in slugs.iter().enumerate() {
        match catalogue.iter().find(|subject| subject.slug == *slug) {
            Some(subject) => ids.push(subject.id),
            None => wrong.add(format!("/subjects/{i}"), FieldProblem::Unknown),
        }
    }
    wrong.into_result()?;
    Ok(ids)
}

fn with_terms(
    profile: TutorProfile,
    terms: &TutorProfileTerms,
) -> Result<TutorProfile, ServiceError> {
    Ok(TutorProfile {
        bio: terms.bio.clone(),
        experience_years: terms.experience_years,
        hourly_rate_minor: terms.hourly_rate.minor,
        currency: terms.hourly_rate.currency.code().to_owned(),
        city_folded: terms.city.as_deref().map(fold_phrase),
        city: terms.city.clone(),
        region_folded: terms.region.as_deref().map(fold_phrase),
        region: terms.region.clone(),
        time_zone: terms.time_zone.clone(),
        teaches_online: terms.formats.contains(&LessonFormat::Online),
        teaches_offline: terms.formats.contains(&LessonFormat::Offline),
        availability: serde_json::to_value(&terms.availability)
            .map_err(|_| ServiceError::Internal("availability could not be stored"))?,
        ..profile
    })
}

/// A profile's present terms as its tutor could have written them.
fn draft_of(card: &TutorCard) -> Result<TutorProfileDraft, ServiceError> {
    let profile = &card.profile;
    Ok(TutorProfileDraft {
        bio: profile.bio.clone(),
        experience_years: profile.experience_years,
        hourly_rate: profile.hourly_rate_minor,
        subjects: card.subjects.iter().map(|s| s.slug.clone()).collect(),
        city: profile.city.clone(),
        region: profile.region.clone(),
        time_zone: profile.time_zone.clone(),
        formats: profile.formats().iter().map(ToString::to_string).collect(),
        availability: serde_json::from_value(profile.availability.clone())
            .map_err(|_| ServiceError::Internal("stored availability could not be read"))?,
    })
}
