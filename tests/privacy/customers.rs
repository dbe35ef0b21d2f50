//! What Stripe knows of a person who is erased here.

use chrono::TimeDelta;
use payments::{CustomerRequest, RefundRequest};
use persistence::{execute_for_tests, texts_for_tests, write};
use serde_json::{Value, json};
use services::jobs::{Job, JobOutcome};
use services::{ServiceError, checkout, retention};
use stripe_fake::Fault;
use uuid::Uuid;

use crate::support::{Client, TestApp};

/// A student whose lesson is paid and over, and who is erased.
async fn erased_student(app: &TestApp) -> Client {
    let (tutor, _) = app.tutor().await;
    let (student, _) = app.completed_booking(&tutor).await;
    let student = app.again(&student).await;
    student.delete("/me").await.expect(204);
    student
}

/// What has become of the jobs that delete customers and are due.
async fn deletions(app: &TestApp) -> Vec<JobOutcome> {
    let runs = app.run_jobs().await.into_iter();
    let of_customers = runs.filter(|run| run.kind == "delete_customer");
    of_customers.map(|run| run.outcome).collect()
}

fn of_user(who: &Client) -> Uuid {
    who.user_id.parse().unwrap()
}

async fn texts(app: &TestApp, sql: &str) -> Vec<String> {
    texts_for_tests(app.db(), sql).await.unwrap()
}

const LIVE_HERE: &str = "SELECT customer_id FROM stripe_customers WHERE deleted_at IS NULL";

#[actix_web::test]
async fn the_customer_of_somebody_who_is_erased_is_deleted_at_stripe() {
    let app = TestApp::with_stripe().await;
    erased_student(&app).await;
    assert_eq!(app.fake().live_customers().len(), 1);
    assert_eq!(deletions(&app).await, [JobOutcome::Done]);
    assert_eq!(app.fake().live_customers(), Vec::<String>::new());
    assert_eq!(texts(&app, LIVE_HERE).await, Vec::<String>::new());
}

/// By a version that left their customer there.
#[actix_web::test]
async fn the_customers_of_those_who_were_erased_before_are_deleted_when_asked_for() {
    let app = TestApp::with_stripe().await;
    erased_student(&app).await;
    execute_for_tests(app.db(), "DELETE FROM jobs")
        .await
        .unwrap();
    for (requested, done) in [(1, vec![JobOutcome::Done]), (0, vec![])] {
        let requests = checkout::request_deletions(app.db(), &app.scope()).await;
        assert_eq!(requests.unwrap(), requested);
        assert_eq!(deletions(&app).await, done);
    }
    assert_eq!(app.fake().live_customers(), Vec::<String>::new());
}

#[actix_web::test]
async fn whoever_never_came_to_a_checkout_leaves_no_job() {
    let app = TestApp::with_stripe().await;
    app.student().await.delete("/me").await.expect(204);
    assert_eq!(deletions(&app).await, []);
}

#[actix_web::test]
async fn a_stripe_that_fails_is_asked_again() {
    let app = TestApp::with_stripe().await;
    erased_student(&app).await;
    let deletion = Some("DELETE /v1/customers");
    app.fake().fail_next(Fault::ServerError, 4, deletion);
    assert_eq!(deletions(&app).await, [JobOutcome::Retried]);
    assert_eq!(app.fake().live_customers().len(), 1);
    app.advance(TimeDelta::seconds(30));
    assert_eq!(deletions(&app).await, [JobOutcome::Done]);
    assert_eq!(app.fake().live_customers(), Vec::<String>::new());
}

/// The answer to an earlier try may have been lost, or the key be another account's by now.
#[actix_web::test]
async fn a_customer_that_is_not_there_counts_as_deleted() {
    let app = TestApp::with_stripe().await;
    let student = erased_student(&app).await;
    deletions(&app).await;
    let forget = "UPDATE stripe_customers SET deleted_at = NULL";
    persistence::execute_for_tests(app.db(), forget)
        .await
        .unwrap();
    let again = Job::DeleteCustomer {
        user_id: of_user(&student),
    };
    app.enqueue(&again).await;
    assert_eq!(deletions(&app).await, [JobOutcome::Done]);
    assert_eq!(texts(&app, LIVE_HERE).await, Vec::<String>::new());
}

#[actix_web::test]
async fn nobody_who_is_not_erased_loses_their_customer() {
    let app = TestApp::with_stripe().await;
    let (tutor, _) = app.tutor().await;
    let (student, _) = app.confirmed_booking(&tutor).await;
    let job = Job::DeleteCustomer {
        user_id: of_user(&student),
    };
    app.enqueue(&job).await;
    assert_eq!(deletions(&app).await, [JobOutcome::Done]);
    assert_eq!(app.fake().live_customers().len(), 1);
    assert_eq!(texts(&app, LIVE_HERE).await.len(), 1);
}

/// A customer that is made for somebody who is erased before anything is kept of it: a checkout asks
/// Stripe for one outside of any transaction.
async fn made_too_late(app: &TestApp) {
    let student = app.student().await;
    let user_id = of_user(&student);
    let request = CustomerRequest {
        user_id,
        email: student.email.clone(),
        name: "Анна Иванова".into(),
    };
    let made = app.stripe().create_customer(&request, "made").await;
    let made = made.unwrap();
    student.delete("/me").await.expect(204);
    write(app.db(), &app.scope(), async |tx| {
        services::checkout::keep_customer(tx, user_id, &made).await?;
        Ok::<_, ServiceError>(())
    })
    .await
    .unwrap();
}

#[actix_web::test]
async fn a_customer_that_was_made_while_its_user_was_erased_goes_too() {
    let app = TestApp::with_stripe().await;
    made_too_late(&app).await;
    assert_eq!(deletions(&app).await, [JobOutcome::Done]);
    assert_eq!(app.fake().live_customers(), Vec::<String>::new());
}

#[actix_web::test]
async fn of_a_customer_that_nothing_was_paid_by_not_even_its_id_is_kept_after_a_month() {
    let app = TestApp::with_stripe().await;
    made_too_late(&app).await;
    erased_student(&app).await;
    deletions(&app).await;
    let purge = async || retention::purge(app.db(), &app.scope()).await.unwrap();
    let kept = "SELECT customer_id FROM stripe_customers ORDER BY customer_id";
    app.advance(TimeDelta::days(30) - TimeDelta::seconds(1));
    purge().await;
    assert_eq!(texts(&app, kept).await.len(), 2);
    app.advance(TimeDelta::seconds(1));
    purge().await;
    let paid_by = "SELECT customer_id FROM payments";
    assert_eq!(texts(&app, kept).await, texts(&app, paid_by).await);
}

/// Somebody gives all of it back in Stripe's dashboard; what follows is delivered.
async fn given_back(app: &TestApp) -> Vec<Value> {
    let intents = "SELECT payment_intent_id FROM payments";
    let request = RefundRequest {
        payment_intent_id: texts(app, intents).await.remove(0),
        amount_minor: 150_000,
        refund_id: Uuid::now_v7(),
    };
    let before = app.fake().events().len();
    app.stripe().refund(&request, "by-hand").await.unwrap();
    app.fake().events().split_off(before)
}

#[actix_web::test]
async fn what_stripe_says_of_a_deleted_customer_still_counts() {
    let app = TestApp::with_stripe().await;
    let before = app.fake().events().len();
    erased_student(&app).await;
    deletions(&app).await;
    let mut late = app.fake().events().split_off(before);
    late.retain(|event| event["type"] == "customer.deleted");
    assert_eq!(late.len(), 1);
    late.extend(given_back(&app).await);
    for event in &late {
        let outcome = app.outcome(event).await;
        assert_ne!(outcome, "parked", "{}", event["type"]);
    }
    let payment = "SELECT status || ' ' || CAST(refunded_minor AS text) FROM payments";
    assert_eq!(texts(&app, payment).await, ["refunded 150000"]);
    let books = "SELECT account || ' ' || CAST(sum(amount_minor) AS text) FROM ledger_entries \
                 GROUP BY account HAVING sum(amount_minor) <> 0 ORDER BY account";
    let expected = ["refund 150000", "student -150000"];
    assert_eq!(texts(&app, books).await, expected);
}

/// A page that was open holds the address of the payer, and what was asked of Stripe names its customer.
#[actix_web::test]
async fn nothing_is_kept_of_a_checkout_but_what_the_ledger_needs() {
    let app = TestApp::with_stripe().await;
    let (tutor, _) = app.tutor().await;
    let (student, booking) = app.booking(&tutor).await;
    let body = json!({ "type": "booking", "booking_id": booking["id"] });
    student.post("/payments/checkout", body).await.expect(201);
    let kept = "SELECT id FROM payments WHERE request IS NOT NULL OR checkout_url IS NOT NULL";
    let count = format!("SELECT count(*) FROM ({kept}) AS kept");
    let kept = async || persistence::integer_for_tests(app.db(), &count).await;
    assert_eq!(kept().await.unwrap(), 1);
    student.delete("/me").await.expect(204);
    assert_eq!(kept().await.unwrap(), 0);
}
