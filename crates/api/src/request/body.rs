//! Bodies: bounded, JSON, an object, and nothing in it that we don't know.

use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web::{Bytes, BytesMut};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use domain::validation::{FieldProblem, Violations};
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use timing::within;

use super::ctx::Ctx;
use super::query::{QueryParams, refuse_params};
use super::{json, strict};
use crate::problem::{Code, Problem};

/// The largest body of an ordinary call.
const MAX_BYTES: usize = 256 * 1024;
/// Stripe's events are larger.
const MAX_RAW_BYTES: usize = 1024 * 1024;

/// How long a body may take to arrive: one that drips holds a connection for nothing.
const PATIENCE: Duration = Duration::from_secs(10);

/// The hash of the body that was read, for the fingerprint of an idempotency key.
#[derive(Debug, Clone, Copy)]
pub(super) struct BodyHash(pub(super) [u8; 32]);

/// A JSON object, read strictly, of a call that takes no query parameters. With `T: Default` an action may also come with an empty body.
#[derive(Debug)]
pub struct Body<T>(pub T);

/// An action that takes nothing: an empty body or an empty object.
#[derive(Debug, Clone, Copy, Default, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({}))]
pub struct NoBody {}

/// The bytes as they came: a signature is over them.
#[derive(Debug)]
pub struct RawBody(pub Bytes);

impl FromRequest for RawBody {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (ctx, payload) = (Ctx::of(req), payload.take());
        Box::pin(async move { collect(&ctx?, payload, MAX_RAW_BYTES).await.map(RawBody) })
    }
}

/// Where an empty body is as good as `{}`.
pub trait EmptyBody {
    /// Whether it is.
    const ALLOWED: bool = false;
}

impl EmptyBody for NoBody {
    const ALLOWED: bool = true;
}

impl<T: DeserializeOwned + EmptyBody + 'static> FromRequest for Body<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (req, payload) = (req.clone(), payload.take());
        Box::pin(async move {
            let body = read(&req, payload).await?;
            refuse_params(&req)?;
            Ok(Self(body))
        })
    }
}

/// As [`Body`], of a call that takes query parameters as well.
#[derive(Debug)]
pub struct BodyAndParams<T, P>(pub T, pub P);

impl<T, P> FromRequest for BodyAndParams<T, P>
where
    T: DeserializeOwned + EmptyBody + 'static,
    P: DeserializeOwned + 'static,
{
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (req, payload) = (req.clone(), payload.take());
        Box::pin(async move {
            let body = read(&req, payload).await?;
            let QueryParams(params) = QueryParams::extract(&req).await?;
            Ok(Self(body, params))
        })
    }
}

async fn read<T: DeserializeOwned + EmptyBody>(
    req: &HttpRequest,
    payload: Payload,
) -> Result<T, Problem> {
    let bytes = collect(&Ctx::of(req)?, payload, MAX_BYTES).await?;
    req.extensions_mut()
        .insert(BodyHash(Sha256::digest(&bytes).into()));
    if bytes.is_empty() {
        // Nothing has no type to be wrong.
        let nothing: &[u8] = if T::ALLOWED { b"{}" } else { b"" };
        parse(nothing)
    } else {
        check_media_type(req)?;
        parse(&bytes)
    }
}

/// The whole body, if it comes in time.
async fn collect(ctx: &Ctx, payload: Payload, max: usize) -> Result<Bytes, Problem> {
    let clock = ctx.state.clock.as_ref();
    let deadline = clock.instant() + PATIENCE;
    let collected = within(clock, deadline, collect_bytes(payload, max)).await;
    collected.unwrap_or_else(|| Err(Problem::new(Code::RequestTimeout)))
}

async fn collect_bytes(mut payload: Payload, max: usize) -> Result<Bytes, Problem> {
    let mut bytes = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| Problem::new(Code::MalformedRequest))?;
        if bytes.len() + chunk.len() > max {
            return Err(Problem::new(Code::PayloadTooLarge));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.freeze())
}

fn check_media_type(req: &HttpRequest) -> Result<(), Problem> {
    let given = |name| {
        let value = req.headers().get(name).map(header::HeaderValue::to_str);
        value.and_then(Result::ok).unwrap_or_default()
    };
    let essence = given(header::CONTENT_TYPE).split(';').next();
    let is_json = essence.is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"));
    // A compressed body would be read as garbled JSON (RFC 9110, section 8.4).
    let is_plain = !req.headers().contains_key(header::CONTENT_ENCODING)
        || given(header::CONTENT_ENCODING).eq_ignore_ascii_case("identity");
    if is_json && is_plain {
        Ok(())
    } else {
        Err(Problem::new(Code::UnsupportedMediaType))
    }
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let value = json::read(bytes)?;
    // Serde would read an array as the fields of a struct in their order.
    if !value.is_object() {
        let expected = "object".to_owned();
        return Err(Violations::one("", FieldProblem::InvalidType { expected }).into());
    }
    serde_path_to_error::deserialize(value)
        .map_err(|error| strict::violation(error.path(), &error.inner().to_string(), "/").into())
}
