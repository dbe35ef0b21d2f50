//! The market of the demo, whole.

use domain::account::Role;

use crate::market::{Market, demo};

#[tokio::test]
async fn the_demo_is_loaded_whole() {
    let (market, loaded) = Market::with_demo().await;
    assert_eq!((loaded.tutors, loaded.students), (60, 15));
    assert_eq!(
        (loaded.orders, loaded.bookings, loaded.reviews),
        (40, 34, 26)
    );
    let rows = [
        ("users", 75),
        ("tutor_profiles", 60),
        ("orders", 40),
        ("bookings", 34),
        ("tutor_reviews", 26),
        ("payments", 43),
        ("seed_runs", 1),
    ];
    for (table, expected) in rows {
        let found = format!("SELECT count(*) FROM {table}");
        assert_eq!(market.count(&found).await, expected, "{table}");
    }
}

#[tokio::test]
async fn progress_counts_up_to_its_end() {
    let market = Market::empty().await;
    let mut told = Vec::new();
    let today = market.now.date_naive();
    let report = |done, total| told.push((done, total));
    seed::load(&market.db, &demo(), "a test", today, market.now, report)
        .await
        .unwrap();
    let total = told.len();
    assert!(total > 300);
    let expected: Vec<_> = (1..=total).map(|done| (done, total)).collect();
    assert_eq!(told, expected);
}

#[tokio::test]
async fn ratings_equal_the_reviews() {
    let (market, _) = Market::with_demo().await;
    let wrong = market
        .count(
            "SELECT count(*) FROM tutor_profiles p LEFT JOIN \
             (SELECT tutor_id, sum(rating) AS stars, count(*) AS reviews FROM tutor_reviews GROUP BY tutor_id) r \
             ON r.tutor_id = p.id \
             WHERE p.rating_sum <> coalesce(r.stars, 0) OR p.rating_count <> coalesce(r.reviews, 0)",
        )
        .await;
    assert_eq!(wrong, 0);
    let rated = "SELECT count(*) FROM tutor_profiles WHERE rating_count > 0";
    assert!(market.count(rated).await > 15);
}

#[tokio::test]
async fn the_ledger_is_in_balance() {
    let (market, _) = Market::with_demo().await;
    let balances = persistence::ledger::balances(&market.db).await.unwrap();
    assert_eq!(balances.iter().map(|(_, minor)| minor).sum::<i64>(), 0);
    let escrow = balances.iter().find(|(account, _)| account == "escrow");
    let held = "SELECT sum(total_minor) FROM bookings WHERE status = 'confirmed'";
    assert_eq!(escrow.unwrap().1, market.count(held).await);
}

#[tokio::test]
async fn who_is_premium_in_the_fixture_is_premium_now() {
    let (market, _) = Market::with_demo().await;
    for tutor in demo().tutors {
        let user = persistence::users::find_by_email(&market.db, &tutor.email)
            .await
            .unwrap()
            .unwrap();
        let premium = services::premium::get(&market.db, user.id, market.now)
            .await
            .unwrap();
        assert_eq!(premium.is_premium, tutor.premium, "{}", tutor.key);
        let status = if tutor.premium { "active" } else { "none" };
        assert_eq!(premium.status, status, "{}", tutor.key);
    }
}

#[tokio::test]
async fn nothing_waits_for_anything() {
    let (market, _) = Market::with_demo().await;
    for (table, condition) in [
        ("payments", "status <> 'completed'"),
        ("stripe_webhook_events", "outcome <> 'applied'"),
        ("bookings", "status IN ('pending', 'expired')"),
        ("refunds", "1 = 1"),
        ("outbox", "1 = 1"),
        ("stripe_customers", "deleted_at IS NULL"),
        ("tutor_profiles", "stripe_customer_id IS NOT NULL"),
        ("users", "password_hash IS NOT NULL OR seed_run_id IS NULL"),
        (
            "orders",
            "status = 'in_progress' AND id IN (SELECT order_id FROM bookings WHERE status = 'completed')",
        ),
    ] {
        let sql = format!("SELECT count(*) FROM {table} WHERE {condition}");
        assert_eq!(market.count(&sql).await, 0, "{table}");
    }
}

#[tokio::test]
async fn everything_happened_before_now() {
    let (market, _) = Market::with_demo().await;
    let now = market.now.format("%Y-%m-%d %H:%M:%S%.6f");
    for (table, column) in [
        ("users", "created_at"),
        ("orders", "updated_at"),
        ("bookings", "updated_at"),
        ("payments", "paid_at"),
        ("tutor_reviews", "replied_at"),
        ("audit_events", "at"),
    ] {
        let later =
            format!("SELECT count(*) FROM {table} WHERE datetime({column}) > datetime('{now}')");
        assert_eq!(market.count(&later).await, 0, "{table}");
    }
}

#[tokio::test]
async fn a_seeded_account_can_be_found_and_signs_in_nowhere() {
    let (market, _) = Market::with_demo().await;
    let student = persistence::users::find_seeded(&market.db, Role::Student).await;
    assert!(student.unwrap().unwrap().password_hash.is_none());
    let tutor = persistence::tutors::find_seeded(&market.db).await;
    assert!(tutor.unwrap().unwrap().is_verified);
}

#[tokio::test]
async fn every_subject_has_three_verified_online_tutors_at_a_fair_price() {
    let (market, _) = Market::with_demo().await;
    let scarce = market
        .count(
            "SELECT count(*) FROM subjects s WHERE (SELECT count(*) FROM tutor_subjects ts \
             JOIN tutor_profiles p ON p.id = ts.tutor_id \
             WHERE ts.subject_id = s.id AND p.is_verified AND p.teaches_online \
             AND p.hourly_rate_minor <= 150000) < 3",
        )
        .await;
    assert_eq!(scarce, 0);
    assert_eq!(market.count("SELECT count(*) FROM subjects").await, 14);
}

#[tokio::test]
async fn the_demo_can_be_loaded_at_the_first_second_of_a_day() {
    let mut market = Market::empty().await;
    market.now = "2028-03-01T00:00:00Z".parse().unwrap();
    market.load(&demo()).await.unwrap();
}
