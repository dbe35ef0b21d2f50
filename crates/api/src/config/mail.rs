//! Where mail goes.

use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use mailer::{CALL_TIMEOUT, Folder, Mailer, Sender, Smtp};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::reader::Reader;

/// The folder for letters, beside the database's file.
const FOLDER: &str = "mail";
/// Where that is if there is no such file.
const DEFAULT_PARENT: &str = "data";

/// Where mail goes, and who it is from.
#[derive(Debug, Clone)]
pub struct MailSettings {
    pub destination: MailDestination,
    /// Such as `Tutors <no-reply@example.org>`.
    pub from: String,
}

/// Where mail goes.
#[derive(Debug, Clone)]
pub enum MailDestination {
    /// Nowhere: it stays in the outbox.
    Nowhere,
    /// The URL holds a password.
    Server(SecretString),
    /// Files, for whoever develops; with DEBUG only.
    Folder(PathBuf),
}

impl fmt::Display for MailDestination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nowhere => f.write_str("none: mail stays in the outbox"),
            Self::Folder(path) => write!(f, "none: mail is written to {}", path.display()),
            Self::Server(url) => {
                let url = Url::parse(url.expose_secret()).ok();
                let host = url.as_ref().and_then(Url::host_str).unwrap_or_default();
                write!(f, "*** at {host}")
            }
        }
    }
}

impl MailSettings {
    pub(super) fn from_env(
        env: &mut Reader<'_>,
        debug: bool,
        frontend_url: &str,
        database_url: &str,
    ) -> Self {
        let from = env
            .text("MAIL_FROM")
            .unwrap_or_else(|| default_sender(frontend_url));
        if Sender::parse(&from).is_err() {
            env.fault("MAIL_FROM: must be an address such as Tutors <no-reply@example.org>");
        }
        let destination = match env.secret("SMTP_URL") {
            Some(url) => {
                check(env, debug, url.expose_secret());
                MailDestination::Server(url)
            }
            None if debug => MailDestination::Folder(folder_beside(database_url)),
            None => MailDestination::Nowhere,
        };
        Self { destination, from }
    }

    /// What sends it.
    ///
    /// # Errors
    /// The server's address or the sender's can't be used.
    pub fn mailer(&self) -> Result<Mailer> {
        let sender = Sender::parse(&self.from).context("MAIL_FROM can't be used")?;
        Ok(match &self.destination {
            MailDestination::Nowhere => Mailer::Off,
            MailDestination::Folder(path) => Mailer::Folder(Folder::new(path.clone(), sender)),
            MailDestination::Server(url) => {
                let server = Smtp::new(url, sender, CALL_TIMEOUT);
                Mailer::Smtp(server.context("SMTP_URL can't be used")?)
            }
        })
    }

    /// What an operator is to know at the start.
    pub fn warn(&self) {
        match &self.destination {
            MailDestination::Nowhere => {
                log::warn!("SMTP_URL is not set: mail stays in the outbox");
            }
            MailDestination::Folder(path) => {
                log::warn!("SMTP_URL is not set: mail is written to {}", path.display());
            }
            MailDestination::Server(_) => {}
        }
    }
}

fn check(env: &mut Reader<'_>, debug: bool, url: &str) {
    let parsed = Url::parse(url).ok();
    let parsed = parsed.filter(|url| matches!(url.scheme(), "smtp" | "smtps") && url.has_host());
    let can_be_used = Sender::parse("no-reply@example.org")
        .and_then(|sender| Smtp::new(&SecretString::from(url), sender, CALL_TIMEOUT))
        .is_ok();
    match parsed {
        Some(url) if can_be_used => {
            if !debug && !mailer::is_private(&url) {
                env.fault("SMTP_URL: would send passwords and links in the clear; use smtps:// or ?tls=required");
            }
        }
        _ => {
            env.fault("SMTP_URL: must be an address such as smtps://user:password@smtp.example.org")
        }
    }
}

fn default_sender(frontend_url: &str) -> String {
    let url = Url::parse(frontend_url).ok();
    let host = url.as_ref().and_then(Url::domain).unwrap_or("localhost");
    format!("Tutors <no-reply@{host}>")
}

fn folder_beside(database_url: &str) -> PathBuf {
    let file = database_url.strip_prefix("sqlite:").map(|path| {
        let path = path.trim_start_matches("//");
        Path::new(path.split('?').next().unwrap_or_default())
    });
    let parent = file.and_then(Path::parent);
    parent.unwrap_or(Path::new(DEFAULT_PARENT)).join(FOLDER)
}
