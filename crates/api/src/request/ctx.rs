//! What every handler has at hand: the state, the clock, the scope of its writes, and the answer.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{ETAG, LOCATION};
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse};
use chrono::{DateTime, TimeDelta, Utc};
use domain::account::Principal;
use domain::language::Language;
use domain::validation::FieldProblem;
use persistence::idempotency::{self, IdempotencyKey};
use persistence::{Actor, Db, Scope, StoreError, Tx, TxError, write};
use serde::Serialize;
use services::{SeenVersion, ServiceError};
use sha2::{Digest, Sha256};

use super::body::BodyHash;
use super::version::{seen_version, still_has};
use crate::problem::{Code, Problem};
use crate::state::AppState;

/// How long the answer to a request with an idempotency key is kept.
const KEPT: TimeDelta = TimeDelta::hours(24);

/// The surroundings of a request.
#[derive(Clone)]
pub struct Ctx {
    req: HttpRequest,
    pub state: Data<AppState>,
}

impl FromRequest for Ctx {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(req))
    }
}

impl Ctx {
    /// # Errors
    /// 500 if the application was put together without its state.
    pub fn of(req: &HttpRequest) -> Result<Self, Problem> {
        let state = req
            .app_data::<Data<AppState>>()
            .cloned()
            .ok_or_else(|| Problem::new(Code::Internal))?;
        Ok(Self {
            req: req.clone(),
            state,
        })
    }

    #[must_use]
    pub fn db(&self) -> &Db {
        &self.state.db
    }

    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.state.clock.now()
    }

    #[must_use]
    pub fn language(&self) -> Language {
        crate::middleware::language(&self.req)
    }

    /// Who is signed in, if anybody.
    #[must_use]
    pub fn principal(&self) -> Option<Principal> {
        self.req.extensions().get::<Principal>().copied()
    }

    #[must_use]
    pub fn user_agent(&self) -> Option<&str> {
        self.req
            .headers()
            .get(actix_web::http::header::USER_AGENT)?
            .to_str()
            .ok()
    }

    /// The version that a change is meant for.
    #[must_use]
    pub fn seen_version(&self) -> SeenVersion {
        seen_version(&self.req)
    }

    /// When, for whom and on which request something is written.
    #[must_use]
    pub fn scope(&self) -> Scope {
        let actor = match self.principal() {
            Some(who) => Actor::User(who.user_id),
            None => Actor::Command,
        };
        Scope {
            request_id: Some(crate::middleware::request_id(&self.req)),
            ..Scope::new(self.now(), actor)
        }
    }

    /// Runs a use case in a transaction.
    ///
    /// # Errors
    /// Those of the use case.
    pub async fn write<T>(
        &self,
        work: impl AsyncFn(&mut Tx) -> Result<T, ServiceError>,
    ) -> Result<T, Problem> {
        Ok(write(self.db(), &self.scope(), work).await?)
    }

    /// Runs a use case once for each `Idempotency-Key`: the key commits with the work, and who
    /// repeats the request gets the stored answer.
    ///
    /// # Errors
    /// Those of the use case, which leave no key; 422 for a key of another request; 409 if a twin
    /// is still at work.
    pub async fn write_once<T: Serialize>(
        &self,
        work: impl AsyncFn(&mut Tx) -> Result<Answer<T>, ServiceError>,
    ) -> Result<HttpResponse, Problem> {
        let Some((user, key)) = self.principal().zip(self.idempotency_key()?) else {
            return Ok(self.write(work).await?.respond(&self.req));
        };
        let fingerprint = self.fingerprint();
        let scope = self.scope();
        let done = write(self.db(), &scope, async |tx| {
            match claim(tx, user, &key, &fingerprint)
                .await
                .map_err(twin_at_work)?
            {
                Some(stored) if stored.fingerprint != fingerprint => Err(Once::Mismatch),
                Some(stored) => Ok(replay(&stored)),
                None => {
                    let answer = work(tx).await?;
                    let stored = answer.store(tx, user, &key, &fingerprint)?;
                    idempotency::answer(tx, stored).await?;
                    Ok(answer.respond(&self.req))
                }
            }
        })
        .await;
        done.map_err(|refused| match refused {
            Once::Mismatch => Problem::new(Code::IdempotencyMismatch),
            Once::TwinAtWork => Problem::new(Code::Conflict).retry_after(1),
            Once::Service(error) => error.into(),
        })
    }

    /// As [`Self::write_once`], for a use case that calls a provider between transactions of its
    /// own, and gives the same again by itself: the answer is stored after it.
    ///
    /// # Errors
    /// Those of the use case, which leave no key; 422 for a key of another request.
    pub async fn call_once<T: Serialize>(
        &self,
        work: impl Future<Output = Result<Answer<T>, ServiceError>>,
    ) -> Result<HttpResponse, Problem> {
        let Some((user, key)) = self.principal().zip(self.idempotency_key()?) else {
            return Ok(work.await?.respond(&self.req));
        };
        let fingerprint = self.fingerprint();
        if let Some(stored) = idempotency::find(self.db(), user.user_id, &key).await?
            && self.now() - stored.created_at < KEPT
        {
            return if stored.fingerprint == fingerprint {
                Ok(replay(&stored))
            } else {
                Err(Problem::new(Code::IdempotencyMismatch))
            };
        }
        let answer = work.await?;
        self.write(async |tx| {
            // A twin that was faster has stored the same.
            if claim(tx, user, &key, &fingerprint).await?.is_none() {
                let stored = answer.store(tx, user, &key, &fingerprint)?;
                idempotency::answer(tx, stored).await?;
            }
            Ok(())
        })
        .await?;
        Ok(answer.respond(&self.req))
    }

    fn idempotency_key(&self) -> Result<Option<String>, Problem> {
        let Some(value) = self.req.headers().get("idempotency-key") else {
            return Ok(None);
        };
        let is_key = |key: &&str| {
            (1..=255).contains(&key.len()) && key.bytes().all(|b| (0x20..0x7f).contains(&b))
        };
        match value.to_str().ok().filter(is_key) {
            Some(key) => Ok(Some(key.to_owned())),
            None => Err(Problem::invalid_parameter(
                "Idempotency-Key",
                FieldProblem::InvalidFormat {
                    expected: "1 to 255 printable ASCII characters",
                },
            )),
        }
    }

    fn fingerprint(&self) -> Vec<u8> {
        let mut hash = Sha256::new();
        for part in [self.req.method().as_str(), "\0", self.req.path(), "\0"] {
            hash.update(part.as_bytes());
        }
        if let Some(body) = self.req.extensions().get::<BodyHash>() {
            hash.update(body.0);
        }
        hash.finalize().to_vec()
    }

    /// Answers with what was read; 304 if the caller still has it.
    #[must_use]
    pub fn answer<T: Serialize>(&self, answer: &Answer<T>) -> HttpResponse {
        answer.respond(&self.req)
    }
}

async fn claim(
    tx: &Tx,
    user: Principal,
    key: &str,
    fingerprint: &[u8],
) -> Result<Option<IdempotencyKey>, StoreError> {
    let stored = idempotency::claim(tx, user.user_id, key, fingerprint).await?;
    match stored {
        Some(stored) if tx.now() - stored.created_at >= KEPT => {
            idempotency::forget(tx, user.user_id, key).await?;
            idempotency::claim(tx, user.user_id, key, fingerprint).await
        }
        stored => Ok(stored),
    }
}

fn replay(stored: &IdempotencyKey) -> HttpResponse {
    let status = stored
        .status
        .and_then(|status| u16::try_from(status).ok())
        .and_then(|status| StatusCode::from_u16(status).ok())
        .unwrap_or(StatusCode::OK);
    let mut response = HttpResponse::build(status);
    response.insert_header(("idempotency-replayed", "true"));
    for (name, value) in [(ETAG, &stored.etag), (LOCATION, &stored.location)] {
        if let Some(value) = value {
            response.insert_header((name, value.clone()));
        }
    }
    match &stored.body {
        Some(body) => response.content_type("application/json").body(body.clone()),
        None => response.finish(),
    }
}

/// The errors of a write under a key.
enum Once {
    Service(ServiceError),
    Mismatch,
    TwinAtWork,
}

/// Who waits too long for a key waits for the request that holds it.
fn twin_at_work(error: StoreError) -> Once {
    match error {
        StoreError::Busy(_) => Once::TwinAtWork,
        error => Once::Service(error.into()),
    }
}

impl From<ServiceError> for Once {
    fn from(error: ServiceError) -> Self {
        Self::Service(error)
    }
}

impl From<StoreError> for Once {
    fn from(error: StoreError) -> Self {
        Self::Service(error.into())
    }
}

impl TxError for Once {
    fn store_error(&self) -> Option<&StoreError> {
        match self {
            Self::Service(error) => error.store_error(),
            Self::Mismatch | Self::TwinAtWork => None,
        }
    }
}

/// A good answer, before it is sent or stored.
#[derive(Debug)]
pub struct Answer<T> {
    status: StatusCode,
    body: Option<T>,
    etag: Option<String>,
    location: Option<String>,
}

impl<T: Serialize> Answer<T> {
    #[must_use]
    pub fn ok(body: T) -> Self {
        Self {
            status: StatusCode::OK,
            body: Some(body),
            etag: None,
            location: None,
        }
    }

    /// 201, and where the new thing is.
    #[must_use]
    pub fn created(body: T, location: String) -> Self {
        Self {
            status: StatusCode::CREATED,
            location: Some(location),
            ..Self::ok(body)
        }
    }

    /// This answer as that to the making of what it shows.
    #[must_use]
    pub fn created_at(self, location: String) -> Self {
        Self {
            status: StatusCode::CREATED,
            location: Some(location),
            ..self
        }
    }

    /// 201 for a thing that has no address of its own.
    #[must_use]
    pub fn created_here(body: T) -> Self {
        Self {
            status: StatusCode::CREATED,
            ..Self::ok(body)
        }
    }

    /// Tagged with the version of its row.
    #[must_use]
    pub fn version(self, version: i64) -> Self {
        Self {
            etag: Some(format!("\"{version}\"")),
            ..self
        }
    }

    /// Tagged with a hash of its body: what it shows comes from several rows.
    #[must_use]
    pub fn hashed(self) -> Self {
        let json = serde_json::to_vec(&self.body).unwrap_or_default();
        let digest: [u8; 32] = Sha256::digest(json).into();
        let short: String = hex::encode(digest).chars().take(32).collect();
        Self {
            etag: Some(format!("\"{short}\"")),
            ..self
        }
    }

    fn respond(&self, req: &HttpRequest) -> HttpResponse {
        let is_read = req.method() == actix_web::http::Method::GET;
        if let Some(etag) = self
            .etag
            .as_deref()
            .filter(|etag| is_read && still_has(req, etag))
        {
            return HttpResponse::NotModified()
                .insert_header((ETAG, etag))
                .finish();
        }
        let mut response = HttpResponse::build(self.status);
        for (name, value) in [(ETAG, &self.etag), (LOCATION, &self.location)] {
            if let Some(value) = value {
                response.insert_header((name, value.clone()));
            }
        }
        match &self.body {
            Some(body) => response.json(body),
            None => response.finish(),
        }
    }

    fn store(
        &self,
        tx: &Tx,
        user: Principal,
        key: &str,
        fingerprint: &[u8],
    ) -> Result<IdempotencyKey, ServiceError> {
        let body = self
            .body
            .as_ref()
            .map(serde_json::to_string)
            .transpose()
            .map_err(|_| ServiceError::Internal("an answer could not be stored"))?;
        Ok(IdempotencyKey {
            user_id: user.user_id,
            key: key.to_owned(),
            fingerprint: fingerprint.to_vec(),
            status: Some(i64::from(self.status.as_u16())),
            body,
            etag: self.etag.clone(),
            location: self.location.clone(),
            created_at: tx.now(),
        })
    }
}

impl Answer<()> {
    /// 204.
    #[must_use]
    pub fn nothing() -> Self {
        Self {
            status: StatusCode::NO_CONTENT,
            body: None,
            etag: None,
            location: None,
        }
    }
}
