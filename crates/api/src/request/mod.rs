//! What a request is made of, read strictly and refused in the order of the contract: 401, 403,
//! 404, then 413, 415 and 400, then 422.

mod answer;
mod body;
mod ctx;
mod guarded;
mod json;
mod page;
mod query;
mod repeat;
mod strict;
mod version;

pub use answer::Answer;
pub use body::{Body, BodyAndParams, EmptyBody, NoBody, RawBody};
pub use ctx::Ctx;
pub use guarded::{Entry, Guarded, path_id};
pub use page::{Listing, PageParams, list_by, page_request};
pub use query::{NoParams, QueryParams};
pub use strict::{Object, given};
pub use version::seen_version;

pub(crate) use guarded::from_request_by_entry;
pub(crate) use query::refuse_params;
