//! Reading variables, and everything that is wrong with them.

use std::fmt;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::Path;

use secrecy::{ExposeSecret, SecretString};
use url::{Host, Url};

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

/// The environment, and what was found wrong with it so far.
pub(super) struct Reader<'a> {
    pub(super) get: &'a dyn Fn(&str) -> Option<String>,
    pub(super) faults: Vec<String>,
}

/// Reads a part of the environment.
pub(super) fn read<T>(
    get: &dyn Fn(&str) -> Option<String>,
    part: impl FnOnce(&mut Reader<'_>) -> T,
) -> Result<T, ConfigFaults> {
    let mut env = Reader {
        get,
        faults: Vec::new(),
    };
    let value = part(&mut env);
    if env.faults.is_empty() {
        Ok(value)
    } else {
        Err(ConfigFaults(env.faults))
    }
}

impl Reader<'_> {
    pub(super) fn fault(&mut self, fault: impl Into<String>) {
        self.faults.push(fault.into());
    }

    /// A variable that is set to nothing is not set.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        (self.get)(name)
            .map(|value| value.trim().to_owned())
            .filter(|value| !value.is_empty())
    }

    /// Whether a variable says anything, right or wrong.
    pub(super) fn names(&self, name: &str) -> bool {
        self.text(name).is_some()
    }

    /// The parts of a comma-separated list.
    pub(super) fn list(&self, name: &str) -> Vec<String> {
        let text = self.text(name).unwrap_or_default();
        let parts = text.split(',').map(str::trim);
        parts
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect()
    }

    pub(super) fn flag(&mut self, name: &str, default: bool) -> bool {
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

    pub(super) fn address(&mut self, name: &str, default: &str) -> SocketAddr {
        let text = self.text(name).unwrap_or_else(|| default.to_owned());
        text.parse().unwrap_or_else(|_| {
            self.fault(format!(
                "{name}: must be an address and a port, such as {default}"
            ));
            SocketAddr::from(([127, 0, 0, 1], 0))
        })
    }

    /// A secret, from the variable or from the file that `<name>_FILE` names, as containers mount
    /// them. Nobody but its owner and group may read such a file.
    pub(super) fn secret(&mut self, name: &str) -> Option<SecretString> {
        let given = self.text(name);
        let file_name = format!("{name}_FILE");
        let Some(path) = self.text(&file_name) else {
            return given.map(SecretString::from);
        };
        if given.is_some() {
            self.fault(format!("{file_name}: {name} is set too; keep one of them"));
        }
        match read_secret(Path::new(&path)) {
            Ok(text) if text.trim().is_empty() => {
                self.fault(format!("{file_name}: the file is empty"));
                None
            }
            Ok(text) => Some(SecretString::from(text.trim())),
            Err(why) => {
                self.fault(format!("{file_name}: {why}"));
                None
            }
        }
    }

    /// The parts of a comma-separated secret: several for rotation.
    pub(super) fn secrets(&mut self, name: &str) -> Vec<SecretString> {
        let all = self.secret(name).unwrap_or_default();
        all.expose_secret()
            .split(',')
            .map(str::trim)
            .filter(|secret| !secret.is_empty())
            .map(SecretString::from)
            .collect()
    }

    /// An address that secrets are sent to: over HTTPS, unless it is on this machine or DEBUG is on.
    pub(super) fn provider(&mut self, name: &str, default: Option<&str>) -> Option<Url> {
        let text = self.text(name);
        let url = Url::parse(text.as_deref().or(default)?).ok();
        let url = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        let Some(url) = url else {
            self.fault(format!(
                "{name}: must be an address such as https://api.example.org/"
            ));
            return None;
        };
        let is_here = match url.host() {
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            Some(Host::Domain(name)) => name == "localhost",
            None => false,
        };
        if url.scheme() == "http" && !is_here && !self.flag("DEBUG", false) {
            self.fault(format!("{name}: must be https; a key is sent there"));
        }
        Some(url)
    }

    /// A number within bounds.
    pub(super) fn number(&mut self, name: &str, default: u64, bounds: RangeInclusive<u64>) -> u64 {
        let Some(text) = self.text(name) else {
            return default;
        };
        let number = text.parse().ok().filter(|number| bounds.contains(number));
        number.unwrap_or_else(|| {
            self.fault(format!(
                "{name}: must be a number from {} to {}",
                bounds.start(),
                bounds.end()
            ));
            default
        })
    }
}

fn read_secret(path: &Path) -> Result<String, &'static str> {
    let unreadable = |_| "the file can't be read";
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(path)
            .map_err(unreadable)?
            .permissions()
            .mode();
        if mode & 0o007 != 0 {
            return Err("everybody can read the file; `chmod o= FILE` mends that");
        }
    }
    std::fs::read_to_string(path).map_err(unreadable)
}
