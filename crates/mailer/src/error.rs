//! What can go wrong with a letter. Neither it nor its source says whom the letter was to: servers
//! quote the address that they refuse, so nothing of their words is kept but the number.

/// Why a letter was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    #[error("there is no mail server")]
    Off,
    /// An address that no mail can be sent to, or a configuration that no server can be reached by.
    #[error("the letter or the server's address can't be used")]
    Unusable,
    /// RFC 5321, 4.2.1: 4 is for now, 5 for good.
    #[error("the mail server refused it with {0}")]
    Refused(u16),
    #[error("the mail server did not answer in time")]
    Silent,
    #[error("the connection to the mail server failed")]
    Connection,
    #[error("the folder for mail can't be written to")]
    Folder,
}

/// Refusals that nobody's letter has deserved, and which end: we are not signed in as the server would
/// have it (RFC 4954, 6), and a mailbox that is full, which is for now whatever its number
/// (RFC 5321, 4.5.3.1.10).
const NOT_FOR_GOOD: [u16; 5] = [530, 534, 535, 538, 552];

impl MailError {
    /// Whether the same letter would be refused again: then it is not to be tried again
    /// (RFC 5321, 4.2.1).
    #[must_use]
    pub fn is_for_good(&self) -> bool {
        match self {
            Self::Refused(code) => (500..600).contains(code) && !NOT_FOR_GOOD.contains(code),
            Self::Off | Self::Unusable | Self::Silent | Self::Connection | Self::Folder => false,
        }
    }
}

impl From<lettre::transport::smtp::Error> for MailError {
    fn from(error: lettre::transport::smtp::Error) -> Self {
        match error.status() {
            Some(code) => Self::Refused(u16::from(code)),
            None if error.is_timeout() => Self::Silent,
            None if error.is_client() => Self::Unusable,
            None => Self::Connection,
        }
    }
}
