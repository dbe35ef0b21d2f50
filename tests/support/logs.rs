//! What is logged: kept for tests that look for a line about something of their own, and searched for what
//! must never be there.

use std::sync::{Mutex, Once, PoisonError};

use log::kv::{Error, Key, Value, VisitSource};
use log::{Level, LevelFilter, Log, Metadata, Record};

use super::app::PASSWORD;

/// The errors so far, each with the event that it is about.
static ERRORS: Mutex<Vec<(Option<String>, String)>> = Mutex::new(Vec::new());

/// What the trail calls requests whose own ids it doesn't keep, each with that id.
static TRAIL_IDS: Mutex<Vec<(String, String)>> = Mutex::new(Vec::new());

/// Lines with something in them that nobody may read.
static LEAKS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// The tests' passwords, e-mails (all of that domain) and tokens.
const CANARIES: [&str; 5] = [PASSWORD, "@example.org", "eyJ0eXAi", "eyJhbGci", "Bearer "];

struct Kept;

impl Log for Kept {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        let line = whole(record);
        if CANARIES.iter().any(|canary| line.contains(canary)) {
            LEAKS
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(line);
        }
        let field = |name| {
            record
                .key_values()
                .get(Key::from_str(name))
                .map(|v| v.to_string())
        };
        if let (Some(id), Some(trail_id)) = (field("request_id"), field("trail_id")) {
            let mut ids = TRAIL_IDS.lock().unwrap_or_else(PoisonError::into_inner);
            ids.push((id, trail_id));
        }
        if record.level() == Level::Error {
            let event_id = record.key_values().get(Key::from_str("event_id"));
            let line = (event_id.map(|id| id.to_string()), record.args().to_string());
            let mut errors = ERRORS.lock().unwrap_or_else(PoisonError::into_inner);
            errors.push(line);
        }
    }

    fn flush(&self) {}
}

/// A line with its fields.
fn whole(record: &Record<'_>) -> String {
    struct Fields(String);
    impl<'kvs> VisitSource<'kvs> for Fields {
        fn visit_pair(&mut self, key: Key<'kvs>, value: Value<'kvs>) -> Result<(), Error> {
            self.0 += &format!(" {key}={value}");
            Ok(())
        }
    }
    let mut fields = Fields(format!("{}: {}", record.target(), record.args()));
    let _ = record.key_values().visit(&mut fields);
    fields.0
}

/// Keeps and searches what is logged from now on; all tests of the process share it.
pub fn keep_errors() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        log::set_logger(&Kept).unwrap();
        log::set_max_level(LevelFilter::Debug);
    });
}

/// Panics if anything that nobody may read was logged by any test of the process.
pub fn assert_nothing_leaked() {
    let leaks = LEAKS.lock().unwrap_or_else(PoisonError::into_inner);
    assert!(leaks.is_empty(), "logged: {}", leaks.join("\n"));
}

/// The ids under which the trail knows requests with this one.
pub fn trail_ids_of(request_id: &str) -> Vec<String> {
    let ids = TRAIL_IDS.lock().unwrap_or_else(PoisonError::into_inner);
    let of_it = ids.iter().filter(|(id, _)| id == request_id);
    of_it.map(|(_, trail_id)| trail_id.clone()).collect()
}

/// The errors that were logged about an event.
pub fn errors_about(event_id: &str) -> Vec<String> {
    let errors = ERRORS.lock().unwrap_or_else(PoisonError::into_inner);
    let about = |id: &Option<String>| id.as_deref() == Some(event_id);
    let lines = errors.iter().filter(|(id, _)| about(id));
    lines.map(|(_, line)| line.clone()).collect()
}
