//! Language models: whether there is one to ask, and what is said when there isn't.
//!
//! A match never fails for want of a model. It says why it was made without one.

domain::text_enum! {
    /// Why an answer was made with less than everything. Part of the HTTP contract.
    Degraded { OpenaiNotConfigured = "openai_not_configured" }
}

/// What outside help there is. This version makes every match by rules, so there is none.
#[derive(Debug, Clone, Copy, Default)]
pub struct External;

impl External {
    /// The reasons that a match made now has to give.
    #[must_use]
    pub fn degraded(self) -> Vec<Degraded> {
        vec![Degraded::OpenaiNotConfigured]
    }
}
