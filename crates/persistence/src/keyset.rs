//! Keyset paging: a page begins after the last row of the one before it, wherever that row's
//! neighbours have gone meanwhile.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait, SimpleExpr};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use uuid::Uuid;

/// Where a page ended: the sort key of its last row, and the row's id to break ties.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// Which list and which order it belongs to; a cursor of another one is refused.
    pub list: String,
    /// The key itself, or a time in microseconds.
    pub key: i64,
    pub id: Uuid,
}

/// Which part of a list to read.
#[derive(Debug, Clone)]
pub struct PageRequest {
    /// The name of the list with its order and its filters, for the cursor of the next page.
    pub list: String,
    /// 1 to 100.
    pub limit: u64,
    pub after: Option<Cursor>,
}

/// A part of a list.
#[derive(Debug, Clone)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Where the next part begins; none at the end of the list.
    pub next: Option<Cursor>,
}

impl<T> Page<T> {
    /// Cuts off the one row more than `limit` that was read to see whether there is a next page.
    pub(crate) fn cut(
        mut rows: Vec<T>,
        request: &PageRequest,
        key_of: impl Fn(&T) -> (i64, Uuid),
    ) -> Self {
        let limit = usize::try_from(request.limit).unwrap_or(usize::MAX);
        let has_more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| has_more).map(|row| {
            let (key, id) = key_of(row);
            Cursor {
                list: request.list.clone(),
                key,
                id,
            }
        });
        Self { items: rows, next }
    }

    /// The same page of other things, one for each.
    #[must_use]
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(f).collect(),
            next: self.next,
        }
    }
}

/// Which way a list runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    Ascending,
    Descending,
}

impl Direction {
    pub(crate) fn order(self) -> sea_orm::Order {
        match self {
            Self::Ascending => sea_orm::Order::Asc,
            Self::Descending => sea_orm::Order::Desc,
        }
    }
}

/// The rows after `(key, id)`.
pub(crate) fn after(
    key: impl Into<SimpleExpr>,
    id: impl Into<SimpleExpr>,
    direction: Direction,
    bound: impl Into<sea_orm::Value>,
    bound_id: Uuid,
) -> SimpleExpr {
    // Rows compare from left to right, and both databases find them so in an index.
    let row = Expr::tuple([key.into(), id.into()]);
    let bound = Expr::tuple([Expr::val(bound), Expr::val(bound_id)]);
    match direction {
        Direction::Ascending => row.gt(bound),
        Direction::Descending => row.lt(bound),
    }
}

/// So many rows after one of them, oldest first by a time and an id: how a backlog is worked off.
pub(crate) fn oldest_first<E: EntityTrait>(
    select: Select<E>,
    (time, id): (E::Column, E::Column),
    after_row: Option<(DateTime<Utc>, Uuid)>,
    limit: u64,
) -> Select<E> {
    let select = select.order_by_asc(time).order_by_asc(id).limit(limit);
    match after_row {
        Some((bound, bound_id)) => {
            let (time, id) = (
                Expr::col(time.as_column_ref()),
                Expr::col(id.as_column_ref()),
            );
            select.filter(after(time, id, Direction::Ascending, bound, bound_id))
        }
        None => select,
    }
}

/// A time as a cursor carries it.
pub(crate) fn micros(at: DateTime<Utc>) -> i64 {
    at.timestamp_micros()
}

/// 9999-12-31T23:59:59.999999Z
const LAST_MICROS: i64 = 253_402_300_799_999_999;

/// The time that a cursor carries. One from beyond the years that both databases know is nobody's
/// but a forger's, and begins at their end.
pub(crate) fn from_micros(key: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(key.clamp(0, LAST_MICROS)).unwrap_or_default()
}

/// Selects one page of an entity's rows, and one row more, by `created_at` or another time, and `id`,
/// newest first.
macro_rules! select_newest {
    ($select:expr, $request:expr) => {
        $crate::keyset::select_newest!($select, $request, CreatedAt)
    };
    ($select:expr, $request:expr, $time:ident) => {{
        use sea_orm::{QueryFilter, QueryOrder, QuerySelect};
        let mut select = $select
            .order_by_desc(Column::$time)
            .order_by_desc(Column::Id)
            .limit($request.limit + 1);
        if let Some(cursor) = &$request.after {
            select = select.filter($crate::keyset::after(
                sea_orm::sea_query::Expr::col((Entity, Column::$time)),
                sea_orm::sea_query::Expr::col((Entity, Column::Id)),
                $crate::keyset::Direction::Descending,
                $crate::keyset::from_micros(cursor.key),
                cursor.id,
            ));
        }
        select
    }};
}
pub(crate) use select_newest;

/// The page that rows selected by [`select_newest`] are.
macro_rules! page_of {
    ($rows:expr, $request:expr) => {
        $crate::keyset::page_of!($rows, $request, created_at)
    };
    ($rows:expr, $request:expr, $time:ident) => {
        $crate::Page::cut($rows, $request, |row| {
            ($crate::keyset::micros(row.$time), row.id)
        })
    };
}
pub(crate) use page_of;

/// Pages an entity's rows by `created_at` and `id`, newest first.
macro_rules! newest_first {
    ($select:expr, $reader:expr, $request:expr) => {{
        let select = $crate::keyset::select_newest!($select, $request);
        let rows = select.all(&$reader.executor()).await?;
        Ok($crate::keyset::page_of!(rows, $request))
    }};
}
pub(crate) use newest_first;
