//! What a use case can answer other than its result.

use domain::text_enum::InvalidState;
use domain::validation::{FieldProblem, Violations};
use payments::ProviderError;
use persistence::{StoreError, TxError};

/// One enum for all use cases; `api` turns it into problem documents in one place.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    #[error(transparent)]
    Invalid(#[from] Violations),
    /// It does not exist, or the caller may not know that it does.
    #[error("not found")]
    NotFound,
    #[error("the caller may not do this")]
    Forbidden,
    #[error("the session is over or unknown")]
    Unauthenticated,
    #[error("wrong e-mail or password")]
    InvalidCredentials,
    #[error("too many tries")]
    RateLimited { retry_after_seconds: u64 },
    /// The machine has more to do than it bears; nothing was looked at.
    #[error("too much is waiting already")]
    Overloaded { retry_after_seconds: u64 },
    #[error("the state {} does not allow this", .0.state)]
    InvalidState(InvalidState),
    /// It was good once, or never; it isn't now.
    #[error("it is used or too old")]
    Gone,
    #[error("it exists already")]
    AlreadyExists,
    /// Something else is going on with it; trying later may work.
    #[error("it is busy")]
    Conflict,
    /// The caller must say which version they mean to change.
    #[error("no version was named")]
    PreconditionRequired,
    /// The caller has seen an older version.
    #[error("it has changed since")]
    PreconditionFailed,
    #[error("the payment provider failed")]
    Provider(#[from] ProviderError),
    /// Only jobs fail by it: a match does without.
    #[error("the language model failed")]
    Model(#[from] ml::Cause),
    /// Only jobs fail by it.
    #[error("a letter was not sent")]
    Mail(#[from] mailer::MailError),
    #[error("the database failed")]
    Store(#[from] StoreError),
    /// Neither the caller's fault nor the database's.
    #[error("{0}")]
    Internal(&'static str),
}

impl ServiceError {
    /// Whether the same work would fail again, however often it is tried.
    #[must_use]
    pub(crate) fn is_for_good(&self) -> bool {
        matches!(self, Self::Mail(refused) if refused.is_for_good())
    }
}

impl From<InvalidState> for ServiceError {
    fn from(refused: InvalidState) -> Self {
        Self::InvalidState(refused)
    }
}

impl TxError for ServiceError {
    fn store_error(&self) -> Option<&StoreError> {
        match self {
            Self::Store(error) => Some(error),
            _ => None,
        }
    }
}

/// The error of a field that names something that doesn't exist.
pub(crate) fn unknown(pointer: impl Into<String>) -> ServiceError {
    Violations::one(pointer, FieldProblem::Unknown).into()
}

/// Both are looked at before either is reported, so that one answer names all that is wrong.
pub(crate) fn all_or_wrong<T, U>(
    terms: Result<T, Violations>,
    looked_up: Result<U, ServiceError>,
) -> Result<(T, U), ServiceError> {
    match (terms, looked_up) {
        (Ok(terms), Ok(looked_up)) => Ok((terms, looked_up)),
        (Err(mut wrong), Err(ServiceError::Invalid(also))) => {
            wrong.0.extend(also.0);
            Err(wrong.into())
        }
        (Err(wrong), _) => Err(wrong.into()),
        (_, Err(error)) => Err(error),
    }
}

/// Which version of a thing the caller has seen and means to change (RFC 9110, `If-Match`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SeenVersion {
    /// None was named.
    Unnamed,
    /// Whatever it is now.
    Any,
    /// One of these; of none, if no version ever had the tags that were named.
    OneOf(Vec<i64>),
}

impl SeenVersion {
    /// As [`Self::check`], for a call that asks for no version but respects one that is named.
    pub(crate) fn check_if_named(&self, current: i64) -> Result<(), ServiceError> {
        match self {
            Self::Unnamed => Ok(()),
            named => named.check(current),
        }
    }

    /// Refuses the change of a version that the caller has not seen.
    pub(crate) fn check(&self, current: i64) -> Result<(), ServiceError> {
        match self {
            Self::Unnamed => Err(ServiceError::PreconditionRequired),
            Self::OneOf(seen) if !seen.contains(&current) => Err(ServiceError::PreconditionFailed),
            Self::Any | Self::OneOf(_) => Ok(()),
        }
    }
}
