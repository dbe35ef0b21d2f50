//! Configuration, read from the environment once. Everything that is wrong is said at once, naming
//! the variable and never its value.

mod database;
mod effective;
mod mail;
mod openai;
mod reader;
mod secrets;
mod site;
mod stripe;

use std::net::SocketAddr;

use domain::text_enum::TextEnum;
use secrecy::SecretString;
use services::fault_points::{self, FaultPoint};

pub use mail::{MailDestination, MailSettings};
pub use openai::{OpenAiSettings, openai_from_env};
pub use reader::ConfigFaults;
pub use site::{Addresses, OWN_MACHINE};
pub use stripe::StripeSettings;

use crate::gate::Site;
use reader::Reader;

/// What `tutors serve` needs to know.
#[derive(Debug, Clone)]
pub struct ServeConfig {
    /// Whether this is somebody's own machine.
    pub debug: bool,
    pub bind_addr: SocketAddr,
    pub ops_addr: SocketAddr,
    pub addresses: Addresses,
    pub site: Site,
    /// False: requests are counted and none is refused for their number; with DEBUG only.
    pub rate_limits: bool,
    pub database_url: String,
    /// The first signs, all are believed.
    pub jwt_secrets: Vec<SecretString>,
    pub stripe: StripeSettings,
    /// None: no outbound call to a model is ever made.
    pub openai: Option<OpenAiSettings>,
    pub mail: MailSettings,
    /// Where a test will kill the process; with DEBUG only.
    pub fault_point: Option<FaultPoint>,
}

/// DEBUG: whether this is somebody's own machine.
///
/// # Errors
/// It is neither true nor false.
pub fn debug_from_env(get: impl Fn(&str) -> Option<String>) -> Result<bool, ConfigFaults> {
    reader::read(&get, |env| env.flag("DEBUG", false))
}

/// DATABASE_URL, or where the database lies that nobody has named: for commands that need no more.
///
/// # Errors
/// It, or the file that holds it, can't be read.
pub fn database_url_from_env(get: impl Fn(&str) -> Option<String>) -> Result<String, ConfigFaults> {
    reader::read(&get, |env| {
        let debug = env.flag("DEBUG", false);
        database::url(env, debug)
    })
}

/// RATE_LIMITS, on one's own machine.
///
/// # Errors
/// It is neither on nor off.
pub fn rate_limits_from_env(get: impl Fn(&str) -> Option<String>) -> Result<bool, ConfigFaults> {
    reader::read(&get, |env| rate_limits(env, true))
}

impl ServeConfig {
    /// # Errors
    /// Everything that is wrong, at once.
    pub fn from_env(get: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigFaults> {
        reader::read(&get, Self::read)
    }

    fn read(env: &mut Reader<'_>) -> Self {
        let debug = env.flag("DEBUG", false);
        let bind_addr = env.address("BIND_ADDR", "127.0.0.1:8080");
        let ops_addr = env.address("OPS_ADDR", "127.0.0.1:9090");
        let addresses = site::addresses(env, debug, bind_addr);
        let site = site::site(env, debug, &addresses);
        let rate_limits = rate_limits(env, debug);
        let database_url = database::url(env, debug);
        let jwt_secrets = secrets::of_tokens(env, debug);
        let stripe = StripeSettings::from_env(env, debug);
        let openai = openai::read(env);
        let mail = MailSettings::from_env(env, debug, &addresses.frontend_url, &database_url);
        let fault_point = fault_point(env, debug);
        Self {
            debug,
            bind_addr,
            ops_addr,
            addresses,
            site,
            rate_limits,
            database_url,
            jwt_secrets,
            stripe,
            openai,
            mail,
            fault_point,
        }
    }
}

fn rate_limits(env: &mut Reader<'_>, debug: bool) -> bool {
    let enforced = env.flag("RATE_LIMITS", true);
    if !enforced && !debug {
        env.fault("RATE_LIMITS: off lets anybody ask without end, so it needs DEBUG=true");
    }
    enforced
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
