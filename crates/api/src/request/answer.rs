//! Good answers: built by handlers, sent or stored by the context.

use actix_web::http::StatusCode;
use actix_web::http::header::{ContentType, ETAG, LOCATION};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use domain::account::Principal;
use persistence::Tx;
use persistence::idempotency::IdempotencyKey;
use serde::Serialize;
use services::ServiceError;
use sha2::{Digest, Sha256};

use super::version::still_has;

/// A good answer, before it is sent or stored.
#[derive(Debug)]
pub struct Answer<T> {
    status: StatusCode,
    body: Option<T>,
    /// The body as it is sent, where it was needed before.
    json: Option<Bytes>,
    etag: Option<String>,
    location: Option<String>,
}

impl<T: Serialize> Answer<T> {
    #[must_use]
    pub fn ok(body: T) -> Self {
        Self {
            status: StatusCode::OK,
            body: Some(body),
            json: None,
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
        // What can't be written as JSON is found out when it is sent.
        let Ok(json) = serde_json::to_vec(&self.body) else {
            return self;
        };
        let digest: [u8; 32] = Sha256::digest(&json).into();
        let (short, _) = digest.split_at(16);
        Self {
            etag: Some(format!("\"{}\"", hex::encode(short))),
            json: Some(json.into()),
            ..self
        }
    }

    pub(super) fn respond(&self, req: &HttpRequest) -> HttpResponse {
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
        match (&self.json, &self.body) {
            (Some(json), _) => response
                .content_type(ContentType::json())
                .body(json.clone()),
            (None, Some(body)) => response.json(body),
            (None, None) => response.finish(),
        }
    }

    pub(super) fn store(
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
    /// 202: what comes of it is told to nobody here.
    #[must_use]
    pub fn accepted() -> Self {
        Self {
            status: StatusCode::ACCEPTED,
            ..Self::nothing()
        }
    }

    /// 204.
    #[must_use]
    pub fn nothing() -> Self {
        Self {
            status: StatusCode::NO_CONTENT,
            body: None,
            json: None,
            etag: None,
            location: None,
        }
    }
}
