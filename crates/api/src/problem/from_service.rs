//! What each error of a use case is to a caller. One match, no wildcard: a new error does not
//! compile until it has a place here.

use payments::ProviderError;
use persistence::{StoreError, TxError};
use services::ServiceError;

use super::{Code, Problem};

impl From<ServiceError> for Problem {
    fn from(error: ServiceError) -> Self {
        match error {
            ServiceError::Invalid(violations) => violations.into(),
            ServiceError::NotFound => Self::new(Code::NotFound),
            ServiceError::Forbidden => Self::new(Code::Forbidden),
            ServiceError::Unauthenticated => Self::new(Code::Unauthenticated),
            ServiceError::InvalidCredentials => Self::new(Code::InvalidCredentials),
            ServiceError::RateLimited {
                retry_after_seconds,
            } => Self::new(Code::RateLimited).retry_after(retry_after_seconds),
            ServiceError::Overloaded {
                retry_after_seconds,
            } => Self::new(Code::Unavailable).retry_after(retry_after_seconds),
            ServiceError::InvalidState(refused) => Self {
                refused: Some(Box::new(refused)),
                ..Self::new(Code::InvalidState)
            },
            ServiceError::Gone => Self::new(Code::Gone),
            ServiceError::AlreadyExists => Self::new(Code::AlreadyExists),
            ServiceError::Conflict => Self::new(Code::Conflict).retry_after(1),
            ServiceError::PreconditionRequired => Self::new(Code::PreconditionRequired),
            ServiceError::PreconditionFailed => Self::new(Code::PreconditionFailed),
            ServiceError::Provider(error) => error.into(),
            ServiceError::Model(error) => Self {
                cause: Some(std::rc::Rc::new(error)),
                ..Self::new(Code::UpstreamFailed)
            },
            ServiceError::Mail(error) => Self {
                cause: Some(std::rc::Rc::new(error)),
                ..Self::new(Code::UpstreamFailed)
            },
            ServiceError::Store(error) => error.into(),
            ServiceError::Internal(_) => Self::internal(error),
        }
    }
}

impl From<ProviderError> for Problem {
    fn from(error: ProviderError) -> Self {
        match error {
            ProviderError::Unavailable { retry_after } => Self {
                retry_after: Some(retry_after.as_secs().max(1)),
                cause: Some(std::rc::Rc::new(error)),
                ..Self::new(Code::Unavailable)
            },
            ProviderError::Refused { .. } => Self {
                cause: Some(std::rc::Rc::new(error)),
                ..Self::new(Code::UpstreamFailed)
            },
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::SlotTaken => Self::new(Code::Conflict),
            StoreError::Locked(_) | StoreError::Busy(_) | StoreError::Serialization(_) => Self {
                cause: Some(std::rc::Rc::new(error)),
                ..Self::new(Code::Unavailable).retry_after(1)
            },
            StoreError::Corrupt(_) | StoreError::Other(_) => Self::internal(error),
        }
    }
}

impl TxError for Problem {
    /// A problem keeps no database error to look at; use cases are retried before they become one.
    fn store_error(&self) -> Option<&StoreError> {
        None
    }
}
