//! A letter, and who sends it.

use std::fmt;

use lettre::Message;
use lettre::message::header::{ContentTransferEncoding, ContentType};
use lettre::message::{Mailbox, SinglePart};

use crate::MailError;

/// Who the letters are from.
#[derive(Debug, Clone)]
pub struct Sender(Mailbox);

impl Sender {
    /// Such as `Tutors <no-reply@example.org>`.
    ///
    /// # Errors
    /// It is no address.
    pub fn parse(text: &str) -> Result<Self, MailError> {
        text.parse().map(Self).map_err(|_| MailError::Unusable)
    }

    pub(crate) fn host(&self) -> &str {
        self.0.email.domain()
    }
}

/// A letter to one person.
#[derive(Clone)]
pub struct Letter {
    /// The same for the same letter, however often it is sent.
    pub id: String,
    pub to: String,
    pub subject: String,
    pub text: String,
}

impl fmt::Debug for Letter {
    /// Neither whom it is to nor what it says reaches a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Letter")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl Letter {
    /// As it is sent (RFC 5322).
    pub(crate) fn message(&self, sender: &Sender) -> Result<Message, MailError> {
        let to = self.to.parse().map_err(|_| MailError::Unusable)?;
        // In base64 no line is broken within a link, whatever its length.
        let text = SinglePart::builder()
            .header(ContentType::TEXT_PLAIN)
            .header(ContentTransferEncoding::Base64)
            .body(self.text.clone());
        Message::builder()
            .from(sender.0.clone())
            .to(Mailbox::new(None, to))
            .subject(&self.subject)
            .message_id(Some(format!("<{}@{}>", self.id, sender.host())))
            // RFC 3834: nobody is to answer that they are away.
            .raw_header(auto_generated())
            .singlepart(text)
            .map_err(|_| MailError::Unusable)
    }
}

fn auto_generated() -> lettre::message::header::HeaderValue {
    use lettre::message::header::{HeaderName, HeaderValue};
    let name = HeaderName::new_from_ascii_str("Auto-Submitted");
    HeaderValue::new(name, "auto-generated".to_owned())
}
