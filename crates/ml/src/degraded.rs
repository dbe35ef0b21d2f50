//! Why an answer was made with less than everything.

domain::text_enum! {
    /// Part of the HTTP contract.
    Degraded {
        OpenaiNotConfigured = "openai_not_configured",
        OpenaiTimeout = "openai_timeout",
        OpenaiRateLimited = "openai_rate_limited",
        OpenaiUnavailable = "openai_unavailable",
        OpenaiAuth = "openai_auth",
        OpenaiBadReply = "openai_bad_reply",
        CircuitOpen = "circuit_open",
        Deadline = "deadline",
        EmbeddingsPending = "embeddings_pending",
    }
}
