//! Tutors as moderators see them: all who aren't erased, with whose they are.

use domain::tutor::TutorState;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::IntoCondition;

use crate::tutors::{Column, Entity, TutorProfile};
use crate::users::{self, User};
use crate::{Page, PageRequest, Reader, StoreError, keyset};

/// A profile and its owner.
#[derive(Debug, Clone)]
pub struct ModeratedTutor {
    pub profile: TutorProfile,
    pub user: User,
}

fn in_state(state: TutorState) -> sea_orm::Condition {
    match state {
        TutorState::Hidden => Column::HiddenAt.is_not_null().into_condition(),
        TutorState::Verified | TutorState::Unverified => sea_orm::Condition::all()
            .add(Column::HiddenAt.is_null())
            .add(Column::IsVerified.eq(state == TutorState::Verified)),
    }
}

/// Tutors in a state, or all, newest first; two statements, however many they are.
///
/// # Errors
/// The database failed.
pub async fn list(
    reader: &impl Reader,
    state: Option<TutorState>,
    request: &PageRequest,
) -> Result<Page<ModeratedTutor>, StoreError> {
    let mut select = Entity::find().filter(Column::DeletedAt.is_null());
    if let Some(state) = state {
        select = select.filter(in_state(state));
    }
    let select = keyset::select_newest!(select, request);
    let rows = select.all(&reader.executor()).await?;
    let page: Page<TutorProfile> = keyset::page_of!(rows, request);
    let owners = page.items.iter().map(|profile| profile.user_id).collect();
    let users = users::list_by_ids(reader, owners).await?;
    let with_owner = |profile: TutorProfile| {
        let user = users.iter().find(|user| user.id == profile.user_id)?;
        Some(ModeratedTutor {
            user: user.clone(),
            profile,
        })
    };
    Ok(Page {
        items: page.items.into_iter().filter_map(with_owner).collect(),
        next: page.next,
    })
}

/// A profile that was read, with its owner.
///
/// # Errors
/// The database failed.
pub async fn with_owner(
    reader: &impl Reader,
    profile: TutorProfile,
) -> Result<Option<ModeratedTutor>, StoreError> {
    let user = users::find(reader, profile.user_id).await?;
    Ok(user.map(|user| ModeratedTutor { profile, user }))
}
