//! Taking away what seeds made, and nothing else.

use persistence::seed_runs::{self, Cleared};
use persistence::{StoreError, execute_for_tests, texts_for_tests};
use seed::WriteOptions;
use serde_json::json;

use super::dump::{dump, dump_with_ids};
use super::{plan, wrong_ratings};
use crate::support::{TestApp, TestDatabase, id, order_body, profile_body};

async fn clear(app: &TestApp) -> Cleared {
    persistence::write(app.db(), &app.scope(), async |tx| {
        seed_runs::clear(tx).await
    })
    .await
    .unwrap_or_else(|error: StoreError| panic!("{error:?}"))
}

async fn generate(app: &TestApp) {
    let mut plan = plan(30, 40, 7);
    plan.as_of = app.now().date_naive();
    seed::write_market(app.db(), plan, &WriteOptions::default(), |_, _| {})
        .await
        .unwrap();
}

async fn one(app: &TestApp, sql: &str) -> String {
    texts_for_tests(app.db(), sql).await.unwrap().remove(0)
}

async fn email_of(app: &TestApp, role: &str) -> String {
    one(
        app,
        &format!("SELECT email FROM users WHERE role = '{role}' AND seed_run_id IS NOT NULL ORDER BY email"),
    )
    .await
}

#[actix_web::test]
async fn all_that_a_seed_made_goes() {
    let app = TestApp::new().await;
    let before = dump(app.db()).await;
    generate(&app).await;
    let cleared = clear(&app).await;
    assert_eq!((cleared.accounts, cleared.orders), (30 + 14, 40));
    assert_eq!((cleared.kept_accounts, cleared.kept_orders), (0, 0));
    assert_eq!(dump(app.db()).await, before);
    for table in [
        "seed_runs",
        "stripe_customers",
        "tutor_hours",
        "tutor_search",
    ] {
        let sql = format!("SELECT CAST(count(*) AS text) FROM {table}");
        assert_eq!(one(&app, &sql).await, "0", "{table}");
    }
}

#[actix_web::test]
async fn a_real_user_with_the_name_of_a_demo_stays() {
    let app = TestApp::with_stripe().await;
    let body = json!({
        "email": "demo_tutor_1@example.org", "password": "сова-и-лампа", "role": "tutor",
        "first_name": "demo_tutor_1", "last_name": "Demo",
    });
    let registered = app
        .anonymous()
        .post("/auth/register", body)
        .await
        .expect(201);
    let tutor = app
        .anonymous()
        .with_token(registered["access_token"].as_str().unwrap());
    tutor
        .post("/me/tutor-profile", profile_body())
        .await
        .expect(201);
    let (paid_tutor, _) = app.tutor().await;
    app.completed_booking(&paid_tutor).await;
    let before = dump(app.db()).await;
    generate(&app).await;
    clear(&app).await;
    assert_eq!(dump(app.db()).await, before);
}

#[actix_web::test]
async fn a_deal_with_a_real_person_stays_whole() {
    let app = TestApp::new().await;
    generate(&app).await;
    let (tutor, _) = app.tutor().await;
    let orders = tutor.get("/orders?limit=1").await.expect(200);
    let order = id(&orders["items"][0]);
    let bid = app.bid(&tutor, &order, 120_000).await;
    let cleared = clear(&app).await;
    assert_eq!(cleared.kept_orders, 1);
    assert_eq!(cleared.accounts + cleared.kept_accounts, 44);
    tutor.get(&format!("/applications/{bid}")).await.expect(200);
    let found = tutor.get(&format!("/orders/{order}")).await.expect(200);
    assert_eq!(found["id"], order.as_str());
    // Who stays is rated by the reviews that stay.
    assert_eq!(wrong_ratings(app.db()).await, 0);
}

#[actix_web::test]
async fn what_a_demo_account_did_since_goes_with_it() {
    let app = TestApp::new().await;
    generate(&app).await;
    let email = email_of(&app, "student").await;
    let student = app.take_over(&email).await;
    student.post("/orders", order_body()).await.expect(201);
    let cleared = clear(&app).await;
    assert_eq!((cleared.orders, cleared.kept_orders), (41, 0));
    assert_eq!(cleared.kept_accounts, 0);
}

#[actix_web::test]
async fn generating_anew_with_clear_gives_the_same_market() {
    let database = TestDatabase::new().await;
    super::write(&database, plan(30, 20, 7)).await;
    let before = dump_with_ids(&database.db).await;
    let options = WriteOptions {
        clear: true,
        ..WriteOptions::default()
    };
    let again = seed::write_market(&database.db, plan(30, 20, 7), &options, |_, _| {}).await;
    assert_eq!(again.unwrap().cleared.unwrap().orders, 20);
    assert_eq!(dump_with_ids(&database.db).await, before);
}

/// The removal and the new rows are one transaction.
#[actix_web::test]
async fn an_error_at_the_end_undoes_the_clearing_too() {
    let database = TestDatabase::new().await;
    super::write(&database, plan(10, 10, 7)).await;
    // A real account that a later market will want the address of.
    let wanted = seed::generate(plan(10, 10, 8)).tutors.remove(9).email;
    let sql = format!(
        "UPDATE users SET email = '{wanted}', seed_run_id = NULL \
         WHERE id = (SELECT student_id FROM orders LIMIT 1)"
    );
    execute_for_tests(&database.db, &sql).await.unwrap();
    let before = dump_with_ids(&database.db).await;
    let options = WriteOptions {
        clear: true,
        ..WriteOptions::default()
    };
    let refused = seed::write_market(&database.db, plan(10, 10, 8), &options, |_, _| {}).await;
    assert!(refused.is_err());
    assert_eq!(dump_with_ids(&database.db).await, before);
}

#[actix_web::test]
async fn what_told_of_a_demo_accounts_payment_goes_with_it() {
    let app = TestApp::with_stripe().await;
    generate(&app).await;
    let without_premium = "SELECT u.email FROM users u JOIN tutor_profiles p ON p.user_id = u.id \
         WHERE p.premium_until IS NULL ORDER BY u.email";
    let tutor = app.take_over(&one(&app, without_premium).await).await;
    let premium = tutor
        .post("/payments/checkout", json!({ "type": "premium" }))
        .await;
    app.pay(premium.expect(201)["session_id"].as_str().unwrap())
        .await;
    clear(&app).await;
    for table in [
        "payments",
        "stripe_facts",
        // An event that tells us nothing leads to nobody, and stays.
        "stripe_webhook_events WHERE outcome <> 'ignored'",
        "ledger_entries",
    ] {
        let sql = format!("SELECT CAST(count(*) AS text) FROM {table}");
        assert_eq!(one(&app, &sql).await, "0", "{table}");
    }
}
