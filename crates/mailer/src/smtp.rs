//! A mail server, spoken to by `lettre`.

use std::net::IpAddr;
use std::time::Duration;

use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use secrecy::{ExposeSecret, SecretString};
use url::{Host, Url};

use crate::{Letter, MailError, Sender};

/// How long a server has for one letter, from the connection on.
pub const CALL_TIMEOUT: Duration = Duration::from_secs(20);

/// A mail server.
#[derive(Debug)]
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    sender: Sender,
    timeout: Duration,
}

impl Smtp {
    /// `url` is `smtps://user:password@host:465`, or `smtp://…?tls=required` for STARTTLS.
    ///
    /// # Errors
    /// It can't be used.
    pub fn new(url: &SecretString, sender: Sender, timeout: Duration) -> Result<Self, MailError> {
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.expose_secret())
            .map_err(|_| MailError::Unusable)?
            .hello_name(ClientId::Domain(sender.host().to_owned()))
            .timeout(Some(timeout))
            .build();
        Ok(Self {
            transport,
            sender,
            timeout,
        })
    }

    pub(crate) async fn send(&self, letter: &Letter) -> Result<(), MailError> {
        let message = letter.message(&self.sender)?;
        // The transport's own timeout is one for each answer, so a slow server would get several.
        let sent = tokio::time::timeout(self.timeout, self.transport.send(message)).await;
        sent.map_err(|_| MailError::Silent)?
            .map_err(MailError::from)?;
        Ok(())
    }
}

/// Whether nobody on the way to the server can read what is sent: it is encrypted, or doesn't leave
/// this machine.
#[must_use]
pub fn is_private(url: &Url) -> bool {
    let is_starttls = url
        .query_pairs()
        .any(|(name, value)| name == "tls" && value == "required");
    // Of a scheme that it doesn't know, `url` reads no IPv4 address.
    let is_here = match url.host() {
        Some(Host::Domain(name)) => {
            let address = name.parse::<IpAddr>();
            name == "localhost" || address.is_ok_and(|address| address.is_loopback())
        }
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "smtps" || is_starttls || is_here
}
