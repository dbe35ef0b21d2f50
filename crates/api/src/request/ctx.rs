//! What every handler has at hand: the state, the clock, the scope of its writes.

use std::future::{Ready, ready};
use std::net::IpAddr;
use std::time::Instant;

use actix_web::dev::Payload;
use actix_web::http::header::HeaderMap;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use domain::account::Principal;
use domain::language::Language;
use persistence::{Actor, Db, Scope, Tx, write};
use serde::Serialize;
use services::{SeenVersion, ServiceError};

use super::answer::Answer;
use super::version::seen_version;
use crate::problem::{Code, Problem};
use crate::state::AppState;

/// The surroundings of a request.
#[derive(Clone)]
pub struct Ctx {
    pub(super) req: HttpRequest,
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

    /// When the request arrived, by the clock that deadlines are measured with.
    #[must_use]
    pub fn arrived(&self) -> Instant {
        crate::middleware::arrival(&self.req).unwrap_or_else(|| self.state.clock.instant())
    }

    /// Where the request comes from, as far as our proxies vouch for it.
    #[must_use]
    pub fn client_address(&self) -> IpAddr {
        crate::middleware::client_address(&self.req)
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

    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        self.req.headers()
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
            // Whoever becomes known by what they write (registering, refreshing) signs it then.
            None => Actor::Command,
        };
        Scope {
            request_id: Some(crate::middleware::request_id(&self.req)),
            recorded_request_id: crate::middleware::recorded_request_id(&self.req),
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

    /// Answers with what was read; 304 if the caller still has it.
    #[must_use]
    pub fn answer<T: Serialize>(&self, answer: &Answer<T>) -> HttpResponse {
        answer.respond(&self.req)
    }
}
