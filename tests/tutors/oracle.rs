//! Every filter and every pair of filters, in every order, against a naive reading of ten thousand
//! tutors.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Timelike, Utc};
use chrono_tz::Tz;
use domain::search::{SearchDocument, query_stems, relevance};
use persistence::texts_for_tests;
use seed::{Fixture, MarketPlan, WriteOptions};
use serde_json::Value;
use uuid::Uuid;

use super::{SORTS, ids, listed_by};
use crate::support::TestApp;

/// A tutor as the oracle knows them.
struct Known {
    id: Uuid,
    tutor: seed::Tutor,
    stars: i64,
    reviews: i64,
    document: SearchDocument,
    booked: Vec<(DateTime<Utc>, DateTime<Utc>)>,
}

impl Known {
    fn rating_milli(&self) -> i64 {
        if self.reviews == 0 {
            return 0;
        }
        let mean = self.stars as f64 * 1_000.0 / self.reviews as f64;
        (mean + 0.5).floor() as i64
    }

    /// Minute by minute.
    fn is_free(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> bool {
        let zone: Tz = self.tutor.time_zone.parse().unwrap();
        let mut at = from;
        while at < to {
            let local = at.with_timezone(&zone);
            let day = local.format("%A").to_string().to_lowercase();
            let clock = format!("{:02}:{:02}", local.hour(), local.minute());
            let hours = self.tutor.availability.get(&day);
            let is_there = hours.is_some_and(|ranges| {
                ranges.iter().any(|range| {
                    let (start, end) = range.split_once('-').unwrap();
                    start <= clock.as_str() && clock.as_str() < end
                })
            });
            let is_booked = self
                .booked
                .iter()
                .any(|(start, end)| *start <= at && at < *end);
            if !is_there || is_booked {
                return false;
            }
            at += TimeDelta::minutes(1);
        }
        true
    }
}

/// A filter: its parameters, and who passes.
type Filter = (Vec<(&'static str, String)>, Box<dyn Fn(&Known) -> bool>);

fn plain(text: &str) -> String {
    text.to_lowercase().replace('ё', "е")
}

fn filters(now: DateTime<Utc>) -> Vec<Filter> {
    fn one(name: &'static str, value: &str, passes: impl Fn(&Known) -> bool + 'static) -> Filter {
        (vec![(name, value.to_owned())], Box::new(passes))
    }
    let day = now.date_naive() + TimeDelta::days(5);
    let from = day.and_hms_opt(14, 30, 0).unwrap().and_utc();
    let to = from + TimeDelta::minutes(60);
    vec![
        one("q", "экзамен", |known| {
            relevance(&query_stems("экзамен"), &known.document) > 0
        }),
        one("subject", "himiya", |known| {
            known.tutor.subjects.iter().any(|slug| slug == "himiya")
        }),
        one("city", "ОРЕЛ", |known| {
            known.tutor.city.as_deref().map(plain) == Some("орел".into())
        }),
        one("format", "offline", |known| {
            known.tutor.formats.contains(&"offline".to_owned())
        }),
        // As the card shows it: 4.496 is shown as 4.5.
        one("min_rating", "4.5", |known| {
            (known.rating_milli() as f64 / 10.0).round() >= 450.0
        }),
        one("min_rate", "190000", |known| {
            known.tutor.hourly_rate >= 190_000
        }),
        one("max_rate", "90000", |known| {
            known.tutor.hourly_rate <= 90_000
        }),
        one("min_experience", "15", |known| {
            known.tutor.experience_years >= 15
        }),
        one("verified", "false", |known| !known.tutor.verified),
        one("premium", "true", |known| known.tutor.premium),
        (
            vec![
                (
                    "available_from",
                    from.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
                ),
                (
                    "available_to",
                    to.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
                ),
            ],
            Box::new(move |known| known.is_free(from, to)),
        ),
    ]
}

/// The order of a list, smallest first.
fn sort_key(known: &Known, sort: &str, q: Option<&str>) -> (i64, Uuid) {
    let words = q.map_or(0, |q| relevance(&query_stems(q), &known.document));
    let key = match sort {
        "relevance" => -(words * 10_000 + known.rating_milli()),
        "rating" => -known.rating_milli(),
        "rate" => known.tutor.hourly_rate,
        "-rate" => -known.tutor.hourly_rate,
        "experience" => -known.tutor.experience_years,
        _ => -i64::from(known.tutor.joined_day),
    };
    (key, known.id)
}

fn expected<'a>(
    market: &'a [Known],
    filters: &[&Filter],
    sort: &str,
    q: Option<&str>,
) -> Vec<&'a Known> {
    let passes = |known: &&Known| filters.iter().all(|(_, passes)| passes(known));
    let mut passing: Vec<&Known> = market.iter().filter(passes).collect();
    passing.sort_by_key(|known| sort_key(known, sort, q));
    if sort != "rate" {
        // Descending lists break ties downwards too.
        passing.sort_by(|a, b| {
            let (a, b) = (sort_key(a, sort, q), sort_key(b, sort, q));
            a.0.cmp(&b.0).then(b.1.cmp(&a.1))
        });
    }
    passing
}

/// The first two pages of a hundred, and whether the list ends there.
async fn two_pages(app: &TestApp, parameters: &[(&str, &str)]) -> (Vec<String>, bool) {
    let first = app
        .anonymous()
        .get(&listed_by(parameters))
        .await
        .expect(200);
    let Some(cursor) = first["next_cursor"].as_str() else {
        return (ids(&first), true);
    };
    let next = [parameters, &[("cursor", cursor)]].concat();
    let second: Value = app.anonymous().get(&listed_by(&next)).await.expect(200);
    let found = [ids(&first), ids(&second)].concat();
    (found, second["next_cursor"].is_null())
}

#[actix_web::test]
async fn each_pair_of_filters_finds_whom_a_naive_reading_finds() {
    let app = TestApp::new().await;
    let plan = MarketPlan {
        tutors: 10_000,
        orders: 600,
        seed: 7,
        as_of: app.now().date_naive(),
    };
    seed::write_market(app.db(), plan, &WriteOptions::default(), |_, _| {})
        .await
        .unwrap();
    let market = known(&app, seed::generate(plan), plan).await;
    let filters = filters(app.now());
    let mut sorts = SORTS.iter().cycle();
    let mut compared = 0;
    for (i, one) in filters.iter().enumerate() {
        for other in &filters[i..] {
            let both: Vec<&Filter> = if std::ptr::eq(one, other) {
                vec![one]
            } else {
                vec![one, other]
            };
            let sort = sorts.next().unwrap();
            let mut parameters: Vec<(&str, &str)> = vec![("limit", "100"), ("sort", sort)];
            for (own, _) in &both {
                parameters.extend(own.iter().map(|(name, value)| (*name, value.as_str())));
            }
            let q = parameters
                .iter()
                .find(|(name, _)| *name == "q")
                .map(|(_, q)| *q);
            let wanted = expected(&market, &both, sort, q);
            let (found, is_all) = two_pages(&app, &parameters).await;
            let wanted_ids: Vec<String> = wanted
                .iter()
                .take(200)
                .map(|known| known.id.to_string())
                .collect();
            assert_eq!(found, wanted_ids, "{parameters:?}");
            assert_eq!(is_all, wanted.len() <= 200, "{parameters:?}");
            compared += found.len();
        }
    }
    assert!(compared > 5_000, "{compared}");
}

/// What the oracle reads: the market as it was made up, with the ids that the database gave.
async fn known(app: &TestApp, market: Fixture, plan: MarketPlan) -> Vec<Known> {
    let subjects = texts_for_tests(
        app.db(),
        "SELECT slug || '|' || name_ru || '|' || name_en FROM subjects",
    );
    let names: HashMap<String, [String; 2]> = subjects
        .await
        .unwrap()
        .iter()
        .map(|line| {
            let parts: Vec<&str> = line.split('|').collect();
            (
                parts[0].to_owned(),
                [parts[1].to_owned(), parts[2].to_owned()],
            )
        })
        .collect();
    let id = if persistence::Reader::is_postgres(app.db()) {
        "CAST(p.id AS text)"
    } else {
        "hex(p.id)"
    };
    let sql = format!(
        "SELECT u.email || '|' || {id} FROM tutor_profiles p JOIN users u ON u.id = p.user_id"
    );
    let lines = texts_for_tests(app.db(), &sql).await.unwrap();
    let by_email: HashMap<&str, Uuid> = lines
        .iter()
        .map(|line| line.split_once('|').unwrap())
        .map(|(email, id)| (email, Uuid::parse_str(id).unwrap()))
        .collect();
    let mut known: Vec<Known> = market
        .tutors
        .into_iter()
        .map(|tutor| {
            let initial = tutor.last_name.chars().next().unwrap();
            let name = format!("{} {initial}", tutor.first_name);
            let taught = tutor.subjects.iter().flat_map(|slug| names[slug].iter());
            Known {
                id: by_email[tutor.email.as_str()],
                stars: 0,
                reviews: 0,
                document: SearchDocument::new(
                    &name,
                    taught.map(String::as_str),
                    tutor.city.as_deref(),
                    &tutor.bio,
                ),
                booked: Vec::new(),
                tutor,
            }
        })
        .collect();
    for booking in market
        .orders
        .iter()
        .filter_map(|order| order.booking.as_ref())
    {
        let tutor = known
            .iter_mut()
            .find(|known| known.tutor.key == booking.tutor);
        let tutor = tutor.unwrap();
        if let (Some(starts), None) = (booking.starts, booking.cancelled) {
            let start =
                plan.as_of.and_time(starts.time).and_utc() + TimeDelta::days(i64::from(starts.day));
            let minutes = TimeDelta::minutes(booking.duration_minutes.unwrap());
            tutor.booked.push((start, start + minutes));
        }
        if let Some(review) = &booking.review {
            tutor.stars += review.rating;
            tutor.reviews += 1;
        }
    }
    known
}
