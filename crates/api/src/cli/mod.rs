//! The commands of the `tutors` binary.

mod admin;
mod config;
mod demo;
mod eval;
mod migrate;
mod money;
mod progress;
mod seed;
mod serve;
mod stripe;

use std::io::{BufRead, Write};
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};

use crate::config::database_url_from_env;
use crate::server::Jobs;

/// The tutors marketplace: an HTTP API that matches students with tutors.
#[derive(Debug, Parser)]
#[command(
    name = "tutors",
    version,
    about,
    after_help = "New here? Run `tutors demo`: it needs no key, no network and no other server.\n\
                  Configuration is read from the environment; .env.example explains each variable."
)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run a demo market: an SQLite file, Russian demo data, an offline Stripe
    Demo(demo::Args),
    /// Serve the API, as configured by the environment
    ///
    /// Brings the database up to date, then listens on BIND_ADDR (and on OPS_ADDR for /livez,
    /// /readyz and /metrics), and runs the jobs that requests leave behind. Ends on SIGTERM once the
    /// requests and jobs under way have ended.
    Serve {
        /// Leave the jobs to `tutors worker`
        #[arg(long)]
        no_worker: bool,
        /// Send nothing out to a model, as with ML_EXTERNAL=off
        #[arg(long)]
        no_external: bool,
    },
    /// Run jobs and serve no requests, as configured by the environment
    ///
    /// Any number of workers may share a database. Listens on OPS_ADDR only.
    Worker {
        /// Send nothing out to a model, as with ML_EXTERNAL=off
        #[arg(long)]
        no_external: bool,
    },
    /// Bring the database's schema up to date, take steps back, or show where it stands
    Migrate {
        #[command(subcommand)]
        direction: migrate::Direction,
    },
    /// Load data into the database
    Seed {
        #[command(subcommand)]
        action: SeedAction,
    },
    /// The configuration
    Config {
        #[command(subcommand)]
        action: config::Action,
    },
    /// Print the OpenAPI document
    Openapi,
    /// Print who may call what, as in docs/access.md
    Access,
    /// Events of Stripe's: settle one again, fetch what never arrived, put a parked one aside
    Stripe {
        #[command(subcommand)]
        action: stripe::Action,
    },
    /// The books
    Ledger {
        #[command(subcommand)]
        action: money::LedgerAction,
    },
    /// What tutors are owed
    Payouts {
        #[command(subcommand)]
        action: money::PayoutsAction,
    },
    /// How good our answers are, measured without a server or a database
    Eval {
        #[command(subcommand)]
        action: eval::Action,
    },
    /// Administrators
    Admin {
        #[command(subcommand)]
        action: AdminAction,
    },
}

#[derive(Debug, Subcommand)]
enum SeedAction {
    /// Load a fixture through the same rules as the API, all of it or nothing
    Load {
        /// A JSON file such as seed/demo_data.json
        file: PathBuf,
    },
    /// Make up a market of any size, the same for the same arguments, all of it or nothing
    Generate(seed::GenerateArgs),
    /// Remove what seeds have made, and nothing else
    ///
    /// An order in which a real person has a part stays, with everybody in it.
    Clear {
        /// Do it although DEBUG is off
        #[arg(long)]
        force: bool,
    },
}

#[derive(Debug, Subcommand)]
enum AdminAction {
    /// Make an administrator; there is no other way to make one
    Create {
        /// The e-mail to sign in with
        #[arg(long)]
        email: String,
        /// Read the password from standard input, rather than make one and print it
        #[arg(long)]
        password_stdin: bool,
    },
}

/// Runs a command.
///
/// # Errors
/// Why it failed and what to do about it.
pub async fn run(cli: Cli) -> Result<()> {
    match cli.command {
        Command::Demo(args) => demo::run(args).await,
        Command::Serve {
            no_worker,
            no_external,
        } => {
            let jobs = if no_worker {
                Jobs::Elsewhere
            } else {
                Jobs::Here
            };
            serve::run(jobs, no_external).await
        }
        Command::Worker { no_external } => serve::run_worker(no_external).await,
        Command::Migrate { direction } => migrate::run(direction).await,
        Command::Seed { action } => match action {
            SeedAction::Load { file } => seed::load(&file).await,
            SeedAction::Generate(args) => seed::generate(args).await,
            SeedAction::Clear { force } => seed::clear(force).await,
        },
        Command::Stripe { action } => stripe::run(action).await,
        Command::Ledger { action } => money::run_ledger(action).await,
        Command::Payouts { action } => money::run_payouts(action).await,
        Command::Eval { action } => eval::run(action),
        Command::Config { action } => config::run(action),
        Command::Openapi => say_raw(&crate::openapi::json()?),
        Command::Access => say_raw(&crate::access::page()),
        Command::Admin {
            action:
                AdminAction::Create {
                    email,
                    password_stdin,
                },
        } => admin::create(&email, password_stdin).await,
    }
}

/// Prints why a command failed.
pub fn complain(error: &anyhow::Error) {
    let _ = writeln!(std::io::stderr(), "error: {error:#}");
}

/// Prints a line of a command's result.
fn say(line: &str) -> Result<()> {
    say_raw(&format!("{line}\n"))
}

fn say_raw(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .context("the result can't be printed")
}

/// DATABASE_URL, or the embedded default.
fn database_url() -> Result<String> {
    Ok(database_url_from_env(|name| std::env::var(name).ok())?)
}

/// A line of standard input, or a password that nobody guesses.
fn given_or_random_password(from_stdin: bool) -> Result<String> {
    if !from_stdin {
        return Ok(random_password());
    }
    let mut line = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut line)
        .context("the password can't be read from standard input")?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// A password that nobody guesses, of characters that survive a shell and a chat.
fn random_password() -> String {
    use rand::Rng;
    const LETTERS: &[u8] = b"abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    let mut rng = rand::rng();
    (0..16)
        .filter_map(|_| LETTERS.get(rng.random_range(0..LETTERS.len())))
        .map(|&letter| char::from(letter))
        .collect()
}
