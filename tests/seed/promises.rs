//! What every made-up market promises.

use super::{count, plan, write, wrong_ratings};
use crate::support::TestDatabase;

#[actix_web::test]
async fn a_market_has_the_size_that_was_asked_for() {
    for (tutors, orders) in [(0, 0), (1, 0), (0, 5), (3, 7), (120, 90)] {
        let database = TestDatabase::new().await;
        let written = write(&database, plan(tutors, orders, 7)).await;
        assert_eq!(
            (written.loaded.tutors, written.loaded.orders),
            (tutors, orders)
        );
        let rows = count(&database, "tutor_profiles").await;
        assert_eq!(rows, i64::try_from(tutors).unwrap());
        assert_eq!(
            count(&database, "orders").await,
            i64::try_from(orders).unwrap()
        );
    }
}

/// So that a match of any subject finds somebody whom anyone can afford.
#[actix_web::test]
async fn from_fifty_tutors_on_every_subject_can_be_had_online() {
    for seed in 0..3 {
        let database = TestDatabase::new().await;
        write(&database, plan(50, 0, seed)).await;
        let scarce = "subjects s WHERE 3 > (SELECT count(*) FROM tutor_subjects t \
             JOIN tutor_profiles p ON p.id = t.tutor_id WHERE t.subject_id = s.id \
             AND p.is_verified AND p.teaches_online AND p.hourly_rate_minor <= 150000)";
        assert_eq!(count(&database, scarce).await, 0, "seed {seed}");
    }
}

#[actix_web::test]
async fn ratings_agree_with_reviews_and_the_ledger_is_in_balance() {
    let database = TestDatabase::new().await;
    write(&database, plan(80, 200, 5)).await;
    assert_eq!(wrong_ratings(&database.db).await, 0);
    assert!(count(&database, "tutor_reviews").await > 50);
    let balances = persistence::ledger::balances(&database.db).await.unwrap();
    assert_eq!(balances.iter().map(|(_, minor)| minor).sum::<i64>(), 0);
    let unbalanced = "(SELECT transaction_id FROM ledger_entries GROUP BY transaction_id \
         HAVING sum(amount_minor) <> 0) t";
    assert_eq!(count(&database, unbalanced).await, 0);
}

#[actix_web::test]
async fn every_state_of_an_order_and_a_booking_occurs() {
    let database = TestDatabase::new().await;
    write(&database, plan(100, 200, 7)).await;
    for (table, states) in [
        (
            "orders",
            &["open", "in_progress", "completed", "cancelled"][..],
        ),
        ("bookings", &["confirmed", "completed", "cancelled"]),
        (
            "applications",
            &["submitted", "chosen", "rejected", "withdrawn"],
        ),
        ("payments", &["completed"]),
    ] {
        for state in states {
            let with_it = format!("{table} WHERE status = '{state}'");
            assert!(count(&database, &with_it).await > 0, "{with_it}");
        }
    }
    // Nothing waits for a payment that no provider knows of.
    assert_eq!(
        count(&database, "bookings WHERE status = 'pending'").await,
        0
    );
    assert_eq!(count(&database, "refunds").await, 0);
    assert_eq!(count(&database, "outbox").await, 0);
}

#[actix_web::test]
async fn lessons_lie_within_the_hours_of_their_tutor() {
    use chrono::{DateTime, Utc};
    use domain::availability::{WeeklyAvailability, day_spans, parse_time_zone};
    let plan = plan(60, 120, 11);
    let market = seed::generate(plan);
    let mut lessons = 0;
    for booking in market
        .orders
        .iter()
        .filter_map(|order| order.booking.as_ref())
    {
        let tutor = market
            .tutors
            .iter()
            .find(|tutor| tutor.key == booking.tutor);
        let tutor = tutor.unwrap();
        let week = WeeklyAvailability::parse(&tutor.availability, "").unwrap();
        let starts = booking.starts.unwrap();
        let from: DateTime<Utc> = plan.as_of.and_time(starts.time).and_utc()
            + chrono::TimeDelta::days(i64::from(starts.day));
        let to = from + chrono::TimeDelta::minutes(booking.duration_minutes.unwrap());
        for needed in day_spans(parse_time_zone(&tutor.time_zone).unwrap(), from, to) {
            let is_there = week.spans().iter().any(|span| {
                span.weekday == needed.weekday
                    && span.start <= needed.start
                    && needed.end <= span.end
            });
            assert!(is_there, "{} {from}", tutor.key);
        }
        lessons += 1;
    }
    assert!(lessons > 40);
}
