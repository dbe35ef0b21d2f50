//! The codes of problems: part of the contract, each with the one status that it goes with.

use actix_web::http::StatusCode;

domain::text_enum! {
    /// What a problem is. A code never changes its meaning or its status.
    Code {
        MalformedRequest = "malformed_request",
        UnknownHost = "unknown_host",
        InvalidSignature = "invalid_signature",
        Unauthenticated = "unauthenticated",
        InvalidCredentials = "invalid_credentials",
        Forbidden = "forbidden",
        UntrustedOrigin = "untrusted_origin",
        HttpsRequired = "https_required",
        NotFound = "not_found",
        MethodNotAllowed = "method_not_allowed",
        RequestTimeout = "request_timeout",
        Conflict = "conflict",
        InvalidState = "invalid_state",
        AlreadyExists = "already_exists",
        Gone = "gone",
        PreconditionFailed = "precondition_failed",
        PayloadTooLarge = "payload_too_large",
        UnsupportedMediaType = "unsupported_media_type",
        ValidationFailed = "validation_failed",
        IdempotencyMismatch = "idempotency_mismatch",
        PreconditionRequired = "precondition_required",
        RateLimited = "rate_limited",
        Internal = "internal",
        UpstreamFailed = "upstream_failed",
        Unavailable = "unavailable",
    }
}

impl Code {
    #[must_use]
    pub fn status(self) -> StatusCode {
        match self {
            Self::MalformedRequest | Self::UnknownHost | Self::InvalidSignature => {
                StatusCode::BAD_REQUEST
            }
            Self::Unauthenticated | Self::InvalidCredentials => StatusCode::UNAUTHORIZED,
            Self::Forbidden | Self::UntrustedOrigin | Self::HttpsRequired => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::RequestTimeout => StatusCode::REQUEST_TIMEOUT,
            Self::Conflict | Self::InvalidState | Self::AlreadyExists => StatusCode::CONFLICT,
            Self::Gone => StatusCode::GONE,
            Self::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
            Self::PayloadTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::ValidationFailed | Self::IdempotencyMismatch => StatusCode::UNPROCESSABLE_ENTITY,
            Self::PreconditionRequired => StatusCode::PRECONDITION_REQUIRED,
            Self::RateLimited => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::UpstreamFailed => StatusCode::BAD_GATEWAY,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}
