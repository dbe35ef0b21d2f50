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
            for next in (0..self.events.len()).filter(|next| !come.contains(next)) {
                let depth = come.len();
                self.run(&format!("SAVEPOINT step{depth}")).await;
                let receipt = webhooks::record(self.tx, &self.events[next]).await.unwrap();
                assert_ne!(receipt, webhooks::Receipt::Duplicate);
                self.steps += 1;
                // One of those that have come comes again.
                let again = come.get(self.steps % (depth + 1)).copied().unwrap_or(next);
                let receipt = webhooks::record(self.tx, &self.events[again])
                    .await
                    .unwrap();
                assert_eq!(receipt, webhooks::Receipt::Duplicate);
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

#[actix_web::test]
async fn every_order_of_a_bookings_events_comes_to_the_model() {
    let app = TestApp::with_stripe().await;
    let (_, _, opened) = opened(&app).await;
    let events = life(&opened);
    let scope = Scope::new(app.now(), persistence::Actor::Stripe);
    let began = std::time::Instant::now();
    let (orders, steps) = write(app.db(), &scope, async |tx| {
        let mut walk = Walk {
            tx,
            events: &events,
            orders: 0,
            steps: 0,
        };
        walk.on(Vec::new()).await;
        Ok::<_, ServiceError>((walk.orders, walk.steps))
    })
    .await
    .unwrap();
    println!("{orders} orders, {steps} steps, {:.1?}", began.elapsed());
    assert_eq!((orders, steps), (5_040, 13_699));
}
