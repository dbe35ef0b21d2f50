//! Pages of a list: <https://docs.stripe.com/api/pagination>.

use serde_json::{Value, json};

use crate::{api_error::ApiError, params::Params};

const PAGE: i64 = 10;
const LONGEST_PAGE: i64 = 100;

/// `limit` objects after the one that `starting_after` names.
pub fn render<'a, T>(
    url: &str,
    kind: &str,
    newest_first: impl Iterator<Item = (&'a str, T)>,
    params: &Params<'_>,
    render: impl Fn(T) -> Value,
) -> Result<Value, ApiError> {
    let limit = params
        .integer("limit")?
        .unwrap_or(PAGE)
        .clamp(1, LONGEST_PAGE);
    let limit = usize::try_from(limit).unwrap_or(1);
    let mut rest = newest_first;
    if let Some(after) = params.text("starting_after")? {
        let known = rest.by_ref().any(|(id, _)| id == after);
        if !known {
            return Err(ApiError::unknown_reference(kind, after, "starting_after"));
        }
    }
    let data: Vec<Value> = rest
        .by_ref()
        .take(limit)
        .map(|(_, object)| render(object))
        .collect();
    let has_more = rest.next().is_some();
    Ok(json!({"object": "list", "url": url, "has_more": has_more, "data": data}))
}
