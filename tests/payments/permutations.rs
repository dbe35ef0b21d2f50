//! Every order of a booking's events, each event recorded and settled in the database as it comes.
//!
//! The orders are walked as a tree: those that begin alike share their beginning, behind a
//! savepoint, so that 5,040 orders are 13,699 steps.

use std::pin::Pin;

use payments::events::{self, Event};
use persistence::{Scope, Tx, execute_for_tests, texts_for_tests, write};
use services::{ServiceError, webhooks};

use super::booking::opened;
use super::events::Opened;
use crate::support::TestApp;

/// The money came late, went back in two parts, and was disputed in vain.
fn life(opened: &Opened) -> Vec<Event> {
    let told = [
        opened.session("completed", 1, "unpaid"),
        opened.session("async_payment_succeeded", 2, "paid"),
        opened.session("expired", 3, "unpaid"),
        opened.charge(4, 40_000),
        opened.charge(5, 150_000),
        opened.dispute("created", 6, "needs_response"),
        opened.dispute("closed", 7, "won"),
    ];
    let read = |event: &serde_json::Value| events::read(event.to_string().as_bytes()).unwrap();
    told.iter().map(read).collect()
}

/// What is in the end, whatever came first.
const MODEL: [&str; 4] = [
    "booking refunded",
    "ledger refund 150000",
    "ledger student -150000",
    "payment refunded 150000 0 0",
];

const FOUND: &str = "SELECT 'booking ' || status AS line FROM bookings \
    UNION ALL SELECT 'payment ' || status || ' ' || refunded_minor || ' ' || disputed_minor || ' ' || lost_minor FROM payments \
    UNION ALL SELECT 'ledger ' || account || ' ' || SUM(amount_minor) FROM ledger_entries GROUP BY account HAVING SUM(amount_minor) <> 0 \
    UNION ALL SELECT 'parked ' || event_id FROM stripe_webhook_events WHERE outcome = 'parked' ORDER BY 1";

struct Walk<'a> {
    tx: &'a Tx,
    events: &'a [Event],
    /// With which events to begin.
    first: &'a [usize],
    orders: usize,
    steps: usize,
}

impl Walk<'_> {
    /// Goes on with every event that has not come yet.
    fn on<'w>(&'w mut self, come: Vec<usize>) -> Pin<Box<dyn Future<Output = ()> + 'w>> {
        Box::pin(async move {
            if come.len() == self.events.len() {
                self.orders += 1;
                let found = texts_for_tests(self.tx, FOUND).await.unwrap();
                assert_eq!(found, MODEL, "{come:?}");
                return;
            }
            let depth = come.len();
            for next in (0..self.events.len()).filter(|next| !come.contains(next)) {
                if depth == 0 && !self.first.contains(&next) {
                    continue;
                }
                self.run(&format!("SAVEPOINT step{depth}")).await;
                let receipt = webhooks::record(self.tx, &self.events[next]).await.unwrap();
                assert_ne!(receipt, webhooks::Receipt::Duplicate);
                self.steps += 1;
                // Now and then one of those that have come comes again.
                if let Some(again) = come.get(self.steps % self.events.len()) {
                    let again = &self.events[*again];
                    let receipt = webhooks::record(self.tx, again).await.unwrap();
                    assert_eq!(receipt, webhooks::Receipt::Duplicate);
                }
                let mut come = come.clone();
                come.push(next);
                self.on(come).await;
                self.run(&format!("ROLLBACK TO SAVEPOINT step{depth}"))
                    .await;
            }
        })
    }

    async fn run(&self, sql: &str) {
        execute_for_tests(self.tx, sql).await.unwrap();
    }
}

/// Walks the orders that begin with one of these.
async fn walk_from(first: &[usize]) {
    let app = TestApp::with_stripe().await;
    let (_, _, opened) = opened(&app).await;
    let events = life(&opened);
    let scope = Scope::new(app.now(), persistence::Actor::Stripe);
    let began = std::time::Instant::now();
    let (orders, steps) = write(app.db(), &scope, async |tx| {
        let mut walk = Walk {
            tx,
            events: &events,
            first,
            orders: 0,
            steps: 0,
        };
        walk.on(Vec::new()).await;
        Ok::<_, ServiceError>((walk.orders, walk.steps))
    })
    .await
    .unwrap();
    println!("{orders} orders, {steps} steps, {:.1?}", began.elapsed());
    assert_eq!((orders, steps), (720 * first.len(), 1_957 * first.len()));
}

// Two, so that two cores share the work.

#[actix_web::test]
async fn every_order_of_a_bookings_events_that_begins_with_a_session_comes_to_the_model() {
    walk_from(&[0, 1, 2]).await;
}

#[actix_web::test]
async fn every_order_of_a_bookings_events_that_begins_with_a_reversal_comes_to_the_model() {
    walk_from(&[3, 4, 5, 6]).await;
}
