//! What `serve` is told: all that is wrong is said at once, and no value with it.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use api::config::ServeConfig;

/// An environment in which a real server starts.
const GOOD: [(&str, &str); 8] = [
    ("ALLOWED_HOSTS", "api.tutors.test"),
    ("PUBLIC_URL", "https://api.tutors.test"),
    ("FRONTEND_URL", "https://app.tutors.test/"),
    ("CORS_ALLOWED_ORIGINS", "https://app.tutors.test"),
    ("CSRF_TRUSTED_ORIGINS", "https://app.tutors.test"),
    ("JWT_SECRET", "0f4e8a1c5b7d93e26a0c4f8b1d5e7a93"),
    ("STRIPE_SECRET_KEY", "sk_live_0f4e8a1c5b7d93e2"),
    ("STRIPE_WEBHOOK_SECRET", "whsec_0f4e8a1c5b7d93e2"),
];

fn read(variables: &[(&str, &str)]) -> Result<ServeConfig, Vec<String>> {
    let get = |name: &str| {
        // The last says what holds.
        let found = variables.iter().rev().find(|(key, _)| *key == name);
        found.map(|(_, value)| (*value).to_owned())
    };
    ServeConfig::from_env(get).map_err(|faults| faults.0)
}

/// The good environment with these in place of its own.
fn with(changes: &[(&'static str, &'static str)]) -> Result<ServeConfig, Vec<String>> {
    read(&[GOOD.as_slice(), changes].concat())
}

/// The variables that a list of faults names, in its order.
fn named(faults: &[String]) -> Vec<&str> {
    let name = |fault: &String| fault.find(':');
    faults
        .iter()
        .map(|fault| &fault[..name(fault).unwrap()])
        .collect()
}

#[test]
fn a_real_server_starts_with_https_limits_and_secure_cookies() {
    let config = with(&[]).unwrap();
    assert!(!config.debug && config.site.forces_https && config.rate_limits);
    assert!(config.site.has_secure_cookies);
    assert!(config.site.csrf_origins.contains("https://app.tutors.test"));
    assert_eq!(config.addresses.frontend_url, "https://app.tutors.test");
}

#[test]
fn an_empty_environment_is_told_everything_that_it_lacks() {
    let faults = read(&[]).unwrap_err();
    assert_eq!(
        named(&faults),
        [
            "FRONTEND_URL",
            "ALLOWED_HOSTS",
            "JWT_SECRET",
            "STRIPE_SECRET_KEY",
            "STRIPE_WEBHOOK_SECRET"
        ]
    );
    assert!(
        faults.iter().all(|fault| fault.contains("is missing")),
        "{faults:?}"
    );
}

#[test]
fn each_thing_that_is_not_for_real_money_stops_a_real_server() {
    for (name, value) in [
        ("DEBUG", "perhaps"),
        ("ALLOWED_HOSTS", "*"),
        ("ALLOWED_HOSTS", "api.tutors.test:443"),
        ("ALLOWED_HOSTS", "api.example.com"),
        ("PUBLIC_URL", "http://api.tutors.test"),
        ("PUBLIC_URL", "https://api.example.com"),
        ("FRONTEND_URL", "nowhere"),
        ("FRONTEND_URL", "https://app.example.com"),
        ("CORS_ALLOWED_ORIGINS", "*"),
        ("CORS_ALLOWED_ORIGINS", "https://app.example.com"),
        ("CORS_ALLOWED_ORIGINS", "http://localhost:3000"),
        ("CSRF_TRUSTED_ORIGINS", "https://app.tutors.test/path"),
        ("CSRF_TRUSTED_ORIGINS", "https://example.com"),
        ("TRUSTED_PROXIES", "proxy"),
        ("TRUSTED_PROXIES", "0.0.0.0/0"),
        ("FORCE_HTTPS", "maybe"),
        ("RATE_LIMITS", "off"),
        ("DATABASE_URL", "mysql://tutors"),
        ("DATABASE_URL", "sqlite::memory:"),
        ("DATABASE_URL", "sqlite://x?mode=memory"),
        ("DATABASE_URL", "sqlite://"),
        ("DATABASE_URL", "sqlite:?cache=shared"),
        ("JWT_SECRET", "too short"),
        ("JWT_SECRET", "0f4e8a1c5b7d93e26a0c4f8b1d5e7a93,short"),
        ("JWT_SECRET", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
        ("JWT_SECRET", "please-change-me-please-change-me-now"),
        ("STRIPE", "fake"),
        ("STRIPE_SECRET_KEY", "sk_live_short"),
        ("STRIPE_SECRET_KEY", "pk_live_0f4e8a1c5b7d93e2"),
        ("STRIPE_PUBLISHABLE_KEY", "sk_live_0f4e8a1c5b7d93e2"),
        ("STRIPE_PUBLISHABLE_KEY", "rk_test_0f4e8a1c5b7d93e2"),
        ("STRIPE_PUBLISHABLE_KEY", "whsec_0f4e8a1c5b7d93e2"),
        ("STRIPE_PUBLISHABLE_KEY", "0f4e8a1c5b7d93e2"),
        ("STRIPE_API_BASE", "http://evil.test/"),
        ("STRIPE_API_BASE", "ftp://proxy.test/"),
        ("OPENAI_BASE_URL", "http://evil.test/v1"),
        ("STRIPE_WEBHOOK_SECRET", "whsec_short"),
        ("STRIPE_WEBHOOK_SECRET", "0f4e8a1c5b7d93e20f4e8a1c5b7d93e2"),
        ("FAULT_POINT", "webhook.settled"),
    ] {
        let faults = with(&[(name, value)]).unwrap_err();
        assert_eq!(named(&faults), [name], "{name}={value}: {faults:?}");
        let is_a_word = ["*", "off", "fake"].contains(&value);
        assert!(is_a_word || !faults[0].contains(value), "{faults:?}");
    }
}

#[test]
fn a_secret_where_the_publishable_key_belongs_stops_a_start_on_ones_own_machine_as_well() {
    let faults = with(&[
        ("DEBUG", "true"),
        ("STRIPE_PUBLISHABLE_KEY", "sk_test_0f4e8a1c"),
    ]);
    assert_eq!(named(&faults.unwrap_err()), ["STRIPE_PUBLISHABLE_KEY"]);
}

#[test]
fn ones_own_machine_needs_next_to_nothing() {
    let config = read(&[
        ("DEBUG", "true"),
        ("STRIPE", "fake"),
        ("JWT_SECRET", "0f4e8a1c5b7d93e26a0c4f8b1d5e7a93"),
        ("RATE_LIMITS", "off"),
        ("DATABASE_URL", "sqlite::memory:"),
    ]);
    let config = config.unwrap();
    assert!(!config.site.forces_https && !config.rate_limits);
    assert!(!config.site.has_secure_cookies);
    let hosts = config.site.allowed_hosts.to_string();
    assert_eq!(hosts, "127.0.0.1,localhost,.localhost,127.0.0.1,[::1]");
}

#[test]
fn a_server_that_believes_no_proxy_where_https_is_forced_is_warned_of_it() {
    assert!(with(&[]).unwrap().site.warning().is_some());
    assert!(
        with(&[("TRUSTED_PROXIES", "10.0.0.7")])
            .unwrap()
            .site
            .warning()
            .is_none()
    );
    assert!(
        with(&[("FORCE_HTTPS", "false")])
            .unwrap()
            .site
            .warning()
            .is_none()
    );
}

#[test]
fn in_plain_text_only_who_says_so_is_served() {
    let plain = [
        ("FORCE_HTTPS", "false"),
        ("PUBLIC_URL", "http://api.tutors.test"),
    ];
    assert!(!with(&plain).unwrap().site.forces_https);
}

#[test]
fn the_name_of_the_public_address_is_ours_unless_others_are_named() {
    let config = with(&[("ALLOWED_HOSTS", "")]).unwrap();
    assert_eq!(config.site.allowed_hosts.to_string(), "api.tutors.test");
}

fn file(folder: &Path, mode: u32, text: &str) -> String {
    let path = folder.join(format!("secret-{mode:o}"));
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn a_secret_may_lie_in_a_file_that_not_everybody_reads() {
    let folder = tempfile::tempdir().unwrap();
    let secret = "0f4e8a1c5b7d93e26a0c4f8b1d5e7a93\n";
    let [own, open, empty] = [(0o600, secret), (0o644, secret), (0o640, " \n")]
        .map(|(mode, text)| file(folder.path(), mode, text));
    let told = |path: &str, also: &str| {
        let mut variables = GOOD.to_vec();
        variables.extend([("JWT_SECRET", also), ("JWT_SECRET_FILE", path)]);
        read(&variables)
    };
    assert_eq!(told(&own, "").unwrap().jwt_secrets.len(), 1);
    for (path, also, why) in [
        (open.as_str(), "", "everybody"),
        (&empty, "", "empty"),
        ("/nowhere/secret", "", "can't be read"),
        (&own, "0f4e8a1c5b7d93e26a0c4f8b1d5e7a93", "keep one"),
    ] {
        let faults = told(path, also).unwrap_err();
        assert!(
            faults[0].starts_with("JWT_SECRET_FILE: ") && faults[0].contains(why),
            "{faults:?}"
        );
    }
}

#[test]
fn a_provider_on_this_machine_may_be_asked_in_plain_text() {
    assert!(with(&[("STRIPE_API_BASE", "http://127.0.0.1:12111/")]).is_ok());
}

#[test]
fn no_address_is_shown_with_what_may_be_a_secret_in_it() {
    for (name, value) in [
        ("DATABASE_URL", "postgres://tutors:hu/sh@db/tutors"),
        (
            "DATABASE_URL",
            "postgres://db/tutors?user=tutors&password=hush",
        ),
        ("STRIPE_API_BASE", "https://user:hush@proxy.test/"),
        ("PUBLIC_URL", "https://user:hush@api.tutors.test"),
        ("FRONTEND_URL", "https://user:hush@app.tutors.test"),
    ] {
        let shown = format!("{:?}", with(&[(name, value)]).unwrap().effective());
        assert!(
            !shown.contains("hush") && !shown.contains("hu/sh"),
            "{shown}"
        );
    }
}

#[test]
fn the_settings_in_force_are_shown_and_no_secret_with_them() {
    let config = with(&[
        ("DATABASE_URL", "postgres://tutors:hush@db/tutors"),
        ("OPENAI_API_KEY", "sk-hush-hush"),
        ("STRIPE_PUBLISHABLE_KEY", "pk_live_everybody"),
    ]);
    let shown = config.unwrap().effective();
    let of = |name: &str| {
        shown
            .iter()
            .find(|(key, _)| *key == name)
            .unwrap()
            .1
            .as_str()
    };
    assert_eq!(of("DATABASE_URL"), "postgres://tutors:***@db/tutors");
    assert_eq!(of("STRIPE_SECRET_KEY"), "sk_live_***");
    assert_eq!(of("STRIPE_PUBLISHABLE_KEY"), "pk_live_everybody");
    assert_eq!(of("ALLOWED_HOSTS"), "api.tutors.test");
    let all = format!("{shown:?}");
    for secret in ["hush", "0f4e8a1c"] {
        assert!(!all.contains(secret), "{all}");
    }
}
