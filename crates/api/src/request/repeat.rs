//! Repeated requests: an `Idempotency-Key` commits with the work, and who asks again gets the stored
//! answer.

use actix_web::http::StatusCode;
use actix_web::http::header::{ETAG, LOCATION};
use actix_web::{HttpMessage, HttpResponse};
use domain::account::Principal;
use domain::validation::FieldProblem;
use persistence::idempotency::{self, IdempotencyKey};
use persistence::{StoreError, Tx, TxError, write};
use serde::Serialize;
use services::ServiceError;
use services::retention::ANSWERS_KEPT;
use sha2::{Digest, Sha256};

use super::answer::Answer;
use super::body::BodyHash;
use super::ctx::Ctx;
use crate::problem::{Code, Problem};

impl Ctx {
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
            match claim(tx, user, &key, &fingerprint).await? {
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
            && self.now() - stored.created_at < ANSWERS_KEPT
        {
            return replay_of(&stored, &fingerprint);
        }
        let answer = work.await?;
        let faster_twin = self
            .write(async |tx| {
                let claimed = claim(tx, user, &key, &fingerprint).await?;
                if claimed.is_none() {
                    let stored = answer.store(tx, user, &key, &fingerprint)?;
                    idempotency::answer(tx, stored).await?;
                }
                Ok(claimed)
            })
            .await?;
        match faster_twin {
            None => Ok(answer.respond(&self.req)),
            Some(twin) => replay_of(&twin, &fingerprint),
        }
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
}

async fn claim(
    tx: &Tx,
    user: Principal,
    key: &str,
    fingerprint: &[u8],
) -> Result<Option<IdempotencyKey>, StoreError> {
    let stored = idempotency::claim(tx, user.user_id, key, fingerprint).await?;
    match stored {
        Some(stored) if tx.now() - stored.created_at >= ANSWERS_KEPT => {
            idempotency::forget(tx, user.user_id, key).await?;
            idempotency::claim(tx, user.user_id, key, fingerprint).await
        }
        stored => Ok(stored),
    }
}

/// The stored answer, if it is one to this request.
fn replay_of(stored: &IdempotencyKey, fingerprint: &[u8]) -> Result<HttpResponse, Problem> {
    if stored.fingerprint == fingerprint {
        Ok(replay(stored))
    } else {
        Err(Problem::new(Code::IdempotencyMismatch))
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

impl From<ServiceError> for Once {
    fn from(error: ServiceError) -> Self {
        Self::Service(error)
    }
}

impl From<StoreError> for Once {
    /// Who waits too long for a key waits for the request that holds it: on PostgreSQL as they claim
    /// it, on SQLite, where one writes at a time, as their transaction begins.
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Locked(_) => Self::TwinAtWork,
            error => Self::Service(error.into()),
        }
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
