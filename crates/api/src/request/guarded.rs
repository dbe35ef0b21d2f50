//! Who may enter comes before what they bring.

use std::future::Future;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::LocalBoxFuture;
use uuid::Uuid;

use crate::problem::{Code, Problem};

/// A right of entry: checked against the identity, the role and the rows that it loads.
pub trait Entry: Sized + 'static {
    /// # Errors
    /// 401, 403 or 404, in that order.
    fn enter(req: &HttpRequest) -> impl Future<Output = Result<Self, Problem>>;
}

/// First the right of entry, then the rest of the request. Actix asks the arguments of a handler
/// at the same time, so a bad body would be reported to somebody who may not come in at all.
#[derive(Debug)]
pub struct Guarded<E, R>(pub E, pub R);

impl<E, R> FromRequest for Guarded<E, R>
where
    E: Entry,
    R: FromRequest<Error = Problem> + 'static,
{
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let req = req.clone();
        let mut payload = payload.take();
        Box::pin(async move {
            let entry = E::enter(&req).await?;
            let rest = R::from_request(&req, &mut payload).await?;
            Ok(Self(entry, rest))
        })
    }
}

/// Lets entries stand alone in a handler's arguments, of a call that takes nothing else.
macro_rules! from_request_by_entry {
    ($($entry:ty),+ $(,)?) => {$(
        impl actix_web::FromRequest for $entry {
            type Error = $crate::problem::Problem;
            type Future =
                futures_util::future::LocalBoxFuture<'static, Result<Self, Self::Error>>;

            fn from_request(
                req: &actix_web::HttpRequest,
                _: &mut actix_web::dev::Payload,
            ) -> Self::Future {
                let req = req.clone();
                Box::pin(async move {
                    let entry = <Self as $crate::request::Entry>::enter(&req).await?;
                    $crate::request::refuse_params(&req)?;
                    Ok(entry)
                })
            }
        }
    )+};
}
pub(crate) use from_request_by_entry;

/// The id in the path. One that is none belongs to nothing that exists.
///
/// # Errors
/// 404.
pub fn path_id(req: &HttpRequest) -> Result<Uuid, Problem> {
    req.match_info()
        .get("id")
        .and_then(|id| Uuid::parse_str(id).ok())
        .ok_or_else(|| Problem::new(Code::NotFound))
}
