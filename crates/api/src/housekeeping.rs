//! What has to happen again and again, beside the requests.

use std::cell::Cell;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use actix_web::rt::spawn;
use actix_web::rt::task::JoinHandle;
use actix_web::rt::time::sleep;
use actix_web::web::Data;
use futures_util::FutureExt;
use persistence::{Actor, Scope};
use services::{
    ServiceError, checkout, embeddings, error_chain, mail, overtaken, panic_words, reconcile,
    refunds, retention, webhooks,
};

use crate::state::AppState;

/// How often what waits is looked at again.
const EVERY: Duration = Duration::from_secs(60);
/// How often refunds are sent: somebody waits for their money.
const REFUNDS_EVERY: Duration = Duration::from_secs(5);
/// How long after the start Stripe is first asked what we have missed, and how often from then on.
const FIRST_RECONCILED_AFTER: Duration = Duration::from_secs(5 * 60);
const RECONCILED_EVERY: Duration = Duration::from_secs(60 * 60);

/// How often checkouts that pay for nothing any more are looked for.
const CLOSED_EVERY: Duration = Duration::from_secs(60);
/// After so many failures in a row a person is called.
const FAILURES_ALLOWED: u32 = 5;

/// Starts what belongs to a server. Several do it at once without harm: each piece of work is done
/// once.
pub(crate) fn start(state: &Data<AppState>) -> Vec<JoinHandle<()>> {
    let [rounds, sending, closing, asking] = std::array::from_fn(|_| state.clone());
    let sent = Job::new("refunds are sent");
    let closed = Job::new("checkouts that pay for nothing any more are closed");
    let asked = Job::new("events that never arrived are applied");
    vec![
        spawn(async move {
            let jobs = Rounds::default();
            again_and_again(EVERY, async || {
                rounds.limits.forget_idle();
                jobs.round(&rounds).await;
            })
            .await;
        }),
        spawn(async move {
            let stripe = &sending.checkout.stripe;
            again_and_again(REFUNDS_EVERY, async || {
                sent.note(refunds::send_due(&sending.db, &now(&sending), stripe).await);
            })
            .await;
        }),
        spawn(async move {
            let stripe = &closing.checkout.stripe;
            again_and_again(CLOSED_EVERY, async || {
                closed.note(checkout::close_unpayable(&closing.db, &now(&closing), stripe).await);
            })
            .await;
        }),
        spawn(async move {
            let stripe = &asking.checkout.stripe;
            sleep(FIRST_RECONCILED_AFTER).await;
            again_and_again(RECONCILED_EVERY, async || {
                let done = reconcile::reconcile(&asking.db, &now(&asking), stripe, None).await;
                asked.note(done.map(|done| done.missing));
            })
            .await;
        }),
    ]
}

/// Starts what belongs to whoever takes jobs: it queues what was left while nobody could have done it.
/// Whether there is a mail server or a model to ask is what this process has been told, and a server
/// without a worker may have been told otherwise.
pub(crate) fn start_queueing(state: &Data<AppState>) -> JoinHandle<()> {
    let state = state.clone();
    let embedded = Job::new("jobs are queued for tutors who wait to be embedded");
    let mailed = Job::new("jobs are queued for letters that waited for a mail server");
    spawn(async move {
        again_and_again(EVERY, async || {
            let (tools, scope) = (state.tools(), now(&state));
            mailed.note(mail::request_untried(tools, &scope).await);
            embedded.note(embeddings::request_pending(tools, &scope).await);
        })
        .await;
    })
}

fn now(state: &AppState) -> Scope {
    Scope::new(state.clock.now(), Actor::Job)
}

/// Runs a round at once, then after each pause, for ever. One that panics is logged and the next
/// one comes: a task that ended would be missed by nobody until its work was.
pub async fn again_and_again(pause: Duration, mut round: impl AsyncFnMut()) {
    loop {
        unless_it_panics(round()).await;
        sleep(pause).await;
    }
}

/// Goes through with a round to its end, or to its panic, which is logged.
pub(crate) async fn unless_it_panics(round: impl Future<Output = ()>) {
    // What a round shares with the next is the database, which rolls back, and the clock.
    if let Err(panic) = AssertUnwindSafe(round).catch_unwind().await {
        log::error!("a round of housekeeping panicked: {}", panic_words(&*panic));
    }
}

/// What is done each minute in the database alone.
struct Rounds {
    settled: Job,
    overtaken: Job,
    deleted: Job,
}

impl Default for Rounds {
    fn default() -> Self {
        Self {
            settled: Job::new("events that waited are settled"),
            overtaken: Job::new("orders overtaken by the clock are written down"),
            deleted: Job::new("rows that nobody can use any more are deleted"),
        }
    }
}

impl Rounds {
    async fn round(&self, state: &AppState) {
        let (db, scope) = (&state.db, now(state));
        self.settled
            .note(webhooks::settle_waiting(db, &scope).await);
        self.overtaken.note(overtaken::sweep(db, &scope).await);
        self.deleted.note(retention::purge(db, &scope).await);
    }
}

/// A piece of work that comes again, and how often in a row it has failed.
struct Job {
    done: &'static str,
    failures: Cell<u32>,
}

impl Job {
    fn new(done: &'static str) -> Self {
        Self {
            done,
            failures: Cell::new(0),
        }
    }

    fn note(&self, result: Result<usize, ServiceError>) {
        let done = self.done;
        match result {
            Ok(count) => {
                self.failures.set(0);
                if count > 0 {
                    log::info!(count; "{done}");
                }
            }
            Err(error) => {
                let failures = self.failures.get() + 1;
                self.failures.set(failures);
                let cause = error_chain(&error);
                if failures >= FAILURES_ALLOWED {
                    log::error!(failures; "not all {done}, failed so many times in a row: {cause}");
                } else {
                    log::warn!("not all {done}: {cause}");
                }
            }
        }
    }
}
