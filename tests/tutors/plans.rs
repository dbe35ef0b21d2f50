//! How the list is found among a hundred thousand tutors: by indexes, never by reading them all.

use chrono::{TimeDelta, Timelike, Utc};
use domain::lesson_format::LessonFormat;
use domain::search::query_stems;
use domain::text_enum::TextEnum;
use persistence::tutor_listing::{self, TutorFilter, TutorSort};
use persistence::{Cursor, Db, PageRequest, Reader, execute_for_tests, plans_for_tests, subjects};
use uuid::Uuid;

use crate::support::TestDatabase;
use seed::{MarketPlan, WriteOptions};

/// A thousand tutors, each a hundred times.
async fn crowd() -> TestDatabase {
    let database = TestDatabase::new().await;
    let plan = MarketPlan {
        tutors: 1_000,
        orders: 3_000,
        seed: 7,
        as_of: Utc::now().date_naive(),
    };
    seed::write_market(&database.db, plan, &WriteOptions::default(), |_, _| {})
        .await
        .unwrap();
    let db = &database.db;
    let (numbers, new_id) = if db.is_postgres() {
        ("generate_series(1, 99)", "gen_random_uuid()")
    } else {
        (
            "(WITH RECURSIVE c (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM c WHERE n < 99) SELECT n FROM c)",
            "randomblob(16)",
        )
    };
    let copies = format!(
        "CREATE TABLE copies AS SELECT p.id AS old_id, p.user_id AS old_user, {new_id} AS new_id, \
         {new_id} AS new_user, c.n AS n FROM tutor_profiles p, {numbers} AS c (n)"
    );
    let copies = copies.replace(
        "AS c (n)",
        if db.is_postgres() { "AS c (n)" } else { "AS c" },
    );
    let mut statements = vec![copies];
    let mut copy = |table: &str, of: &str, own: &str, columns: &str| {
        let from = columns.split(", ").map(|column| match column {
            "id" if table == "users" => "c.new_user".to_owned(),
            "id" | "tutor_id" => "c.new_id".to_owned(),
            "user_id" => "c.new_user".to_owned(),
            "email" => "t.email || c.n".to_owned(),
            other => format!("t.{other}"),
        });
        let from: Vec<String> = from.collect();
        statements.push(format!(
            "INSERT INTO {table} ({columns}) SELECT {} FROM {table} t JOIN copies c ON c.{of} = t.{own}",
            from.join(", ")
        ));
    };
    copy(
        "users",
        "old_user",
        "id",
        "id, email, role, first_name, last_name, time_zone, locale, is_verified, notification_seq, version, created_at, updated_at",
    );
    copy(
        "tutor_profiles",
        "old_id",
        "id",
        "id, user_id, bio, experience_years, hourly_rate_minor, currency, city, city_folded, region, region_folded, \
         time_zone, teaches_online, teaches_offline, availability, is_verified, rating_sum, rating_count, rating_milli, \
         premium_until, premium_expires_at, premium_active_until, version, created_at, updated_at",
    );
    copy(
        "tutor_subjects",
        "old_id",
        "tutor_id",
        "tutor_id, subject_id",
    );
    copy(
        "tutor_hours",
        "old_id",
        "tutor_id",
        "tutor_id, weekday, start_minute, end_minute",
    );
    copy(
        "tutor_search",
        "old_id",
        "tutor_id",
        "tutor_id, name_stems, subject_stems, city_stems, bio_stems",
    );
    statements.push("DROP TABLE copies".into());
    for sql in statements {
        execute_for_tests(db, &sql).await.unwrap();
    }
    let settle = if db.is_postgres() {
        "VACUUM ANALYZE"
    } else {
        "PRAGMA optimize"
    };
    execute_for_tests(db, settle).await.unwrap();
    database
}

/// Each filter by itself, and those pairs that people use together.
async fn filters(db: &Db) -> Vec<(&'static str, TutorFilter)> {
    let catalogue = subjects::list(db).await.unwrap();
    let maths = catalogue
        .iter()
        .find(|s| s.slug == "matematika")
        .unwrap()
        .id;
    let noon = (Utc::now() + TimeDelta::days(3)).with_hour(14).unwrap();
    let none = TutorFilter::default;
    let base: Vec<(&'static str, TutorFilter)> = vec![
        ("nothing", none()),
        (
            "q",
            TutorFilter {
                stems: query_stems("математика олимпиады"),
                ..none()
            },
        ),
        (
            "q of one frequent word",
            TutorFilter {
                stems: query_stems("математика"),
                ..none()
            },
        ),
        (
            "subject",
            TutorFilter {
                subject_id: Some(maths),
                ..none()
            },
        ),
        (
            "city",
            TutorFilter {
                city: Some("орел".into()),
                ..none()
            },
        ),
        (
            "large city",
            TutorFilter {
                city: Some("москва".into()),
                ..none()
            },
        ),
        (
            "online",
            TutorFilter {
                format: Some(LessonFormat::Online),
                ..none()
            },
        ),
        (
            "offline",
            TutorFilter {
                format: Some(LessonFormat::Offline),
                ..none()
            },
        ),
        (
            "min_rating",
            TutorFilter {
                min_rating_milli: Some(4_500),
                ..none()
            },
        ),
        (
            "min_rate",
            TutorFilter {
                min_rate: Some(190_000),
                ..none()
            },
        ),
        (
            "max_rate",
            TutorFilter {
                max_rate: Some(150_000),
                ..none()
            },
        ),
        (
            "min_experience",
            TutorFilter {
                min_experience: Some(15),
                ..none()
            },
        ),
        (
            "verified",
            TutorFilter {
                verified: Some(true),
                ..none()
            },
        ),
        (
            "unverified",
            TutorFilter {
                verified: Some(false),
                ..none()
            },
        ),
        (
            "premium",
            TutorFilter {
                premium: Some(true),
                ..none()
            },
        ),
        (
            "not premium",
            TutorFilter {
                premium: Some(false),
                ..none()
            },
        ),
        (
            "available",
            TutorFilter {
                available: Some((noon, noon + TimeDelta::hours(1))),
                ..none()
            },
        ),
    ];
    base
}

#[actix_web::test]
async fn no_list_of_a_hundred_thousand_tutors_reads_them_all() {
    let database = crowd().await;
    let db = &database.db;
    let now = Utc::now();
    let mut read_all = Vec::new();
    let mut asked = 0;
    for (name, filter) in filters(db).await {
        for sort in TutorSort::ALL {
            for after in [None, Some(3_000)] {
                let after = after.map(|key| Cursor {
                    list: String::new(),
                    key,
                    id: Uuid::now_v7(),
                });
                let request = PageRequest {
                    list: String::new(),
                    limit: 20,
                    after,
                };
                let plans = plans_for_tests(db, async |db| {
                    tutor_listing::list(db, &filter, *sort, &request, now)
                        .await
                        .unwrap();
                })
                .await
                .unwrap();
                for (sql, plan) in plans {
                    asked += 1;
                    // A word of every fifth tutor stands on every page of the words, whatever the plan.
                    let is_frequent = name == "q of one frequent word";
                    let reads = |line: &String| {
                        reads_all(line) && !(is_frequent && line.contains("tutor_search"))
                    };
                    if plan.iter().any(reads) {
                        read_all.push(format!("{name} by {sort}: {sql}\n{}", plan.join("\n")));
                    }
                }
            }
        }
    }
    assert!(asked > 200, "{asked}");
    assert!(
        read_all.is_empty(),
        "{} of {asked}\n{}",
        read_all.len(),
        read_all.join("\n\n")
    );
}

/// A step of a plan that goes through every row of a table that grows with the market.
fn reads_all(step: &str) -> bool {
    [
        "tutor_profiles",
        "tutor_search",
        "tutor_subjects",
        "tutor_hours",
        "users",
        "bookings",
    ]
    .iter()
    .any(|table| {
        let on_postgres = step.contains(&format!("Seq Scan on {table}"));
        let on_sqlite = step.contains(&format!("SCAN {table}")) && !step.contains("INDEX");
        on_postgres || on_sqlite
    })
}
