//! Writing down what the clock has decided: once, whoever does it, however much it is.

use chrono::TimeDelta;
use persistence::{Db, DbConfig, execute_for_tests, integer_for_tests, write};
use serde_json::json;
use services::ServiceError;
use uuid::Uuid;

use crate::support::{TestApp, order_body};

async fn sweep(app: &TestApp) -> usize {
    let swept = services::overtaken::sweep(app.db(), &app.scope()).await;
    swept.unwrap()
}

/// As another process would.
async fn sweep_on_a_thread(app: &TestApp) -> usize {
    let scope = app.scope();
    let config = DbConfig {
        url: app.database_url().to_owned(),
        max_connections: 2,
        schema: None,
    };
    let (done, written) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = runtime.enable_all().build().unwrap();
        let swept = runtime.block_on(async {
            let db = Db::connect(&config).await.unwrap();
            let swept = services::overtaken::sweep(&db, &scope).await.unwrap();
            db.close().await.unwrap();
            swept
        });
        done.send(swept).unwrap();
    });
    written.await.unwrap()
}

async fn count(app: &TestApp, what: &str) -> i64 {
    let sql = format!("SELECT CAST(count(*) AS bigint) FROM {what}");
    integer_for_tests(app.db(), &sql).await.unwrap()
}

/// So many open orders that end in an hour, placed in one transaction.
async fn backlog(app: &TestApp, count: usize) {
    let student = app.student().await;
    let student_id = Uuid::parse_str(&student.user_id).unwrap();
    let draft = domain::order::OrderDraft {
        title: "ЕГЭ".into(),
        description: "Нужна геометрия.".into(),
        goal: None,
        budget_min: 1_000,
        budget_max: 2_000,
        currency: None,
        formats: vec!["online".into()],
        city: None,
        region: None,
        availability: None,
        time_zone: None,
        expires_at: Some(app.now() + TimeDelta::hours(1)),
    };
    write(app.db(), &app.scope(), async |tx| {
        for _ in 0..count {
            services::orders::create(tx, student_id, "matematika", draft.clone()).await?;
        }
        Ok::<_, ServiceError>(())
    })
    .await
    .unwrap();
}

#[actix_web::test]
async fn a_backlog_of_several_batches_is_worked_off_past_one_that_cannot_be() {
    let app = TestApp::new().await;
    let student = app.student().await;
    let mut body = order_body();
    body["title"] = json!("Отравленный");
    body["expires_at"] = json!(app.now() + TimeDelta::minutes(30));
    // Two such, of which the database takes only one as expired: the other fails every time.
    for _ in 0..2 {
        student.post("/orders", body.clone()).await.expect(201);
    }
    let sql = "CREATE UNIQUE INDEX uq_poison ON orders (title) \
               WHERE status = 'expired' AND title = 'Отравленный'";
    execute_for_tests(app.db(), sql).await.unwrap();
    backlog(&app, 230).await;
    app.advance(TimeDelta::hours(2));
    assert_eq!(sweep(&app).await, 231);
    assert_eq!(count(&app, "orders WHERE status = 'expired'").await, 231);
    assert_eq!(sweep(&app).await, 0);
    execute_for_tests(app.db(), "DROP INDEX uq_poison")
        .await
        .unwrap();
    assert_eq!(sweep(&app).await, 1);
}

#[actix_web::test]
async fn two_sweeps_at_once_write_everything_down_once() {
    let app = TestApp::new().await;
    let (tutor, _) = app.tutor().await;
    for hours in 0..6 {
        app.advance(TimeDelta::hours(hours));
        let tutor = app.again(&tutor).await;
        app.booking(&tutor).await;
    }
    backlog(&app, 20).await;
    app.advance(TimeDelta::hours(30));
    let sweeps = [sweep_on_a_thread(&app), sweep_on_a_thread(&app)];
    let [here, there] = futures_util::future::join_all(sweeps).await[..] else {
        panic!("two sweeps");
    };
    assert_eq!(here + there, 26);
    assert_eq!(count(&app, "bookings WHERE status = 'expired'").await, 6);
    let told = "audit_events WHERE action = 'booking.changed'";
    assert_eq!(count(&app, told).await, 6);
    let told = "audit_events WHERE action = 'order.changed'";
    assert_eq!(count(&app, told).await, 26);
    assert_eq!(
        count(&app, "orders WHERE version <> 3 AND version <> 2").await,
        0
    );
}
