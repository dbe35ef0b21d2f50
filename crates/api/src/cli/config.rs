//! `tutors config check`

use anyhow::Result;
use clap::Subcommand;

use super::say;
use crate::config::ServeConfig;

#[derive(Debug, Subcommand)]
pub(super) enum Action {
    /// Say whether `serve` would start with this environment, and with which settings
    ///
    /// Everything that is wrong is listed at once, naming the variable and never its value. Secrets
    /// are masked. Nothing is connected to.
    Check,
}

pub(super) fn run(Action::Check: Action) -> Result<()> {
    let config = ServeConfig::from_env(|name| std::env::var(name).ok())?;
    for (name, value) in config.effective() {
        say(&format!("{name}={value}"))?;
    }
    if let Some(warning) = config.site.warning() {
        say(&format!("warning: {warning}"))?;
    }
    say("The configuration is usable.")
}
