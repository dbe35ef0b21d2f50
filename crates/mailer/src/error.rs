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
