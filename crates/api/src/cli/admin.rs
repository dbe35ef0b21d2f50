//! `tutors admin`

use std::io::BufRead;

use anyhow::{Context, Result, bail};
use chrono::Utc;
use persistence::{Actor, Scope};
use services::ServiceError;
use services::accounts;
use services::passwords::Passwords;

use super::{database_url, random_password, say};
use crate::logging::{self, LogFormat};
use crate::server;

pub(super) async fn create(email: &str, password_stdin: bool) -> Result<()> {
    logging::start("warn", LogFormat::Text);
    let password = if password_stdin {
        let mut line = String::new();
        std::io::stdin()
            .lock()
            .read_line(&mut line)
            .context("the password can't be read from standard input")?;
        line.trim_end_matches(['\r', '\n']).to_owned()
    } else {
        random_password()
    };
    let db = server::open_database(&database_url()).await?;
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
