//! Running: connect, migrate, listen, serve until told to stop.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::{Server, ServerHandle};
use actix_web::web::Data;
use actix_web::{App, HttpServer};
use anyhow::{Context, Result};
use domain::embedding::EmbeddingModel;
use ml::External;
use openai_fake::{OpenAiFake, OpenAiFakeConfig};
use payments::{Stripe, StripeConfig};
use persistence::{Db, DbConfig, Patience};
use secrecy::ExposeSecret;
use services::checkout::Checkout;
use services::clock::{Clock, SystemClock};
use services::mail::PostOffice;
use services::matching::KnownTutors;
use services::passwords::Passwords;
use services::secrets::SigningSecrets;
use stripe_fake::{StripeFake, StripeFakeConfig};
use timing::Jitter;

use crate::access::AccessTokens;
use crate::app::{self, Parts};
use crate::config::{OpenAiSettings, ServeConfig, StripeSettings};
use crate::gate::RateLimits;
use crate::housekeeping;
use crate::metrics::Metrics;
use crate::routes::{BASE, operations};
use crate::state::AppState;
use crate::worker::Worker;

const MAX_CONNECTIONS: u32 = 20;
const STRIPE_CALL_TIMEOUT: Duration = Duration::from_secs(4);
/// How long the connections to the database have to close.
const CLOSING_TIMEOUT: Duration = Duration::from_secs(3);
/// How long the head of a request may take to arrive.
const HEAD_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a connection may be silent between two requests.
const KEEP_ALIVE: Duration = Duration::from_secs(30);
/// How long requests under way have to end.
const SHUTDOWN_SECONDS: u64 = 10;

/// The two sockets of a server, bound before anything is told about them.
#[derive(Debug)]
pub struct Listeners {
    pub public: TcpListener,
    pub ops: TcpListener,
}

impl Listeners {
    /// # Errors
    /// An address is taken or not ours.
    pub fn bind(public: SocketAddr, ops: SocketAddr) -> Result<Self> {
        Ok(Self {
            public: bind("BIND_ADDR", public)?,
            ops: bind_ops(ops)?,
        })
    }

    /// Where the public listener is.
    ///
    /// # Errors
    /// The socket is gone.
    pub fn public_address(&self) -> Result<SocketAddr> {
        Ok(self.public.local_addr()?)
    }
}

/// The operations listener's socket alone.
///
/// # Errors
/// The address is taken or not ours.
pub fn bind_ops(address: SocketAddr) -> Result<TcpListener> {
    bind("OPS_ADDR", address)
}

fn bind(name: &str, address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address)
        .with_context(|| format!("{address} can't be listened on; set {name} to another address"))
}

/// Connects to the database and brings its schema up to date.
///
/// # Errors
/// It can't be reached or migrated.
pub async fn open_database(url: &str) -> Result<Db> {
    make_folder_of(url)?;
    let config = DbConfig {
        url: url.to_owned(),
        max_connections: MAX_CONNECTIONS,
        schema: None,
    };
    // The URL may hold a password, so it is not repeated.
    let unreachable = "the database can't be reached; check DATABASE_URL";
    let migrator = Db::connect_with(&config, Patience::MIGRATING)
        .await
        .context(unreachable)?;
    migration::up(migrator.connection())
        .await
        .context("the database can't be migrated")?;
    migrator.close().await?;
    Db::connect(&config).await.context(unreachable)
}

/// SQLite makes the file but not its folder.
pub(crate) fn make_folder_of(url: &str) -> Result<()> {
    let Some(path) = url.strip_prefix("sqlite:") else {
        return Ok(());
    };
    let path = path
        .trim_start_matches("//")
        .split('?')
        .next()
        .unwrap_or("");
    if let Some(folder) = std::path::Path::new(path).parent()
        && !folder.as_os_str().is_empty()
    {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("the folder {} can't be made", folder.display()))?;
    }
    Ok(())
}

/// Starts the offline fake beside a server that listens at `public`.
///
/// # Errors
/// It can't listen.
pub async fn start_fake(stripe: &mut StripeSettings, public: SocketAddr) -> Result<StripeFake> {
    let listener =
        TcpListener::bind(("127.0.0.1", 0)).context("no free port for the Stripe fake")?;
    let webhook_secret = stripe
        .webhook_secrets
        .first()
        .map(|secret| secret.expose_secret().to_owned())
        .unwrap_or_default();
    let config = StripeFakeConfig {
        secret_key: stripe.secret_key.expose_secret().to_owned(),
        webhook_url: format!("http://{public}{BASE}/payments/webhook"),
        webhook_secret,
        public_base: None,
    };
    let fake = stripe_fake::start(config, listener).await?;
    stripe.api_base = Some(fake.base_url().parse()?);
    Ok(fake)
}

/// Starts an offline OpenAI and makes it the one that is asked.
///
/// # Errors
/// It can't listen.
pub fn start_openai_fake(config: &mut ServeConfig) -> Result<OpenAiFake> {
    let listener =
        TcpListener::bind(("127.0.0.1", 0)).context("no free port for the offline OpenAI")?;
    let api_key = "sk-offline";
    let fake = openai_fake::start(
        OpenAiFakeConfig {
            api_key: api_key.to_owned(),
        },
        listener,
    )?;
    config.openai = Some(OpenAiSettings {
        api_key: api_key.into(),
        base_url: fake.base_url().parse()?,
        embedding_model: EmbeddingModel::new("character-trigrams", 512)?,
        chat_model: "character-trigrams".to_owned(),
        policy: ml::DEFAULT_POLICY,
    });
    Ok(fake)
}

/// The client of Stripe that a configuration names.
///
/// # Errors
/// The key or the address can't be used.
pub fn stripe(settings: &StripeSettings) -> Result<Stripe> {
    Stripe::new(&StripeConfig {
        secret_key: settings.secret_key.clone(),
        api_base: settings.api_base.clone(),
        call_timeout: STRIPE_CALL_TIMEOUT,
    })
    .context("STRIPE_SECRET_KEY or STRIPE_API_BASE can't be used")
}

fn external(settings: Option<&OpenAiSettings>, clock: &Arc<dyn Clock>) -> Result<External> {
    match settings {
        Some(settings) => External::on(settings, Arc::clone(clock), Jitter::random())
            .context("OPENAI_API_KEY or OPENAI_BASE_URL can't be used"),
        None => Ok(External::Off),
    }
}

/// Puts together what the application holds.
///
/// # Errors
/// A secret can't be used.
pub fn state(config: &ServeConfig, db: Db) -> Result<AppState> {
    let mut secrets = config.jwt_secrets.iter().cloned();
    let current = secrets.next().context("JWT_SECRET is missing")?;
    let secrets = SigningSecrets::new(current, secrets)?;
    let stripe = stripe(&config.stripe)?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let external = external(config.openai.as_ref(), &clock)?;
    let limits = RateLimits::new(Arc::clone(&clock), config.rate_limits);
    let post = PostOffice {
        mailer: config.mail.mailer()?,
        secrets: secrets.clone(),
        frontend_url: config.addresses.frontend_url.clone(),
    };
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    Ok(AppState {
        db,
        clock,
        passwords: Passwords::new(cores)?,
        tokens: AccessTokens::new(&secrets)?,
        secrets,
        checkout: Checkout {
            stripe,
            frontend_url: config.addresses.frontend_url.clone(),
            livemode: config.stripe.livemode(),
        },
        webhook_secrets: config.stripe.webhook_secrets.clone(),
        external,
        site: config.site.clone(),
        limits,
        post,
        known_tutors: KnownTutors::default(),
    })
}

/// Who runs the jobs that requests leave behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Jobs {
    /// This process, beside its requests.
    Here,
    /// `tutors worker`, elsewhere.
    Elsewhere,
}

/// Serves until SIGTERM or SIGINT, then lets the requests and the jobs under way end.
///
/// # Errors
/// A listener fails.
pub async fn run(state: AppState, listeners: Listeners, jobs: Jobs) -> Result<()> {
    let db = state.db.clone();
    let state = Data::new(state);
    let parts = Parts::new(state.clone()).context("the OpenAPI document can't be written")?;
    allow_many_connections();
    let public = HttpServer::new(move || app::build(&parts))
        .client_request_timeout(HEAD_TIMEOUT)
        .keep_alive(KEEP_ALIVE)
        .shutdown_timeout(SHUTDOWN_SECONDS)
        .listen(listeners.public)?
        .run();
    let ops = operations(&state, listeners.ops, Signals::Ignored)?;
    let ops_handle = ops.handle();
    let ops = actix_web::rt::spawn(ops);
    let rounds = housekeeping::start(&state);
    let worker = (jobs == Jobs::Here).then(|| Worker::start(&state));
    let served = public.await;
    for round in rounds {
        round.abort();
        // Until it is gone it may hold a connection.
        let _ = round.await;
    }
    if let Some(worker) = worker {
        worker.stop().await;
    }
    stop(ops_handle, ops).await;
    close(db).await?;
    Ok(served?)
}

/// A connection is a file to the system, and the usual limit of 1,024 of them is soon reached by
/// clients that hold theirs open and ask nothing.
fn allow_many_connections() {
    if let Err(error) = rlimit::increase_nofile_limit(u64::MAX) {
        log::warn!("the number of connections stays limited by the system: {error}");
    }
}

/// Runs jobs until SIGTERM or SIGINT, then lets those under way end.
///
/// # Errors
/// The listener fails.
pub async fn run_worker(state: AppState, ops: TcpListener) -> Result<()> {
    let db = state.db.clone();
    let state = Data::new(state);
    let ops = operations(&state, ops, Signals::Obeyed)?;
    let worker = Worker::start(&state);
    let served = ops.await;
    worker.stop().await;
    close(db).await?;
    Ok(served?)
}

/// Whether a listener ends by itself on SIGTERM and SIGINT.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Signals {
    Obeyed,
    Ignored,
}

/// Starts the operations listener.
fn operations(state: &Data<AppState>, listener: TcpListener, signals: Signals) -> Result<Server> {
    let state = state.clone();
    let metrics = Data::new(Metrics::start()?);
    let server = HttpServer::new(move || {
        App::new()
            .app_data(state.clone())
            .app_data(metrics.clone())
            .configure(operations::mount)
    })
    .workers(1)
    .shutdown_timeout(1);
    let server = match signals {
        Signals::Obeyed => server,
        Signals::Ignored => server.disable_signals(),
    };
    Ok(server.listen(listener)?.run())
}

async fn stop(handle: ServerHandle, server: actix_web::rt::task::JoinHandle<std::io::Result<()>>) {
    handle.stop(true).await;
    if let Ok(Err(error)) = server.await {
        log::warn!("the operations listener ended badly: {error}");
    }
}

async fn close(db: Db) -> Result<()> {
    // What was committed is safe: nobody is to wait for a connection that isn't given back.
    match actix_web::rt::time::timeout(CLOSING_TIMEOUT, db.close()).await {
        Ok(closed) => closed?,
        Err(_) => log::warn!("the database was not closed in time"),
    }
    Ok(())
}
