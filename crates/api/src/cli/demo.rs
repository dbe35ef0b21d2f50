//! `tutors demo`: a running market in one command.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use chrono::{NaiveDate, Utc};
use domain::account::Role;
use persistence::orders::Order;
use persistence::users::{self, User};
use persistence::{Actor, Db, Scope, orders, seed_runs, tutors};
use secrecy::SecretString;
use seed::{MarketPlan, WriteOptions};
use services::ServiceError;
use services::accounts;
use services::passwords::Passwords;

use super::{random_password, say};
use crate::config::{
    Addresses, MailDestination, MailSettings, OWN_MACHINE, ServeConfig, StripeSettings,
    openai_from_env, rate_limits_from_env,
};
use crate::gate::{AllowedHosts, Site};
use crate::logging::{self, LogFormat};
use crate::routes::BASE;
use crate::server::{self, Jobs, Listeners};

/// The market comes with the binary: the demo needs no file beside it.
const DEMO_DATA: &str = include_str!("../../../../seed/demo_data.json");
/// What is made up on top of it, as of today.
const MADE_UP: MarketPlan = MarketPlan {
    tutors: 100,
    orders: 50,
    seed: 7,
    as_of: NaiveDate::MIN,
};
const ADMIN_EMAIL: &str = "admin@example.com";

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The folder that the demo keeps its database and its secret in
    #[arg(long, default_value = "data/demo", value_name = "DIR")]
    data: PathBuf,
    /// Start over: forget what the folder's database holds
    #[arg(long)]
    fresh: bool,
    /// Ask an offline OpenAI that can be made slow, wrong or absent; without it OPENAI_API_KEY decides
    #[arg(long)]
    openai_fake: bool,
    /// Send nothing out to a model, as with ML_EXTERNAL=off
    #[arg(long, conflicts_with = "openai_fake")]
    no_external: bool,
    /// Where to listen; loopback only. Another free port is taken if this one is in use
    #[arg(long, env = "BIND_ADDR", default_value = "127.0.0.1:8080")]
    bind: SocketAddr,
    /// Where /livez and /readyz are; loopback only
    #[arg(long, env = "OPS_ADDR", default_value = "127.0.0.1:9090")]
    ops: SocketAddr,
}

pub(super) async fn run(args: Args) -> Result<()> {
    logging::start("warn", LogFormat::Text);
    let listeners = Listeners {
        public: bind_near(args.bind)?,
        ops: bind_near(args.ops)?,
    };
    let database_url = prepare_folder(&args.data, args.fresh)?;
    let db = server::open_database(&database_url).await?;
    load_market(&db).await?;
    let public = listeners.public_address()?;
    let mut config = config(&args, public, database_url)?;
    let fake = server::start_fake(&mut config.stripe, public).await?;
    let openai = if args.openai_fake {
        Some(server::start_openai_fake(&mut config)?)
    } else {
        None
    };
    let state = server::state(&config, db.clone())?;
    let people = People::prepare(&db, &state.passwords).await?;
    let models = match (&openai, &config.openai) {
        (Some(openai), _) => openai.control_url(),
        (None, Some(settings)) => settings.base_url.to_string(),
        (None, None) => "none; --openai-fake starts an offline one".to_owned(),
    };
    let mail = args.data.join("mail");
    let links = Links {
        stripe: fake.base_url(),
        models: &models,
        mail: &mail.display().to_string(),
    };
    say(&welcome(&listeners, &links, &people)?)?;
    let served = server::run(state, listeners, Jobs::Here).await;
    fake.stop().await;
    if let Some(openai) = openai {
        openai.stop().await;
    }
    served
}

/// Loads what no start has loaded yet: the written market, and the made-up one on top of it.
async fn load_market(db: &Db) -> Result<()> {
    let runs = seed_runs::count(db).await?;
    if runs < 1 {
        super::seed::load_text(db, DEMO_DATA, "demo").await?;
    }
    if runs < 2 {
        let plan = MarketPlan {
            as_of: Utc::now().date_naive(),
            ..MADE_UP
        };
        super::seed::write_market(db, plan, &WriteOptions::default()).await?;
    }
    Ok(())
}

/// The address itself, or another free port of it, said so. A demo has no password worth the name,
/// so nobody else on the network may reach it.
fn bind_near(wanted: SocketAddr) -> Result<TcpListener> {
    if !wanted.ip().is_loopback() {
        bail!("the demo listens on loopback only: use an address such as 127.0.0.1:8080");
    }
    if let Ok(listener) = TcpListener::bind(wanted) {
        return Ok(listener);
    }
    let listener = TcpListener::bind((IpAddr::V4(Ipv4Addr::LOCALHOST), 0))
        .context("no free port on loopback")?;
    say(&format!(
        "{wanted} is in use; taking {} instead.",
        listener.local_addr()?
    ))?;
    Ok(listener)
}

fn prepare_folder(folder: &Path, fresh: bool) -> Result<String> {
    std::fs::create_dir_all(folder)
        .with_context(|| format!("the folder {} can't be made", folder.display()))?;
    make_private(folder)
        .with_context(|| format!("the folder {} can't be made private", folder.display()))?;
    let file = folder.join("tutors.sqlite");
    if fresh {
        for ending in ["", "-wal", "-shm"] {
            let path = PathBuf::from(format!("{}{ending}", file.display()));
            if path.exists() {
                std::fs::remove_file(&path)
                    .with_context(|| format!("{} can't be removed", path.display()))?;
            }
        }
    }
    Ok(format!("sqlite://{}?mode=rwc", file.display()))
}

fn config(args: &Args, public: SocketAddr, database_url: String) -> Result<ServeConfig> {
    let own = public.ip().to_string();
    let webhook_secret = format!("whsec_{}", hex::encode(rand::random::<[u8; 24]>()));
    Ok(ServeConfig {
        debug: true,
        bind_addr: public,
        ops_addr: args.ops,
        addresses: Addresses {
            public_url: Some(format!("http://{public}")),
            frontend_url: format!("http://{public}"),
        },
        site: Site {
            // It listens on loopback only, so that is where it is asked.
            allowed_hosts: AllowedHosts::parse(OWN_MACHINE.into_iter().chain([own.as_str()]))
                .map_err(|no_host| anyhow::anyhow!("{no_host}"))?,
            ..Site::default()
        },
        rate_limits: rate_limits_from_env(|name| std::env::var(name).ok())?,
        database_url,
        jwt_secrets: vec![kept_secret(&args.data.join("jwt_secret"))?],
        stripe: StripeSettings {
            fake: true,
            secret_key: "sk_test_offline".into(),
            publishable_key: None,
            webhook_secrets: vec![webhook_secret.into()],
            api_base: None,
        },
        openai: openai_from_env(|name| std::env::var(name).ok())?.filter(|_| !args.no_external),
        mail: MailSettings {
            destination: MailDestination::Folder(args.data.join("mail")),
            from: "Tutors <no-reply@localhost>".to_owned(),
        },
        fault_point: None,
    })
}

/// A random secret that the folder keeps, so that tokens outlive a restart.
fn kept_secret(file: &Path) -> Result<SecretString> {
    if let Ok(secret) = std::fs::read_to_string(file) {
        return Ok(secret.trim().to_owned().into());
    }
    let secret = hex::encode(rand::random::<[u8; 32]>());
    write_private(file, &secret).with_context(|| format!("{} can't be written", file.display()))?;
    Ok(secret.into())
}

/// What the folder holds, secrets among it, is its owner's business.
#[cfg(unix)]
fn make_private(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))
}

#[cfg(not(unix))]
fn make_private(_: &Path) -> std::io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn write_private(file: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    std::fs::OpenOptions::new()
        .create_new(true)
        .write(true)
        .mode(0o600)
        .open(file)?
        .write_all(text.as_bytes())
}

#[cfg(not(unix))]
fn write_private(file: &Path, text: &str) -> std::io::Result<()> {
    std::fs::write(file, text)
}

/// Whom to sign in as; the passwords are new at every start.
struct People {
    student: (User, String),
    tutor: (User, String),
    admin_password: String,
    /// An open order of the student's.
    order: Option<Order>,
}

impl People {
    async fn prepare(db: &Db, passwords: &Passwords) -> Result<Self> {
        let order = orders::find_open_seeded(db, Utc::now()).await?;
        let student = match &order {
            Some(order) => users::find(db, order.student_id).await?,
            None => users::find_seeded(db, Role::Student).await?,
        };
        let student = student.context("the demo data hold no student")?;
        let profile = tutors::find_seeded(db)
            .await?
            .context("the demo data hold no tutor")?;
        let tutor = users::find(db, profile.user_id)
            .await?
            .context("the demo data hold no tutor")?;
        Ok(Self {
            student: with_password(db, passwords, student).await?,
            tutor: with_password(db, passwords, tutor).await?,
            admin_password: admin(db, passwords).await?,
            order,
        })
    }
}

async fn with_password(db: &Db, passwords: &Passwords, user: User) -> Result<(User, String)> {
    let password = random_password();
    let scope = Scope::new(Utc::now(), Actor::Command);
    accounts::set_password(db, &scope, passwords, user.id, password.clone().into()).await?;
    Ok((user, password))
}

async fn admin(db: &Db, passwords: &Passwords) -> Result<String> {
    if let Some(admin) = users::find_by_email(db, ADMIN_EMAIL).await? {
        return Ok(with_password(db, passwords, admin).await?.1);
    }
    let password = random_password();
    let scope = Scope::new(Utc::now(), Actor::Command);
    match accounts::create_admin(db, &scope, passwords, ADMIN_EMAIL, password.clone().into()).await
    {
        Ok(_) | Err(ServiceError::AlreadyExists) => Ok(password),
        Err(error) => Err(error.into()),
    }
}

/// What stands in for the world around the demo.
struct Links<'a> {
    stripe: &'a str,
    models: &'a str,
    /// The folder of what would have been sent.
    mail: &'a str,
}

fn welcome(listeners: &Listeners, links: &Links<'_>, people: &People) -> Result<String> {
    let Links {
        stripe,
        models,
        mail,
    } = links;
    let base = format!("http://{}", listeners.public_address()?);
    let ops = listeners.ops.local_addr()?;
    let (student, student_password) = &people.student;
    let (tutor, tutor_password) = &people.tutor;
    let third = match &people.order {
        Some(order) => format!(
            "curl -s -X POST {base}{BASE}/orders/{}/matches -H \"Authorization: Bearer $TOKEN\"",
            order.id
        ),
        None => format!("curl -s {base}{BASE}/me/orders -H \"Authorization: Bearer $TOKEN\""),
    };
    Ok(format!(
        "
The demo market is running.

  Swagger UI   {base}/docs/
  Health       http://{ops}/readyz
  Stripe       {stripe}control
  OpenAI       {models}
  Mail         {mail}

Sign in as (POST {BASE}/auth/login):

  student  {student_email:<34} {student_password}
  tutor    {tutor_email:<34} {tutor_password}
  admin    {ADMIN_EMAIL:<34} {admin_password}

Three calls to try: find tutors, sign in as the student, match one of their orders.

  curl -s '{base}{BASE}/tutors?subject=matematika&limit=3'

  TOKEN=$(curl -s -X POST {base}{BASE}/auth/login -H 'Content-Type: application/json' -d '{{\"email\":\"{student_email}\",\"password\":\"{student_password}\"}}' | sed -E 's/.*\"access_token\":\"([^\"]+)\".*/\\1/')

  {third}

A month passes at the offline Stripe; the server's own clock does not move. So a premium that you
bought is renewed and paid for ahead of time, and its expires_at moves on:

  curl -s -X POST {stripe}control/advance -d '{{\"days\":31}}'

Stop with Ctrl-C; `--fresh` starts over.
",
        student_email = student.email,
        tutor_email = tutor.email,
        admin_password = people.admin_password,
    ))
}
