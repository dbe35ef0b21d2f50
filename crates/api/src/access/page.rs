//! `docs/access.md`: the table of `domain::access` beside the paths of the OpenAPI document.

use std::fmt::Write as _;

use domain::access::{Right, right_of};
use domain::account::Role;
use domain::text_enum::TextEnum;
use utoipa::openapi::path::{Operation, PathItem};

use crate::openapi;
use crate::routes::BASE;

const HEAD: &str = "\
# Who may do what

Written by `just access` from the table of `domain::access`, which the extractors and the OpenAPI
document read too; `tests/access` calls every operation as everybody and holds the answers against it.

- **yes**: there is no particular thing, or it is the caller's by itself (`/me/…`)
- **own**: the caller's own; **party**: one between the caller and somebody else (a booking, an
  application on the caller's order); **visible**: one that is shown to the role; **any**: each there is
- **–**: never; 401 without a token, 403 with one

A thing that isn't near enough is 404, as if there were none. To apply, a tutor needs a profile besides
(403 without). Stripe's webhook is let in by its signature alone. An administrator has no part in the
trade: no orders, bids or bookings.

| call | operation | nobody | student | tutor | admin |
|---|---|---|---|---|---|
";

/// The page as it is kept.
#[must_use]
pub fn page() -> String {
    let mut page = HEAD.to_owned();
    for (path, item) in &openapi::document().paths.paths {
        let path = path.strip_prefix(BASE).unwrap_or(path);
        for (method, operation) in operations(item) {
            let id = operation.operation_id.as_deref().unwrap_or_default();
            let cells = callers().map(|role| cell(right_of(id), role, path));
            // Writing to a string can't fail.
            let _ = writeln!(
                page,
                "| {method} `{path}` | `{id}` | {} |",
                cells.join(" | ")
            );
        }
    }
    page
}

fn callers() -> [Option<Role>; 4] {
    [
        None,
        Some(Role::Student),
        Some(Role::Tutor),
        Some(Role::Admin),
    ]
}

fn cell(right: Option<Right>, role: Option<Role>, path: &str) -> &'static str {
    match right.and_then(|right| right.asks_of(role)) {
        None => "–",
        Some(_) if !path.contains('{') => "yes",
        Some(tie) => tie.as_str(),
    }
}

fn operations(item: &PathItem) -> impl Iterator<Item = (&'static str, &Operation)> {
    let all = [
        ("GET", &item.get),
        ("POST", &item.post),
        ("PUT", &item.put),
        ("PATCH", &item.patch),
        ("DELETE", &item.delete),
    ];
    let known = all.into_iter();
    known.filter_map(|(method, operation)| Some((method, operation.as_ref()?)))
}
