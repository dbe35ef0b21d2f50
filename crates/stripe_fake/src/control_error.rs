//! Why something that was told to happen does not.

/// Of [`crate::StripeFake`] and of `/control`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ControlError {
    #[error("no such {kind}: {id}")]
    NoSuch { kind: &'static str, id: String },
    /// It exists, and its state does not allow it.
    #[error("{0}")]
    NotNow(String),
}

impl ControlError {
    pub(crate) fn no_such(kind: &'static str, id: &str) -> Self {
        Self::NoSuch {
            kind,
            id: id.to_owned(),
        }
    }
}
