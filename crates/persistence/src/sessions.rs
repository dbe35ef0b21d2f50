//! Sessions: one sign-in on one device, the family of its refresh tokens.

use chrono::{DateTime, Utc};
use domain::text_enum::TextEnum;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::ExprTrait;

use crate::keyset::newest_first;
use crate::{Page, PageRequest, Reader, StoreError, Stored, Tx, rows, users};

domain::text_enum! {
    /// Why a session is over.
    EndedBecause {
        Logout = "logout",
        /// A refresh token was used twice.
        Replay = "replay",
        PasswordChanged = "password_changed",
        Revoked = "revoked",
        Erased = "erased",
    }
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sessions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub user_id: Uuid,
    pub user_agent: Option<String>,
    pub created_at: DateTime<Utc>,
    pub last_used_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
    pub ended_because: Option<Stored<EndedBecause>>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

pub use Model as Session;

/// # Errors
/// The database failed.
pub async fn insert(tx: &Tx, session: Session) -> Result<(), StoreError> {
    rows::insert::<ActiveModel, _>(tx, session).await
}

/// A session that has not ended, and whose it is.
///
/// # Errors
/// The database failed.
pub async fn find_live(
    reader: &impl Reader,
    id: Uuid,
) -> Result<Option<(Session, users::User)>, StoreError> {
    let Some(session) = Entity::find_by_id(id)
        .filter(Column::EndedAt.is_null())
        .one(&reader.executor())
        .await?
    else {
        return Ok(None);
    };
    let user = users::find(reader, session.user_id).await?;
    Ok(user.map(|user| (session, user)))
}

/// Notes that a session is in use.
///
/// # Errors
/// The database failed.
pub async fn touch(tx: &Tx, id: Uuid) -> Result<(), StoreError> {
    Entity::update_many()
        .col_expr(Column::LastUsedAt, Expr::value(tx.now()))
        .filter(Column::Id.eq(id))
        .exec(&tx.executor())
        .await?;
    Ok(())
}

/// The sessions of a user that have not ended and were used after a time, newest first.
///
/// # Errors
/// The database failed.
pub async fn list_live(
    reader: &impl Reader,
    user_id: Uuid,
    used_after: DateTime<Utc>,
    request: &PageRequest,
) -> Result<Page<Session>, StoreError> {
    let select = Entity::find()
        .filter(Column::UserId.eq(user_id))
        .filter(Column::EndedAt.is_null())
        .filter(Column::LastUsedAt.gt(used_after));
    newest_first!(select, reader, request)
}

/// Ends one session; gives it unless it was over.
///
/// # Errors
/// The database failed.
pub async fn end(tx: &Tx, id: Uuid, because: EndedBecause) -> Result<Vec<Session>, StoreError> {
    end_where(tx, Column::Id.eq(id), because).await
}

/// Ends every session of a user; gives those that were not over.
///
/// # Errors
/// The database failed.
pub async fn end_all(
    tx: &Tx,
    user_id: Uuid,
    because: EndedBecause,
) -> Result<Vec<Session>, StoreError> {
    end_where(tx, Column::UserId.eq(user_id), because).await
}

/// As [`end_all`], without one.
///
/// # Errors
/// The database failed.
pub async fn end_all_but(
    tx: &Tx,
    user_id: Uuid,
    kept: Uuid,
    because: EndedBecause,
) -> Result<Vec<Session>, StoreError> {
    let others = Column::UserId.eq(user_id).and(Column::Id.ne(kept));
    end_where(tx, others, because).await
}

async fn end_where(
    tx: &Tx,
    which: sea_orm::sea_query::SimpleExpr,
    because: EndedBecause,
) -> Result<Vec<Session>, StoreError> {
    let ended = Entity::update_many()
        .col_expr(Column::EndedAt, Expr::value(tx.now()))
        .col_expr(Column::EndedBecause, Expr::value(because.as_str()))
        .filter(which)
        .filter(Column::EndedAt.is_null())
        .exec_with_returning(&tx.executor())
        .await?;
    Ok(ended)
}

/// Deletes sessions, and with them their tokens, that were last used at a time or before, so many
/// at most; tells how many.
///
/// # Errors
/// The database failed.
pub async fn delete_until(tx: &Tx, until: DateTime<Utc>, limit: u64) -> Result<u64, StoreError> {
    rows::delete_until::<Entity>(tx, (Column::Id, Column::LastUsedAt), until, limit).await
}
