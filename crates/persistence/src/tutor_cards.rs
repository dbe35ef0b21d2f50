//! Tutors as the public sees them: their cards.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::SelectStatement;
use sea_orm::{FromQueryResult, JoinType, QueryResult, QuerySelect, QueryTrait, Select};

use crate::subjects::Subject;
use crate::tutors::{Column, Entity, TutorProfile, visible};
use crate::{Reader, StoreError, tutor_subjects, users};

/// A profile with what the public card shows beside it.
#[derive(Debug, Clone)]
pub struct TutorCard {
    pub profile: TutorProfile,
    pub first_name: String,
    pub last_name: String,
    /// In the order of the catalogue.
    pub subjects: Vec<Subject>,
}

/// One tutor's card, if the public may see it.
///
/// # Errors
/// The database failed.
pub async fn find_card(reader: &impl Reader, id: Uuid) -> Result<Option<TutorCard>, StoreError> {
    let named = named().filter(Column::Id.eq(id)).filter(visible());
    let card = cards(reader, named).await?.pop();
    Ok(card)
}

/// The cards of the tutors that the public may see among those named, in the order of naming.
///
/// # Errors
/// The database failed.
pub async fn cards_by_ids(
    reader: &impl Reader,
    ids: &[Uuid],
) -> Result<Vec<TutorCard>, StoreError> {
    let named = named()
        .filter(Column::Id.is_in(ids.iter().copied()))
        .filter(visible());
    let mut cards = cards(reader, named).await?;
    cards.sort_by_key(|card| ids.iter().position(|id| *id == card.profile.id));
    Ok(cards)
}

/// The card of a profile that has been read.
///
/// # Errors
/// The database failed.
pub async fn card_of(
    reader: &impl Reader,
    profile: TutorProfile,
) -> Result<Option<TutorCard>, StoreError> {
    let Some(user) = users::find(reader, profile.user_id).await? else {
        return Ok(None);
    };
    let named = Named {
        profile,
        first_name: user.first_name,
        last_name: user.last_name,
    };
    Ok(with_subjects(reader, vec![named]).await?.pop())
}

/// A profile and its owner's name, of one row.
#[derive(Debug)]
pub(crate) struct Named {
    pub profile: TutorProfile,
    pub first_name: String,
    pub last_name: String,
}

impl FromQueryResult for Named {
    fn from_query_result(row: &QueryResult, prefix: &str) -> Result<Self, DbErr> {
        Ok(Self {
            profile: TutorProfile::from_query_result(row, prefix)?,
            first_name: row.try_get(prefix, "first_name")?,
            last_name: row.try_get(prefix, "last_name")?,
        })
    }
}

/// Profiles and their owners' names; reading a page of them costs one statement.
fn named() -> Select<Entity> {
    let owner = Entity::belongs_to(users::Entity)
        .from(Column::UserId)
        .to(users::Column::Id);
    Entity::find()
        .join(JoinType::InnerJoin, owner.into())
        .column(users::Column::FirstName)
        .column(users::Column::LastName)
}

/// The name of the subquery in [`named_of_page`].
pub(crate) const PAGE: &str = "page";

/// As [`named`], those of a page. Which tutors they are is found out first, by their ids: a sort or
/// a filter over all tutors then never touches whole rows and their owners.
pub(crate) fn named_of_page(ids: SelectStatement) -> Select<Entity> {
    // Elsewhere in this file it would make `eq` of a column ambiguous.
    use sea_orm::sea_query::ExprTrait as _;
    let mut named = named();
    let is_there = Expr::col((PAGE, Column::Id)).equals((Entity, Column::Id));
    QueryTrait::query(&mut named).join_subquery(JoinType::InnerJoin, ids, PAGE, is_there);
    named
}

/// The cards of [`named`] profiles, in their order: two statements, however many they are.
pub(crate) async fn cards(
    reader: &impl Reader,
    named: Select<Entity>,
) -> Result<Vec<TutorCard>, StoreError> {
    let named = named.into_model().all(&reader.executor()).await?;
    with_subjects(reader, named).await
}

pub(crate) async fn with_subjects(
    reader: &impl Reader,
    named: Vec<Named>,
) -> Result<Vec<TutorCard>, StoreError> {
    let ids = named.iter().map(|named| named.profile.id).collect();
    let mut taught = tutor_subjects::by_tutor(reader, ids).await?;
    Ok(named
        .into_iter()
        .map(|named| TutorCard {
            subjects: taught.remove(&named.profile.id).unwrap_or_default(),
            first_name: named.first_name,
            last_name: named.last_name,
            profile: named.profile,
        })
        .collect())
}
