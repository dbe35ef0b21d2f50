//! What the fake is told when it starts.

use std::fmt;

/// The account that the fake plays.
#[derive(Clone)]
pub struct OpenAiFakeConfig {
    /// The only key it accepts, as `Authorization: Bearer …`.
    pub api_key: String,
}

impl fmt::Debug for OpenAiFakeConfig {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("OpenAiFakeConfig")
            .finish_non_exhaustive()
    }
}
