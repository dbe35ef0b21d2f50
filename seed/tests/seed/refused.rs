//! Fixtures with something wrong in them: nothing is loaded, and the entry is named.

use seed::{Fixture, Moment};

use crate::market::{Market, demo};

/// The refusal of the demo with a change, which must have left nothing behind.
async fn refusal(change: impl FnOnce(&mut Fixture)) -> String {
    let market = Market::empty().await;
    let mut fixture = demo();
    change(&mut fixture);
    let refused = market.load(&fixture).await.unwrap_err();
    for table in ["users", "orders", "seed_runs", "stripe_customers"] {
        let left = format!("SELECT count(*) FROM {table}");
        assert_eq!(market.count(&left).await, 0, "{table}");
    }
    refused.to_string()
}

#[tokio::test]
async fn an_unknown_subject_of_a_tutor() {
    let refused = refusal(|fixture| fixture.tutors[3].subjects[1] = "alhimiya".into()).await;
    assert_eq!(refused, r#"tutors[3] "t04": /subjects/1: unknown"#);
}

#[tokio::test]
async fn all_that_is_wrong_with_an_order() {
    let refused = refusal(|fixture| {
        fixture.orders[39].subject = "alhimiya".into();
        fixture.orders[39].title = " ".into();
    });
    assert_eq!(
        refused.await,
        r#"orders[39] "o40": /title: too_short (at least 1); /subject: unknown"#
    );
}

#[tokio::test]
async fn a_bid_above_the_limit() {
    let refused = refusal(|fixture| fixture.orders[9].applications[1].price = i64::MAX).await;
    assert!(
        refused.starts_with(r#"orders[9] "o10": applications[1]: /price: too_large (at most "#),
        "{refused}"
    );
}

#[tokio::test]
async fn a_tutor_in_two_lessons_at_once() {
    let refused = refusal(|fixture| {
        let mut twin = fixture.orders[29].clone();
        twin.key = "o41".into();
        fixture.orders.push(twin);
    });
    assert_eq!(
        refused.await,
        r#"orders[40] "o41": booking: the tutor has another booking at that time"#
    );
}

#[tokio::test]
async fn a_review_with_six_stars() {
    let refused = refusal(|fixture| {
        let booking = fixture.orders[7].booking.as_mut().unwrap();
        booking.review.as_mut().unwrap().rating = 6;
    });
    assert_eq!(
        refused.await,
        r#"orders[7] "o08": booking.review: /rating: too_large (at most 5)"#
    );
}

#[tokio::test]
async fn a_lesson_completed_before_it_was_paid() {
    let refused = refusal(|fixture| fixture.orders[0].booking.as_mut().unwrap().paid = None).await;
    assert!(
        refused.starts_with(r#"orders[0] "o01": booking: the state "#),
        "{refused}"
    );
}

#[tokio::test]
async fn an_email_that_two_have() {
    let refused = refusal(|fixture| {
        let email = fixture.tutors[0].email.to_uppercase();
        fixture.students[2].email = email;
    });
    assert_eq!(refused.await, r#"students[2] "s03": it exists already"#);
}

#[tokio::test]
async fn an_application_sent_before_its_order_was_placed() {
    let refused = refusal(|fixture| fixture.orders[4].applications[0].sent.day = -120).await;
    assert_eq!(
        refused,
        r#"orders[4] "o05": applications[0]: /sent: conflicts (with placed)"#
    );
}

#[tokio::test]
async fn something_that_has_yet_to_happen() {
    let refused = refusal(|fixture| fixture.orders[30].applications[2].sent.day = 1).await;
    assert_eq!(
        refused,
        r#"orders[30] "o31": applications[2]: /sent: conflicts (with now)"#
    );
}

#[tokio::test]
async fn a_key_that_nothing_has() {
    let refused = refusal(|fixture| fixture.orders[30].student = "s99".into()).await;
    assert_eq!(refused, r#"orders[30] "o31": /student: unknown"#);
    let refused = refusal(|fixture| {
        fixture.orders[30].booking.as_mut().unwrap().tutor = "t01".into();
    });
    assert_eq!(
        refused.await,
        r#"orders[30] "o31": /booking/tutor: unknown"#
    );
}

#[tokio::test]
async fn a_cancellation_that_would_have_to_be_refunded() {
    let refused = refusal(|fixture| {
        let booking = fixture.orders[30].booking.as_mut().unwrap();
        booking.cancelled = Some(Moment {
            day: -2,
            ..booking.chosen
        });
    });
    assert_eq!(
        refused.await,
        r#"orders[30] "o31": /booking/cancelled: conflicts (with paid)"#
    );
}

#[tokio::test]
async fn a_fixture_is_not_loaded_twice() {
    let market = Market::empty().await;
    market.load(&demo()).await.unwrap();
    let refused = market.load(&demo()).await.unwrap_err();
    assert_eq!(refused.source.to_string(), "it exists already");
    assert_eq!(market.count("SELECT count(*) FROM seed_runs").await, 1);
}

#[test]
fn an_unknown_field_is_named_with_its_entry_and_line() {
    let text = include_str!("../../demo_data.json").replacen("\"rating\"", "\"stars\"", 1);
    let refused = seed::parse(&text).unwrap_err().to_string();
    assert!(
        refused.starts_with(r#"orders[0] "o01": booking.review.stars: unknown field `stars`"#),
        "{refused}"
    );
    assert!(refused.contains(" at line "), "{refused}");
}

#[test]
fn a_time_that_is_none_is_named_with_its_entry() {
    let text = include_str!("../../demo_data.json").replacen("\"13:40\"", "\"25:40\"", 1);
    let refused = seed::parse(&text).unwrap_err().to_string();
    assert!(
        refused.starts_with(r#"orders[0] "o01": placed.time: `25:40` is no time"#),
        "{refused}"
    );
}

#[test]
fn what_is_no_json_is_named_by_its_line() {
    let refused = seed::parse("{\n\"tutors\": [").unwrap_err().to_string();
    assert!(refused.contains("line 2"), "{refused}");
    assert!(seed::parse(r#"{"tutors":[],"students":[],"orders":[]} x"#).is_err());
}
