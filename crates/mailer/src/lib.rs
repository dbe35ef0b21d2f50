//! Sending plain-text mail: by SMTP where a server is named, into a folder on a developer's machine,
//! or nowhere. What is written and to whom is said in `services::mail`.

mod error;
mod folder;
mod letter;
mod smtp;

pub use error::MailError;
pub use folder::Folder;
pub use letter::{Letter, Sender};
pub use smtp::{CALL_TIMEOUT, Smtp, is_private};

/// Where mail goes.
#[derive(Debug)]
pub enum Mailer {
    /// Nowhere: it stays in the outbox.
    Off,
    Smtp(Smtp),
    Folder(Folder),
}

impl Mailer {
    /// Whether a letter that is handed over goes anywhere.
    #[must_use]
    pub fn is_on(&self) -> bool {
        !matches!(self, Self::Off)
    }

    /// Hands a letter over.
    ///
    /// # Errors
    /// It was not taken. One that wasn't answered may have been taken all the same; its `id` makes the
    /// second of two recognisable.
    pub async fn send(&self, letter: &Letter) -> Result<(), MailError> {
        match self {
            Self::Off => Err(MailError::Off),
            Self::Smtp(server) => server.send(letter).await,
            Self::Folder(folder) => folder.put(letter).await,
        }
    }
}
