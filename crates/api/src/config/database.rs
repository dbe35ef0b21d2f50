//! Where the data lies.

use secrecy::ExposeSecret;

use super::reader::Reader;

/// Where the database lies that nobody has named.
const DEFAULT_DATABASE_URL: &str = "sqlite://data/tutors.sqlite?mode=rwc";

pub(super) fn url(env: &mut Reader<'_>, debug: bool) -> String {
    let url = env.secret("DATABASE_URL").map_or_else(
        || DEFAULT_DATABASE_URL.to_owned(),
        |url| url.expose_secret().to_owned(),
    );
    let is_postgres = url.starts_with("postgres://") || url.starts_with("postgresql://");
    if !is_postgres && !url.starts_with("sqlite:") {
        env.fault("DATABASE_URL: must begin with postgres:// or sqlite://");
    }
    // Without a name it is a temporary one, another for each connection.
    let path = url
        .strip_prefix("sqlite:")
        .map(|path| path.trim_start_matches("//"));
    let is_in_memory = url.contains(":memory:")
        || url.contains("mode=memory")
        || path.is_some_and(|path| path.is_empty() || path.starts_with('?'));
    if !is_postgres && is_in_memory && !debug {
        env.fault(
            "DATABASE_URL: a database in memory ends with the process, so it needs DEBUG=true",
        );
    }
    url
}
