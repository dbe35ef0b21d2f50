//! What has to happen again and again, beside the requests.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt;
use persistence::{Actor, Scope};
use services::{ServiceError, error_chain, overtaken, retention, webhooks};

use crate::state::AppState;

/// How often what waits is looked at again.
pub(crate) const EVERY: Duration = Duration::from_secs(60);

/// Runs a round at once, then after each pause, for ever. One that panics is logged and the next
/// one comes: a task that ended would be missed by nobody until its work was.
pub async fn again_and_again(pause: Duration, mut round: impl AsyncFnMut()) {
    loop {
        // What a round shares with the next is the database, which rolls back, and the clock.
        if let Err(panic) = AssertUnwindSafe(round()).catch_unwind().await {
            log::error!("a round of housekeeping panicked: {}", words_of(&*panic));
        }
        actix_web::rt::time::sleep(pause).await;
    }
}

fn words_of(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("without a word")
}

/// One round.
pub(crate) async fn round(state: &AppState) {
    let (db, scope) = (&state.db, Scope::new(state.clock.now(), Actor::Job));
    note(
        "events that waited are settled",
        webhooks::settle_waiting(db, &scope).await,
    );
    note(
        "orders overtaken by the clock are written down",
        overtaken::sweep(db, &scope).await,
    );
    note(
        "rows that nobody can use any more are deleted",
        retention::purge(db, &scope).await,
    );
}

fn note(done: &str, result: Result<usize, ServiceError>) {
    match result {
        Ok(0) => {}
        Ok(count) => log::info!(count; "{done}"),
        Err(error) => log::warn!("not all {done}: {}", error_chain(&error)),
    }
}
