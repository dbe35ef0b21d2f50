//! What is logged, for tests that look for a line about something of their own.

use std::sync::{Mutex, Once, PoisonError};

use log::kv::Key;
use log::{Level, LevelFilter, Log, Metadata, Record};

/// The errors so far, each with the event that it is about.
static ERRORS: Mutex<Vec<(Option<String>, String)>> = Mutex::new(Vec::new());

struct Kept;

impl Log for Kept {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() == Level::Error
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            let event_id = record.key_values().get(Key::from_str("event_id"));
            let line = (event_id.map(|id| id.to_string()), record.args().to_string());
            let mut errors = ERRORS.lock().unwrap_or_else(PoisonError::into_inner);
            errors.push(line);
        }
    }

    fn flush(&self) {}
}

/// Keeps what is logged as an error from now on; all tests of the process share it.
pub fn keep_errors() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        log::set_logger(&Kept).unwrap();
        log::set_max_level(LevelFilter::Error);
    });
}

/// The errors that were logged about an event.
pub fn errors_about(event_id: &str) -> Vec<String> {
    let errors = ERRORS.lock().unwrap_or_else(PoisonError::into_inner);
    let about = |id: &Option<String>| id.as_deref() == Some(event_id);
    let lines = errors.iter().filter(|(id, _)| about(id));
    lines.map(|(_, line)| line.clone()).collect()
}
