//! The log: one line an event, text for people or JSON for machines. No secret, token, e-mail or
//! phone number is ever passed to it.

use std::io::Write;

use env_logger::fmt::Formatter;
use log::Record;
use log::kv::{Error, Key, Value, VisitSource};

/// How lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    Json,
}

/// Starts logging. `RUST_LOG` decides what is said, else `default_filter`; `LOG_FORMAT` how, else
/// `default_format`. Libraries are quiet that would repeat an idempotency key, a whole error or a model's reply, or call a client's garbage an error of ours.
pub fn start(default_filter: &str, default_format: LogFormat) {
    let filter = std::env::var("RUST_LOG").unwrap_or_else(|_| default_filter.to_owned());
    let filter = format!(
        "sqlx=warn,actix_http=off,stripe=warn,stripe_shared=error,stripe_webhook=off,tracing::span=off,async_openai=off,{filter}"
    );
    let format = match std::env::var("LOG_FORMAT").as_deref() {
        Ok("json") => LogFormat::Json,
        Ok("text") => LogFormat::Text,
        _ => default_format,
    };
    let mut builder = env_logger::Builder::new();
    builder.parse_filters(&filter);
    if format == LogFormat::Json {
        builder.format(json);
    }
    if let Err(error) = builder.try_init() {
        log::debug!("logging was started before: {error}");
    }
}

fn json(out: &mut Formatter, record: &Record<'_>) -> std::io::Result<()> {
    let mut fields = Fields(serde_json::Map::new());
    fields.put(
        "at",
        chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
    );
    fields.put("level", record.level().as_str());
    fields.put("target", record.target());
    fields.put("message", record.args().to_string());
    // A value that can't be read is left out; the line is written all the same.
    let _ = record.key_values().visit(&mut fields);
    writeln!(out, "{}", serde_json::Value::Object(fields.0))
}

struct Fields(serde_json::Map<String, serde_json::Value>);

impl Fields {
    fn put(&mut self, name: &str, value: impl Into<serde_json::Value>) {
        self.0.insert(name.to_owned(), value.into());
    }
}

impl<'kvs> VisitSource<'kvs> for Fields {
    fn visit_pair(&mut self, key: Key<'kvs>, value: Value<'kvs>) -> Result<(), Error> {
        let json = match (value.to_i64(), value.to_bool()) {
            (Some(number), _) => number.into(),
            (None, Some(flag)) => flag.into(),
            (None, None) => value.to_string().into(),
        };
        self.0.insert(key.as_str().to_owned(), json);
        Ok(())
    }
}
