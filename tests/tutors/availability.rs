//! Who is free at a time: by the hours of their own zone, and by their bookings.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::found;
use crate::support::{TestApp, profile_body};

/// 15:00 to 16:00 UTC on a Monday to come.
fn monday(app: &TestApp) -> DateTime<Utc> {
    use chrono::{Datelike, NaiveTime, Weekday};
    let mut day = app.now().date_naive() + TimeDelta::days(7);
    while day.weekday() != Weekday::Mon {
        day += TimeDelta::days(1);
    }
    day.and_time(NaiveTime::from_hms_opt(15, 0, 0).unwrap())
        .and_utc()
}

fn hours(zone: &str, week: Value) -> Value {
    let mut profile = profile_body();
    profile["time_zone"] = json!(zone);
    profile["availability"] = week;
    profile
}

async fn free(app: &TestApp, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<String> {
    let text = |at: DateTime<Utc>| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    found(
        app,
        &[("available_from", &text(from)), ("available_to", &text(to))],
    )
    .await
}

#[actix_web::test]
async fn hours_are_read_in_the_zone_of_their_tutor() {
    let app = TestApp::new().await;
    // 15:00 UTC is 18:00 in Moscow, and 01:00 of Tuesday in Vladivostok.
    let evening = json!({ "monday": ["17:00-20:00"] });
    let (_, moscow) = app
        .tutor_with(hours("Europe/Moscow", evening.clone()))
        .await;
    app.tutor_with(hours("Asia/Vladivostok", evening)).await;
    let night = hours("Asia/Vladivostok", json!({ "tuesday": ["00:00-02:00"] }));
    let (_, vladivostok) = app.tutor_with(night).await;
    let at = monday(&app);
    let mut found = free(&app, at, at + TimeDelta::hours(1)).await;
    let mut expected = [moscow, vladivostok];
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
}

#[actix_web::test]
async fn hours_must_cover_the_whole_time() {
    let app = TestApp::new().await;
    let until_nineteen = json!({ "monday": ["17:00-18:30", "18:30-19:00"] });
    let (_, tutor) = app.tutor_with(hours("Europe/Moscow", until_nineteen)).await;
    let at = monday(&app);
    assert_eq!(free(&app, at, at + TimeDelta::minutes(60)).await, [tutor]);
    assert!(free(&app, at, at + TimeDelta::minutes(61)).await.is_empty());
}

#[actix_web::test]
async fn who_is_booked_is_not_free() {
    let app = TestApp::new().await;
    let evening = json!({ "monday": ["17:00-20:00"] });
    let (tutor, id) = app.tutor_with(hours("Europe/Moscow", evening)).await;
    let at = monday(&app);
    let student = app.student().await;
    let order = app.order(&student).await;
    let bid = app.bid(&tutor, &order, 150_000).await;
    let body = json!({ "starts_at": at, "duration_minutes": 60 });
    student
        .post(&format!("/applications/{bid}/choose"), body)
        .await
        .expect(201);
    assert!(
        free(
            &app,
            at + TimeDelta::minutes(30),
            at + TimeDelta::minutes(90)
        )
        .await
        .is_empty()
    );
    let afterwards = free(&app, at + TimeDelta::hours(1), at + TimeDelta::hours(2)).await;
    assert_eq!(afterwards, [id]);
}

#[actix_web::test]
async fn a_time_has_two_ends_and_is_at_most_a_day() {
    let app = TestApp::new().await;
    for (query, wrong) in [
        ("available_from=2030-01-01T10:00:00Z", "available_to"),
        ("available_to=2030-01-01T10:00:00Z", "available_from"),
        (
            "available_from=2030-01-01T10:00:00Z&available_to=2030-01-01T10:00:00Z",
            "available_to",
        ),
        (
            "available_from=2030-01-01T10:00:00Z&available_to=2030-01-03T10:00:00Z",
            "available_to",
        ),
    ] {
        let answer = app.anonymous().get(&format!("/tutors?{query}")).await;
        assert_eq!(answer.wrong_fields(), [wrong], "{query}");
    }
}

#[actix_web::test]
async fn a_text_that_no_database_holds_is_refused_and_not_a_fault() {
    let app = TestApp::new().await;
    let answer = app.anonymous().get("/tutors?subject=%00").await;
    assert_eq!(answer.wrong_fields(), ["subject"]);
    let answer = app.anonymous().get("/tutors?q=%00&city=%00").await;
    assert_eq!(answer.wrong_fields(), ["q", "city"]);
}
