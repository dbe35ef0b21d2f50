//! What has to happen again and again, beside the requests.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use actix_web::rt::spawn;
use actix_web::rt::task::JoinHandle;
use actix_web::rt::time::sleep;
use actix_web::web::Data;
use futures_util::FutureExt;
use persistence::{Actor, Scope};
use services::{
    ServiceError, checkout, error_chain, overtaken, reconcile, refunds, retention, webhooks,
};

use crate::state::AppState;

/// How often what waits is looked at again.
const EVERY: Duration = Duration::from_secs(60);
/// How often refunds are sent: somebody waits for their money.
const REFUNDS_EVERY: Duration = Duration::from_secs(5);
/// How long after the start Stripe is first asked what we have missed, and how often from then on.
const FIRST_RECONCILED_AFTER: Duration = Duration::from_secs(5 * 60);
const RECONCILED_EVERY: Duration = Duration::from_secs(60 * 60);

/// Starts all of it. Several servers do it at once without harm: each piece of work is done once.
pub(crate) fn start(state: &Data<AppState>) -> Vec<JoinHandle<()>> {
    let (rounds, refunds, reconciling) = (state.clone(), state.clone(), state.clone());
    vec![
        spawn(async move { again_and_again(EVERY, async || round(&rounds).await).await }),
        spawn(async move {
            again_and_again(REFUNDS_EVERY, async || send_refunds(&refunds).await).await;
        }),
        spawn(async move {
            sleep(FIRST_RECONCILED_AFTER).await;
            again_and_again(RECONCILED_EVERY, async || ask_stripe(&reconciling).await).await;
        }),
    ]
}

fn now(state: &AppState) -> Scope {
    Scope::new(state.clock.now(), Actor::Job)
}

async fn send_refunds(state: &AppState) {
    let sent = refunds::send_due(&state.db, &now(state), &state.checkout.stripe).await;
    note("refunds are sent", sent);
}

async fn ask_stripe(state: &AppState) {
    let asked = reconcile::reconcile(&state.db, &now(state), &state.checkout.stripe, None).await;
    note(
        "events that never arrived are applied",
        asked.map(|done| done.missing),
    );
}

/// Runs a round at once, then after each pause, for ever. One that panics is logged and the next
/// one comes: a task that ended would be missed by nobody until its work was.
pub async fn again_and_again(pause: Duration, mut round: impl AsyncFnMut()) {
    loop {
        // What a round shares with the next is the database, which rolls back, and the clock.
        if let Err(panic) = AssertUnwindSafe(round()).catch_unwind().await {
            log::error!("a round of housekeeping panicked: {}", words_of(&*panic));
        }
        sleep(pause).await;
    }
}

fn words_of(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("without a word")
}

/// One round.
pub(crate) async fn round(state: &AppState) {
    let (db, scope) = (&state.db, now(state));
    note(
        "events that waited are settled",
        webhooks::settle_waiting(db, &scope).await,
    );
    note(
        "orders overtaken by the clock are written down",
        overtaken::sweep(db, &scope).await,
    );
    note(
        "checkouts that pay for nothing any more are closed",
        checkout::close_unpayable(db, &scope, &state.checkout.stripe).await,
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
