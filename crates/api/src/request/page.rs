//! Lists: how much of one to read, and how it is answered.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::validation::{FieldProblem, Violations};
use persistence::{Cursor, Page, PageRequest};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::problem::Problem;

const DEFAULT_LIMIT: i64 = 20;
const MAX_LIMIT: i64 = 100;

/// A part of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Listing<T: ToSchema> {
    pub items: Vec<T>,
    /// Give it as `cursor` to read on; `null` at the end.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

impl<T: ToSchema> Listing<T> {
    /// A list that is whole.
    #[must_use]
    pub fn whole(items: Vec<T>) -> Self {
        Self {
            items,
            next_cursor: None,
        }
    }
}

impl<T: ToSchema> From<Page<T>> for Listing<T> {
    fn from(page: Page<T>) -> Self {
        Self {
            items: page.items,
            next_cursor: page.next.as_ref().map(encode),
        }
    }
}

/// Which part of a list to read.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageParams {
    /// 1 to 100; 20 if left out.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<i64>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

impl PageParams {
    /// # Errors
    /// As [`page_request`].
    pub fn of(&self, list: &str) -> Result<PageRequest, Problem> {
        page_request(list, self.limit, self.cursor.as_deref())
    }
}

/// The part of the list `list` that `limit` and `cursor` ask for.
///
/// # Errors
/// A limit outside 1 to 100, or a cursor that isn't one of this list and order.
pub fn page_request(
    list: &str,
    limit: Option<i64>,
    cursor: Option<&str>,
) -> Result<PageRequest, Problem> {
    let mut wrong = Violations::default();
    let limit = wrong.take(
        "limit",
        domain::validation::within(limit.unwrap_or(DEFAULT_LIMIT), 1, MAX_LIMIT),
    );
    let after = wrong.take("cursor", cursor.map(|text| decode(list, text)).transpose());
    match (limit, after) {
        (Some(limit), Some(after)) => Ok(PageRequest {
            list: list.to_owned(),
            limit: limit.unsigned_abs(),
            after,
        }),
        _ => Err(Problem::invalid_query(wrong)),
    }
}

/// The name of a list that is narrowed or ordered by `terms`: a page of other terms begins
/// somewhere else.
#[must_use]
pub fn list_by(name: &str, terms: &impl fmt::Debug) -> String {
    let digest: [u8; 32] = Sha256::digest(format!("{terms:?}")).into();
    let short: String = hex::encode(digest).chars().take(16).collect();
    format!("{name}:{short}")
}

fn encode(cursor: &Cursor) -> String {
    let text = format!("{}|{}|{}", cursor.list, cursor.key, cursor.id.simple());
    URL_SAFE_NO_PAD.encode(text)
}

fn decode(list: &str, text: &str) -> Result<Cursor, FieldProblem> {
    read(text)
        .filter(|cursor| cursor.list == list)
        .ok_or(FieldProblem::InvalidFormat {
            expected: "next_cursor",
        })
}

fn read(text: &str) -> Option<Cursor> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
    let (rest, id) = text.rsplit_once('|')?;
    let (list, key) = rest.rsplit_once('|')?;
    Some(Cursor {
        list: list.to_owned(),
        key: key.parse().ok()?,
        id: Uuid::try_parse(id).ok()?,
    })
}
