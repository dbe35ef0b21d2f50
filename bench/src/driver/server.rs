//! The servers under test, as child processes on ports of their own.

use std::fs::File;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tokio::process::{Child, Command};

use crate::connection::{Call, Connection};

/// What the real server is told about Stripe.
#[derive(Debug, Clone)]
pub struct Stripe {
    pub secret_key: &'static str,
    pub webhook_secret: &'static str,
    pub api_base: String,
}

/// What the real server is told about OpenAI.
#[derive(Debug, Clone)]
pub struct OpenAi {
    pub api_key: &'static str,
    pub base_url: String,
}

/// What to start.
pub enum Kind<'a> {
    /// `tutors serve`.
    Ours {
        program: &'a Path,
        stripe: &'a Stripe,
        openai: Option<&'a OpenAi>,
        /// A worker asks for jobs all the time: the log of statements would never come to rest.
        takes_jobs: bool,
    },
    Baseline {
        program: &'a Path,
        /// What the real server's cursors call the list.
        list: &'a str,
    },
}

/// Whether the server writes down the statements that the database receives from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Log {
    Warnings,
    Statements,
}

/// A running server; it is killed when dropped.
pub struct Server {
    child: Child,
    pub address: SocketAddr,
    pub log: PathBuf,
}

impl Server {
    /// Starts it and waits until it answers.
    pub async fn start(kind: Kind<'_>, url: &str, log: Log, folder: &Path) -> Result<Self> {
        let address = free_address()?;
        let (mut command, name) = match kind {
            Kind::Ours {
                program,
                stripe,
                openai,
                takes_jobs,
            } => {
                let mut command = ours(program, stripe, address)?;
                if !takes_jobs {
                    command.arg("--no-worker");
                }
                if let Some(openai) = openai {
                    command
                        .env("OPENAI_API_KEY", openai.api_key)
                        .env("OPENAI_BASE_URL", &openai.base_url);
                }
                (command, "ours")
            }
            Kind::Baseline { program, list } => (baseline(program, list, address), "baseline"),
        };
        let (filter, format, url) = match log {
            Log::Warnings => ("warn", "json", url.to_owned()),
            // PostgreSQL tells the client what it is about to execute, and sqlx logs that.
            Log::Statements => (
                "warn,sqlx::postgres::notice=trace",
                "text",
                format!("{url}?options[log_statement]=all&options[client_min_messages]=log"),
            ),
        };
        let log = folder.join(format!("{name}.{log:?}.{}.log", address.port()));
        let file = File::create(&log)?;
        let child = command
            .env("DATABASE_URL", url)
            .env("RUST_LOG", filter)
            .env("LOG_FORMAT", format)
            .stdout(file.try_clone()?)
            .stderr(file)
            .kill_on_drop(true)
            .spawn()
            .context("a server can't be started")?;
        let mut server = Self {
            child,
            address,
            log,
        };
        server.wait().await?;
        Ok(server)
    }

    async fn wait(&mut self) -> Result<()> {
        let began = Instant::now();
        loop {
            if let Ok(mut connection) = Connection::open(self.address).await {
                connection.succeed(&Call::get("/subjects")).await?;
                return Ok(());
            }
            if self.child.try_wait()?.is_some() || began.elapsed() > Duration::from_secs(60) {
                let said = std::fs::read_to_string(&self.log)?;
                bail!("a server did not start; it said:\n{said}");
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    pub async fn stop(&mut self) -> Result<()> {
        Ok(self.child.kill().await?)
    }

    /// The processor time that it has taken so far, in kernel and user mode.
    pub fn cpu(&self) -> Result<Duration> {
        let id = self.child.id().context("the server has ended")?;
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat"))?;
        // proc(5): utime and stime are the 14th and 15th fields, in hundredths of a second; the
        // second one, the name, may hold spaces.
        let after_name = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
        let hundredths: u64 = after_name
            .split(' ')
            .skip(11)
            .take(2)
            .map(str::parse::<u64>)
            .sum::<Result<u64, _>>()?;
        Ok(Duration::from_millis(hundredths * 10))
    }
}

fn ours(program: &Path, stripe: &Stripe, address: SocketAddr) -> Result<Command> {
    let mut command = Command::new(program);
    command
        .arg("serve")
        // A key of the caller's would make this another server.
        .env_clear()
        .env("DEBUG", "true")
        .env("BIND_ADDR", address.to_string())
        .env("OPS_ADDR", free_address()?.to_string())
        .env("JWT_SECRET", "a secret that only the benchmark uses")
        .env("RATE_LIMITS", "off")
        .env("STRIPE_SECRET_KEY", stripe.secret_key)
        .env("STRIPE_WEBHOOK_SECRET", stripe.webhook_secret)
        .env("STRIPE_API_BASE", &stripe.api_base);
    Ok(command)
}

fn baseline(program: &Path, list: &str, address: SocketAddr) -> Command {
    let mut command = Command::new(program);
    command
        .env_clear()
        .arg("--address")
        .arg(address.to_string())
        .arg("--list")
        .arg(list);
    command
}

/// An address that nobody listens on.
fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?)
}
