//! An error with everything behind it, for a log or an operator; never for a caller.

use std::error::Error;

/// The error's own words and those of each cause, joined by colons.
#[must_use]
pub fn error_chain(error: &dyn Error) -> String {
    let mut chain = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        let words = inner.to_string();
        // An error that is transparent says what its cause says.
        if !chain.ends_with(&words) {
            chain.push_str(": ");
            chain.push_str(&words);
        }
        source = inner.source();
    }
    chain
}
