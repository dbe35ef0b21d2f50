//! `tutors admin`

use anyhow::{Result, bail};
use chrono::Utc;
use persistence::{Actor, Scope};
use services::ServiceError;
use services::accounts;
use services::passwords::Passwords;

use super::{database_url, given_or_random_password, say};
use crate::logging::{self, LogFormat};
use crate::server;

pub(super) async fn create(email: &str, password_stdin: bool) -> Result<()> {
    logging::start("warn", LogFormat::Text);
    let password = given_or_random_password(password_stdin)?;
    let db = server::open_database(&database_url()?).await?;
    let scope = Scope::new(Utc::now(), Actor::Command);
    let passwords = Passwords::new(1)?;
    match accounts::create_admin(&db, &scope, &passwords, email, password.clone().into()).await {
        Ok(_) => {}
        Err(ServiceError::AlreadyExists) => bail!("there is an account with this e-mail already"),
        Err(ServiceError::Invalid(wrong)) => bail!("not accepted: {wrong}"),
        Err(error) => return Err(error.into()),
    }
    say("The administrator can sign in now.")?;
    if !password_stdin {
        say(&format!("Password, shown once: {password}"))?;
    }
    Ok(db.close().await?)
}
