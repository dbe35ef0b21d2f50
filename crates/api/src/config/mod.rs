//! Configuration, read from the environment once. Everything that is wrong is said at once, naming
//! the variable and never its value.

mod openai;
mod reader;
mod stripe;

use std::net::SocketAddr;

use domain::text_enum::TextEnum;
use secrecy::{ExposeSecret, SecretString};
use services::fault_points::{self, FaultPoint};
use url::Url;

pub use openai::{OpenAiSettings, openai_from_env};
pub use reader::ConfigFaults;
pub use stripe::StripeSettings;

use reader::Reader;

/// The shortest secret that tokens are signed with, in bytes.
const MIN_SECRET_BYTES: usize = 32;

/// What `tutors serve` needs to know.
#[derive(Debug, Clone)]
pub struct ServeConfig {
    pub bind_addr: SocketAddr,
    pub ops_addr: SocketAddr,
    /// Where Checkout returns to, without a slash at its end.
    pub frontend_url: String,
    pub database_url: String,
    /// The first signs, all are believed.
    pub jwt_secrets: Vec<SecretString>,
    pub stripe: StripeSettings,
    /// None: no outbound call to a model is ever made.
    pub openai: Option<OpenAiSettings>,
    /// Where a test will kill the process; with DEBUG only.
    pub fault_point: Option<FaultPoint>,
}

/// Where the database lies that nobody has named.
pub const DEFAULT_DATABASE_URL: &str = "sqlite://data/tutors.sqlite?mode=rwc";

/// DEBUG: whether this is somebody's own machine.
///
/// # Errors
/// It is neither true nor false.
pub fn debug_from_env(get: impl Fn(&str) -> Option<String>) -> Result<bool, ConfigFaults> {
    let mut env = Reader {
        get: &get,
        faults: Vec::new(),
    };
    let debug = env.flag("DEBUG", false);
    if env.faults.is_empty() {
        Ok(debug)
    } else {
        Err(ConfigFaults(env.faults))
    }
}

impl ServeConfig {
    /// # Errors
    /// Everything that is wrong, at once.
    pub fn from_env(get: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigFaults> {
        let mut env = Reader {
            get: &get,
            faults: Vec::new(),
        };
        let debug = env.flag("DEBUG", false);
        let bind_addr = env.address("BIND_ADDR", "127.0.0.1:8080");
        let ops_addr = env.address("OPS_ADDR", "127.0.0.1:9090");
        let frontend_url = frontend_url(&mut env, debug, bind_addr);
        let database_url = env
            .text("DATABASE_URL")
            .unwrap_or_else(|| DEFAULT_DATABASE_URL.to_owned());
        if !database_url.starts_with("postgres") && !database_url.starts_with("sqlite:") {
            env.fault("DATABASE_URL: must begin with postgres:// or sqlite://");
        }
        let jwt_secrets = env.secrets("JWT_SECRET");
        if jwt_secrets.is_empty() {
            env.fault("JWT_SECRET: is missing; make one with `openssl rand -hex 32`");
        }
        if jwt_secrets
            .iter()
            .any(|s| s.expose_secret().len() < MIN_SECRET_BYTES)
        {
            env.fault(
                "JWT_SECRET: must have at least 32 bytes; make one with `openssl rand -hex 32`",
            );
        }
        let stripe = StripeSettings::from_env(&mut env, debug);
        let openai = openai::read(&mut env);
        let fault_point = fault_point(&mut env, debug);
        if env.faults.is_empty() {
            Ok(Self {
                bind_addr,
                ops_addr,
                frontend_url,
                database_url,
                jwt_secrets,
                stripe,
                openai,
                fault_point,
            })
        } else {
            Err(ConfigFaults(env.faults))
        }
    }
}

fn frontend_url(env: &mut Reader<'_>, debug: bool, bind_addr: SocketAddr) -> String {
    match env.text("FRONTEND_URL").or_else(|| env.text("PUBLIC_URL")) {
        Some(url) if Url::parse(&url).is_ok_and(|url| url.has_host()) => {
            url.trim_end_matches('/').to_owned()
        }
        Some(_) => {
            env.fault("FRONTEND_URL: must be an address such as https://tutors.example.org");
            String::new()
        }
        None if debug => format!("http://{bind_addr}"),
        None => {
            env.fault("FRONTEND_URL: is missing; Checkout returns the payer there");
            String::new()
        }
    }
}

fn fault_point(env: &mut Reader<'_>, debug: bool) -> Option<FaultPoint> {
    let name = env.text("FAULT_POINT")?;
    if !fault_points::EXIST {
        env.fault("FAULT_POINT: this build has none; a debug build has");
    }
    if !debug {
        env.fault("FAULT_POINT: stops the server for ever, so it needs DEBUG=true");
    }
    let point = FaultPoint::from_text(&name);
    if point.is_none() {
        let names = FaultPoint::texts().join(", ");
        env.fault(format!("FAULT_POINT: must be one of {names}"));
    }
    point
}
