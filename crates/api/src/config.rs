//! Configuration, read from the environment once. Everything that is wrong is said at once, naming
//! the variable and never its value.

use std::fmt;
use std::net::SocketAddr;

use domain::text_enum::TextEnum;
use secrecy::{ExposeSecret, SecretString};
use services::fault_points::{self, FaultPoint};
use url::Url;

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
    /// Where a test will kill the process; with DEBUG only.
    pub fault_point: Option<FaultPoint>,
}

/// Which Stripe to talk to, and how.
#[derive(Debug, Clone)]
pub struct StripeSettings {
    /// The offline fake, started with the server; with DEBUG only.
    pub fake: bool,
    pub secret_key: SecretString,
    pub webhook_secrets: Vec<SecretString>,
    pub api_base: Option<Url>,
}

impl StripeSettings {
    /// Whether the key is for real money: then only events about real money count.
    #[must_use]
    pub fn livemode(&self) -> bool {
        let key = self.secret_key.expose_secret();
        key.starts_with("sk_live_") || key.starts_with("rk_live_")
    }
}

/// Everything that is wrong with the environment, one line each.
#[derive(Debug, PartialEq, Eq)]
pub struct ConfigFaults(pub Vec<String>);

impl fmt::Display for ConfigFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the configuration is not usable:")?;
        for fault in &self.0 {
            write!(f, "\n  {fault}")?;
        }
        f.write_str("\nEvery variable is explained in .env.example.")
    }
}

impl std::error::Error for ConfigFaults {}

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
        let frontend_url = env.frontend_url(debug, bind_addr);
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
        let stripe = env.stripe(debug);
        let fault_point = env.fault_point(debug);
        if env.faults.is_empty() {
            Ok(Self {
                bind_addr,
                ops_addr,
                frontend_url,
                database_url,
                jwt_secrets,
                stripe,
                fault_point,
            })
        } else {
            Err(ConfigFaults(env.faults))
        }
    }
}

struct Reader<'a> {
    get: &'a dyn Fn(&str) -> Option<String>,
    faults: Vec<String>,
}

impl Reader<'_> {
    fn fault(&mut self, fault: impl Into<String>) {
        self.faults.push(fault.into());
    }

    /// A variable that is set to nothing is not set.
    fn text(&self, name: &str) -> Option<String> {
        (self.get)(name)
            .map(|value| value.trim().to_owned())
            .filter(|value| !value.is_empty())
    }

    fn flag(&mut self, name: &str, default: bool) -> bool {
        match self.text(name).as_deref() {
            None => default,
            Some("1" | "true" | "on" | "yes") => true,
            Some("0" | "false" | "off" | "no") => false,
            Some(_) => {
                self.fault(format!("{name}: must be true or false"));
                default
            }
        }
    }

    fn address(&mut self, name: &str, default: &str) -> SocketAddr {
        let text = self.text(name).unwrap_or_else(|| default.to_owned());
        text.parse().unwrap_or_else(|_| {
            self.fault(format!(
                "{name}: must be an address and a port, such as {default}"
            ));
            SocketAddr::from(([127, 0, 0, 1], 0))
        })
    }

    fn secrets(&self, name: &str) -> Vec<SecretString> {
        self.text(name)
            .unwrap_or_default()
            .split(',')
            .map(str::trim)
            .filter(|secret| !secret.is_empty())
            .map(SecretString::from)
            .collect()
    }

    fn frontend_url(&mut self, debug: bool, bind_addr: SocketAddr) -> String {
        match self
            .text("FRONTEND_URL")
            .or_else(|| self.text("PUBLIC_URL"))
        {
            Some(url) if Url::parse(&url).is_ok_and(|url| url.has_host()) => {
                url.trim_end_matches('/').to_owned()
            }
            Some(_) => {
                self.fault("FRONTEND_URL: must be an address such as https://tutors.example.org");
                String::new()
            }
            None if debug => format!("http://{bind_addr}"),
            None => {
                self.fault("FRONTEND_URL: is missing; Checkout returns the payer there");
                String::new()
            }
        }
    }

    fn fault_point(&mut self, debug: bool) -> Option<FaultPoint> {
        let name = self.text("FAULT_POINT")?;
        if !fault_points::EXIST {
            self.fault("FAULT_POINT: this build has none; a debug build has");
        }
        if !debug {
            self.fault("FAULT_POINT: stops the server for ever, so it needs DEBUG=true");
        }
        let point = FaultPoint::from_text(&name);
        if point.is_none() {
            let names = FaultPoint::texts().join(", ");
            self.fault(format!("FAULT_POINT: must be one of {names}"));
        }
        point
    }

    fn stripe(&mut self, debug: bool) -> StripeSettings {
        let fake = match self.text("STRIPE").as_deref() {
            None | Some("live") => false,
            Some("fake") => true,
            Some(_) => {
                self.fault("STRIPE: must be live or fake");
                false
            }
        };
        if fake && !debug {
            self.fault("STRIPE: the fake takes no money, so it needs DEBUG=true");
        }
        let mut secret_key = self.text("STRIPE_SECRET_KEY");
        let mut webhook_secrets = self.secrets("STRIPE_WEBHOOK_SECRET");
        if fake {
            secret_key.get_or_insert_with(|| "sk_test_offline".to_owned());
            if webhook_secrets.is_empty() {
                let random = hex::encode(rand::random::<[u8; 24]>());
                webhook_secrets.push(format!("whsec_{random}").into());
            }
        }
        if secret_key.is_none() {
            self.fault("STRIPE_SECRET_KEY: is missing; with DEBUG=true, STRIPE=fake needs none");
        }
        if webhook_secrets.is_empty() {
            self.fault("STRIPE_WEBHOOK_SECRET: is missing; without it nobody could tell Stripe's events from a stranger's");
        }
        let api_base = self.text("STRIPE_API_BASE").and_then(|url| {
            let parsed = Url::parse(&url).ok();
            if parsed.is_none() {
                self.fault(
                    "STRIPE_API_BASE: must be an address such as https://proxy.example.org/",
                );
            }
            parsed
        });
        StripeSettings {
            fake,
            secret_key: secret_key.unwrap_or_default().into(),
            webhook_secrets,
            api_base,
        }
    }
}
