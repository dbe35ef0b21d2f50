//! Why a call brought nothing, as far as it decides what to do next.
//!
//! Carries nothing of what was sent or answered: neither a prompt nor a key can reach a log by it.
//! Source: <https://platform.openai.com/docs/guides/error-codes>.

use std::time::Duration;

use timing::{Again, TryError};

use crate::degraded::Degraded;

/// What went wrong with a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Cause {
    /// Not answered in time; `cut_short` if the caller had less time than a call is granted.
    #[error("timeout")]
    Timeout { cut_short: bool },
    /// Refused, reset, not found, or cut off in the middle.
    #[error("connection")]
    Connection,
    #[error("rate_limited")]
    RateLimited { retry_after: Option<Duration> },
    /// A 429 that no waiting will end: there is no money left.
    #[error("quota_exhausted")]
    QuotaExhausted,
    /// 5xx, 408 and 409.
    #[error("server_error")]
    Server {
        status: u16,
        retry_after: Option<Duration>,
    },
    #[error("auth")]
    Auth { status: u16 },
    /// Another 3xx or 4xx: our request, or an address or model that isn't there.
    #[error("refused")]
    Refused { status: u16 },
    /// A 200 that can't be used.
    #[error("bad_reply")]
    BadReply,
    /// The model would not, or did not get to the end: of this text, which says nothing of others.
    #[error("declined")]
    Declined,
    /// Not asked: it has failed too often just now.
    #[error("circuit_open")]
    CircuitOpen,
    /// Not asked again: there have been too many retries just now.
    #[error("retries_spent")]
    RetriesSpent,
    /// Not asked: no time was left for it.
    #[error("deadline")]
    NoTime,
}

impl Cause {
    /// Whether the provider was asked at all.
    pub(crate) fn was_asked(self) -> bool {
        !matches!(self, Self::CircuitOpen | Self::RetriesSpent | Self::NoTime)
    }

    /// Whether another text may fare better: it is not the provider that fails.
    #[must_use]
    pub fn is_about_the_text(self) -> bool {
        matches!(
            self,
            Self::Refused { .. } | Self::BadReply | Self::Declined | Self::Timeout { .. }
        )
    }

    /// The reason that an answer gives which had to do without.
    #[must_use]
    pub fn degraded(self) -> Degraded {
        match self {
            Self::Timeout { .. } => Degraded::OpenaiTimeout,
            Self::Connection | Self::Server { .. } | Self::Refused { .. } => {
                Degraded::OpenaiUnavailable
            }
            Self::RateLimited { .. } | Self::QuotaExhausted => Degraded::OpenaiRateLimited,
            Self::Auth { .. } => Degraded::OpenaiAuth,
            Self::BadReply | Self::Declined => Degraded::OpenaiBadReply,
            Self::CircuitOpen | Self::RetriesSpent => Degraded::CircuitOpen,
            Self::NoTime => Degraded::Deadline,
        }
    }

    /// The HTTP status, where there was one.
    pub(crate) fn status(self) -> Option<u16> {
        match self {
            Self::RateLimited { .. } | Self::QuotaExhausted => Some(429),
            Self::Server { status, .. } | Self::Auth { status } | Self::Refused { status } => {
                Some(status)
            }
            Self::BadReply | Self::Declined => Some(200),
            Self::Timeout { .. }
            | Self::Connection
            | Self::CircuitOpen
            | Self::RetriesSpent
            | Self::NoTime => None,
        }
    }
}

impl TryError for Cause {
    fn timed_out(cut_short: bool) -> Self {
        Self::Timeout { cut_short }
    }

    fn no_time() -> Self {
        Self::NoTime
    }

    fn again(&self) -> Again {
        match *self {
            Self::RateLimited {
                retry_after: Some(pause),
            }
            | Self::Server {
                retry_after: Some(pause),
                ..
            } => Again::After(pause),
            Self::Timeout { .. }
            | Self::Connection
            | Self::RateLimited { retry_after: None }
            | Self::Server {
                retry_after: None, ..
            } => Again::Soon,
            Self::QuotaExhausted
            | Self::Auth { .. }
            | Self::Refused { .. }
            | Self::BadReply
            | Self::Declined
            | Self::CircuitOpen
            | Self::RetriesSpent
            | Self::NoTime => Again::Never,
        }
    }
}
