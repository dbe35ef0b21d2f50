//! A refund is tried until Stripe has taken it on, and made once, whatever happens on the way.

use std::time::Duration;

use chrono::TimeDelta;
use domain::payment::RefundStatus;
use payments::{Stripe, StripeConfig};
use persistence::execute_for_tests;
use services::refunds::send_due;
use stripe_fake::Fault;

use super::refunding::{at_stripe, cancelled, refund, send, told};
use crate::support::TestApp;

const ALL: i64 = 150_000;
/// As often as one call is tried.
const TRIES: u32 = 4;
const REFUND: Option<&str> = Some("POST /v1/refunds");

/// As if the process had died between Stripe's answer and its commit.
async fn forget_answer(app: &TestApp) {
    let sql = "UPDATE refunds SET status = 'decided', provider_ref = NULL, \
               next_try_at = created_at";
    execute_for_tests(app.db(), sql).await.unwrap();
}

#[actix_web::test]
async fn while_stripe_fails_a_refund_waits_twice_as_long_after_each_try() {
    let app = TestApp::with_stripe().await;
    let (student, _) = cancelled(&app).await;
    for (attempt, minutes) in [(1, 1), (2, 2), (3, 4)] {
        app.fake().fail_next(Fault::ServerError, TRIES, REFUND);
        assert_eq!(send(&app).await, 0);
        let tried = refund(&app).await;
        assert_eq!(
            (*tried.status, tried.attempts),
            (RefundStatus::Decided, attempt)
        );
        assert!(tried.last_error.is_some());
        let pause = TimeDelta::minutes(minutes);
        assert_eq!(tried.next_try_at, Some(app.now() + pause));
        // Not a second earlier.
        app.let_pass(pause - TimeDelta::seconds(1)).await;
        assert_eq!((send(&app).await, at_stripe(&app)), (0, 0));
        assert_eq!(refund(&app).await.attempts, attempt);
        app.let_pass(TimeDelta::seconds(1)).await;
    }
    assert_eq!((send(&app).await, at_stripe(&app)), (1, 1));
    let sent = refund(&app).await;
    assert_eq!((sent.next_try_at, sent.last_error), (None, None));
    app.deliver_all().await;
    assert_eq!(told(&app, &student).await, ("refunded".into(), ALL));
}

#[actix_web::test]
async fn a_stripe_that_says_nothing_is_given_up_and_asked_again() {
    let app = TestApp::with_stripe().await;
    let (student, _) = cancelled(&app).await;
    let impatient = Stripe::new(&StripeConfig {
        secret_key: "sk_test_of_the_tests".into(),
        api_base: Some(app.fake().base_url().parse().unwrap()),
        call_timeout: Duration::from_millis(20),
    });
    let hour = Fault::Hang(Duration::from_secs(3_600));
    app.fake().fail_next(hour, TRIES, Some("/v1/refunds"));
    let sent = send_due(app.db(), &app.scope(), &impatient.unwrap()).await;
    assert_eq!((sent.unwrap(), at_stripe(&app)), (0, 0));
    let waits = refund(&app).await;
    assert_eq!(*waits.status, RefundStatus::Decided);
    assert!(waits.last_error.is_some());
    app.let_pass(TimeDelta::minutes(1)).await;
    assert_eq!((send(&app).await, at_stripe(&app)), (1, 1));
    app.deliver_all().await;
    assert_eq!(told(&app, &student).await, ("refunded".into(), ALL));
}

#[actix_web::test]
async fn an_answer_that_is_lost_on_the_way_is_had_by_asking_again() {
    let app = TestApp::with_stripe().await;
    let (student, _) = cancelled(&app).await;
    app.fake().fail_next(Fault::LostAnswer, 1, REFUND);
    assert_eq!((send(&app).await, at_stripe(&app)), (1, 1));
    app.deliver_all().await;
    assert_eq!(told(&app, &student).await, ("refunded".into(), ALL));
}

#[actix_web::test]
async fn a_try_after_one_whose_answers_were_all_lost_gives_that_same_refund() {
    let app = TestApp::with_stripe().await;
    let (student, _) = cancelled(&app).await;
    app.fake().fail_next(Fault::LostAnswer, TRIES, REFUND);
    assert_eq!((send(&app).await, at_stripe(&app)), (0, 1));
    assert_eq!(*refund(&app).await.status, RefundStatus::Decided);
    app.let_pass(TimeDelta::minutes(1)).await;
    assert_eq!((send(&app).await, at_stripe(&app)), (1, 1));
    let made = &app.events_of("refund.created")[0]["data"]["object"]["id"];
    assert_eq!(*made, refund(&app).await.provider_ref.unwrap());
    app.deliver_all().await;
    assert_eq!(told(&app, &student).await, ("refunded".into(), ALL));
}

#[actix_web::test]
async fn a_refund_told_of_before_its_answer_was_had_is_not_sent_again() {
    let app = TestApp::with_stripe().await;
    let (student, _) = cancelled(&app).await;
    app.fake().fail_next(Fault::LostAnswer, TRIES, REFUND);
    assert_eq!(send(&app).await, 0);
    app.deliver_all().await;
    assert_eq!(*refund(&app).await.status, RefundStatus::Succeeded);
    app.let_pass(TimeDelta::hours(1)).await;
    assert_eq!((send(&app).await, at_stripe(&app)), (0, 1));
    assert_eq!(told(&app, &student).await, ("refunded".into(), ALL));
}

#[actix_web::test]
async fn however_old_a_try_is_what_it_did_is_not_done_twice() {
    // Stripe forgets a key after a day.
    for hours in [1, 22, 23, 24, 25, 24 * 40] {
        let app = TestApp::with_stripe().await;
        let (student, _) = cancelled(&app).await;
        // Of a part Stripe would give back another one: it isn't Stripe that keeps us from it.
        let part = "UPDATE refunds SET amount_minor = 50000";
        execute_for_tests(app.db(), part).await.unwrap();
        assert_eq!(send(&app).await, 1);
        forget_answer(&app).await;
        app.let_pass(TimeDelta::hours(hours)).await;
        send(&app).await;
        assert_eq!(at_stripe(&app), 1, "after {hours} h");
        assert_eq!(*refund(&app).await.status, RefundStatus::Succeeded);
        app.deliver_all().await;
        let back = ("partially_refunded".into(), 50_000);
        assert_eq!(told(&app, &student).await, back, "after {hours} h");
    }
}

#[actix_web::test]
async fn an_old_try_that_did_nothing_is_made_up_for() {
    let app = TestApp::with_stripe().await;
    let (student, _) = cancelled(&app).await;
    app.fake().fail_next(Fault::ServerError, TRIES, REFUND);
    assert_eq!(send(&app).await, 0);
    app.let_pass(TimeDelta::hours(25)).await;
    assert_eq!((send(&app).await, at_stripe(&app)), (1, 1));
    app.deliver_all().await;
    assert_eq!(told(&app, &student).await, ("refunded".into(), ALL));
}

#[actix_web::test]
async fn two_servers_that_send_at_once_make_one_refund() {
    let app = TestApp::with_stripe().await;
    let (student, _) = cancelled(&app).await;
    let rounds = (0..8).map(|_| async { send(&app).await });
    let sent = futures_util::future::join_all(rounds).await;
    assert_eq!(sent.iter().sum::<usize>(), 1);
    assert_eq!(at_stripe(&app), 1);
    app.deliver_all().await;
    assert_eq!(told(&app, &student).await, ("refunded".into(), ALL));
    assert_eq!(refund(&app).await.attempts, 1);
}

#[actix_web::test]
async fn a_refund_that_fails_keeps_no_other_waiting() {
    let app = TestApp::with_stripe().await;
    for _ in 0..3 {
        cancelled(&app).await;
    }
    app.fake().fail_next(Fault::ServerError, TRIES, REFUND);
    assert_eq!((send(&app).await, at_stripe(&app)), (2, 2));
    app.let_pass(TimeDelta::minutes(1)).await;
    assert_eq!((send(&app).await, at_stripe(&app)), (1, 3));
}
