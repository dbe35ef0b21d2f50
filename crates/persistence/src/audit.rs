//! The audit trail: who did what to what, in the transaction of the change itself.

use sea_orm::entity::prelude::*;

use chrono::{DateTime, Utc};

use crate::{Actor, Json, Page, PageRequest, Reader, StoreError, Tx, keyset, rows};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_events")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub at: DateTime<Utc>,
    pub actor_id: Option<Uuid>,
    pub actor_kind: String,
    pub action: String,
    pub object_type: String,
    pub object_id: String,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub before: Option<Json>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub after: Option<Json>,
    pub request_id: Option<String>,
    pub seed_run_id: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

pub use Model as AuditEvent;

/// Something that was done. Never with an e-mail, a phone number or a secret in it.
#[derive(Debug, Clone)]
pub struct Change<'a> {
    /// `booking.confirmed`, `session.ended` …
    pub action: &'a str,
    pub object_type: &'a str,
    pub object_id: String,
    pub before: Option<Json>,
    pub after: Option<Json>,
}

/// # Errors
/// The database failed.
pub async fn record(tx: &Tx, change: Change<'_>) -> Result<(), StoreError> {
    let scope = tx.scope();
    let recorded = scope.recorded_request_id.as_ref();
    let (actor_kind, actor_id) = match scope.actor {
        Actor::User(id) => ("user", Some(id)),
        Actor::Stripe => ("stripe", None),
        Actor::Job => ("job", None),
        Actor::Command => ("command", None),
        Actor::Seed => ("seed", None),
    };
    let row = Model {
        id: tx.new_id(),
        at: tx.now(),
        actor_id,
        actor_kind: actor_kind.into(),
        action: change.action.into(),
        object_type: change.object_type.into(),
        object_id: change.object_id,
        before: change.before,
        after: change.after,
        request_id: recorded.or(scope.request_id.as_ref()).cloned(),
        seed_run_id: tx.seed_run_id(),
    };
    rows::insert::<ActiveModel, _>(tx, row).await
}

/// Which part of the trail to read; `None` asks for all.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    pub actor_id: Option<Uuid>,
    pub action: Option<String>,
    pub object_type: Option<String>,
    pub object_id: Option<String>,
    pub from: Option<DateTime<Utc>>,
    /// Before this.
    pub to: Option<DateTime<Utc>>,
}

/// What was done, newest first.
///
/// # Errors
/// The database failed.
pub async fn list(
    reader: &impl Reader,
    filter: &AuditFilter,
    request: &PageRequest,
) -> Result<Page<AuditEvent>, StoreError> {
    use sea_orm::QueryTrait;
    let filter = filter.clone();
    let select = Entity::find()
        .apply_if(filter.actor_id, |s, id| s.filter(Column::ActorId.eq(id)))
        .apply_if(filter.action, |s, it| s.filter(Column::Action.eq(it)))
        .apply_if(filter.object_type, |s, it| {
            s.filter(Column::ObjectType.eq(it))
        })
        .apply_if(filter.object_id, |s, id| s.filter(Column::ObjectId.eq(id)))
        .apply_if(filter.from, |s, at| s.filter(Column::At.gte(at)))
        .apply_if(filter.to, |s, at| s.filter(Column::At.lt(at)));
    let select = keyset::select_newest!(select, request, At);
    let rows = select.all(&reader.executor()).await?;
    Ok(keyset::page_of!(rows, request, at))
}
