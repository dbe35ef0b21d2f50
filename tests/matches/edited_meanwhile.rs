//! An order that is edited while its job computes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use chrono::{DateTime, Utc};
use domain::order::OrderDraft;
use futures_util::future::BoxFuture;
use persistence::{Actor, Db, DbConfig, Scope, integer_for_tests, matches, write};
use services::clock::{Clock, VirtualClock};
use services::jobs::{JobOutcome, run_due};
use services::{SeenVersion, Tools};
use timing::Wait;
use uuid::Uuid;

use super::verified;
use crate::support::{TestApp, never, profile_body};

/// A clock that edits an order as soon as its matches are stored, before anybody is told of them.
struct Meddling {
    clock: Arc<VirtualClock>,
    database_url: String,
    order_id: Uuid,
    has_meddled: AtomicBool,
}

impl Clock for Meddling {
    fn now(&self) -> DateTime<Utc> {
        let now = self.clock.now();
        if !self.has_meddled.load(Ordering::SeqCst) {
            let (url, order_id) = (self.database_url.clone(), self.order_id);
            // Whoever asks for the time waits for it, so nothing else of the job goes on.
            let meddler = std::thread::spawn(move || {
                let mut runtime = tokio::runtime::Builder::new_current_thread();
                let runtime = runtime.enable_all().build().unwrap();
                runtime.block_on(edit_if_matched(url, order_id, now))
            });
            let has_meddled = meddler.join().unwrap();
            self.has_meddled.store(has_meddled, Ordering::SeqCst);
        }
        now
    }

    fn instant(&self) -> Instant {
        self.clock.instant()
    }

    fn sleep_until(&self, at: Instant, wait: Wait) -> BoxFuture<'static, ()> {
        self.clock.sleep_until(at, wait)
    }
}

async fn edit_if_matched(url: String, order_id: Uuid, now: DateTime<Utc>) -> bool {
    let config = DbConfig {
        url,
        max_connections: 1,
        schema: None,
    };
    let db = Db::connect(&config).await.unwrap();
    let is_matched = matches::find(&db, order_id).await.unwrap().is_some();
    if is_matched {
        let dearer = |draft| OrderDraft {
            budget_max: 180_001,
            ..draft
        };
        write(&db, &Scope::new(now, Actor::Command), async |tx| {
            services::orders::update(tx, order_id, SeenVersion::Any, None, dearer).await
        })
        .await
        .unwrap();
    }
    db.close().await.unwrap();
    is_matched
}

async fn told(app: &TestApp) -> i64 {
    let sql = "SELECT count(*) FROM outbox WHERE type = 'new_order_match'";
    integer_for_tests(app.db(), sql).await.unwrap()
}

#[actix_web::test]
async fn an_order_that_is_edited_meanwhile_is_matched_again_before_anybody_is_told() {
    let app = TestApp::new().await;
    verified(&app, profile_body()).await;
    // The new tutor's own job is no part of this.
    app.run_jobs().await;
    let student = app.student().await;
    let order = app.order(&student).await;
    let path = format!("/orders/{order}/matches");
    let clock = Meddling {
        clock: Arc::clone(&app.clock),
        database_url: app.database_url().to_owned(),
        order_id: Uuid::parse_str(&order).unwrap(),
        has_meddled: AtomicBool::new(false),
    };
    let tools = Tools {
        clock: &clock,
        ..app.tools()
    };
    let run = run_due(tools, "overtaken", never).await.unwrap().unwrap();
    assert_eq!(run.outcome, JobOutcome::Done);
    assert!(clock.has_meddled.load(Ordering::SeqCst));
    assert_eq!(told(&app).await, 0);
    assert_eq!(student.get(&path).await.expect(200)["stale"], true);

    let runs = app.run_jobs().await;
    assert_eq!(runs.len(), 1, "{runs:?}");
    assert_eq!(told(&app).await, 1);
    assert_eq!(student.get(&path).await.expect(200)["stale"], false);
}
