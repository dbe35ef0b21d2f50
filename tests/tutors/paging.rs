//! Reading the list page by page.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use serde_json::json;

use super::{SORTS, found, ids, listed_by};
use crate::support::{TestApp, profile_body};

/// 25 tutors, many of whom are alike in every order.
async fn crowd(app: &TestApp) {
    for i in 0..25 {
        let mut profile = profile_body();
        profile["hourly_rate"] = json!(100_000 + i % 4);
        profile["experience_years"] = json!(i % 3);
        let bio = if i % 2 == 0 {
            "Физика."
        } else {
            "Уроки."
        };
        profile["bio"] = json!(bio);
        app.tutor_with(profile).await;
        if i % 5 == 0 {
            app.advance(TimeDelta::milliseconds(1_500));
        }
    }
}

/// The list in pages of seven.
async fn paged(app: &TestApp, parameters: &[(&str, &str)]) -> Vec<String> {
    let mut all = Vec::new();
    let mut cursor = String::new();
    for _ in 0..10 {
        let mut query = [parameters, &[("limit", "7")]].concat();
        if !cursor.is_empty() {
            query.push(("cursor", &cursor));
        }
        let page = app.anonymous().get(&listed_by(&query)).await.expect(200);
        assert!(ids(&page).len() <= 7);
        all.extend(ids(&page));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => return all,
        }
    }
    panic!("the list has no end");
}

#[actix_web::test]
async fn pages_show_every_tutor_once_in_every_order() {
    let app = TestApp::new().await;
    crowd(&app).await;
    for sort in SORTS {
        let pages = paged(&app, &[("sort", sort)]).await;
        let distinct: BTreeSet<&String> = pages.iter().collect();
        assert_eq!((pages.len(), distinct.len()), (25, 25), "{sort}");
        let whole = found(&app, &[("sort", sort), ("limit", "100")]).await;
        assert_eq!(pages, whole, "{sort}");
    }
}

#[actix_web::test]
async fn pages_of_a_search_show_every_tutor_once() {
    let app = TestApp::new().await;
    crowd(&app).await;
    for (q, count) in [("математика", 25), ("физика", 13)] {
        let pages = paged(&app, &[("q", q)]).await;
        let distinct: BTreeSet<&String> = pages.iter().collect();
        assert_eq!((pages.len(), distinct.len()), (count, count), "{q}");
        let whole = found(&app, &[("q", q), ("limit", "100")]).await;
        assert_eq!(pages, whole, "{q}");
    }
}

#[actix_web::test]
async fn a_tutor_who_comes_meanwhile_neither_repeats_nor_hides_others() {
    let app = TestApp::new().await;
    for _ in 0..4 {
        app.tutor().await;
    }
    let before = found(&app, &[("sort", "newest")]).await;
    let query = [("sort", "newest"), ("limit", "2")];
    let page = app.anonymous().get(&listed_by(&query)).await.expect(200);
    app.advance(TimeDelta::seconds(1));
    app.tutor().await;
    let cursor = page["next_cursor"].as_str().unwrap();
    let rest = found(&app, &[("sort", "newest"), ("cursor", cursor)]).await;
    assert_eq!([ids(&page), rest].concat(), before);
}

#[actix_web::test]
async fn a_cursor_of_another_order_or_list_is_refused() {
    let app = TestApp::new().await;
    app.tutor().await;
    app.tutor().await;
    let query = [("sort", "rate"), ("limit", "1")];
    let page = app.anonymous().get(&listed_by(&query)).await.expect(200);
    let cursor = page["next_cursor"].as_str().unwrap();
    for sort in SORTS.into_iter().filter(|sort| *sort != "rate") {
        let path = listed_by(&[("sort", sort), ("cursor", cursor)]);
        let answer = app.anonymous().get(&path).await;
        assert_eq!(answer.wrong_fields(), ["cursor"], "{sort}");
    }
    let path = format!("/me/orders?cursor={cursor}");
    let answer = app.student().await.get(&path).await;
    assert_eq!(answer.wrong_fields(), ["cursor"]);
}

#[actix_web::test]
async fn the_last_page_has_no_cursor() {
    let app = TestApp::new().await;
    app.tutor().await;
    app.tutor().await;
    for (limit, is_last) in [("1", false), ("2", true), ("3", true)] {
        let path = listed_by(&[("limit", limit)]);
        let page = app.anonymous().get(&path).await.expect(200);
        assert_eq!(page["next_cursor"].is_null(), is_last, "{limit}");
    }
}

#[actix_web::test]
async fn a_cursor_of_other_words_is_refused() {
    let app = TestApp::new().await;
    for _ in 0..3 {
        app.tutor().await;
    }
    let page = app
        .anonymous()
        .get("/tutors?q=geometry&limit=1")
        .await
        .expect(200);
    assert!(page["next_cursor"].is_null(), "nobody knows that word");
    let path = super::listed_by(&[("q", "математика"), ("limit", "1")]);
    let page = app.anonymous().get(&path).await.expect(200);
    let cursor = page["next_cursor"].as_str().unwrap();
    let path = super::listed_by(&[("q", "геометрия"), ("cursor", cursor)]);
    assert_eq!(app.anonymous().get(&path).await.wrong_fields(), ["cursor"]);
}

/// Nothing but a signature would keep somebody from writing a cursor; what they get is a page.
#[actix_web::test]
async fn a_cursor_from_beyond_all_years_is_a_page_like_another() {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let app = TestApp::new().await;
    app.tutor().await;
    app.tutor().await;
    let path = "/tutors?sort=newest&limit=1";
    let page = app.anonymous().get(path).await.expect(200);
    let cursor = page["next_cursor"].as_str().unwrap();
    let plain = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).unwrap()).unwrap();
    let parts: Vec<&str> = plain.rsplitn(3, '|').collect();
    for (key, count) in [(i64::MIN, 0), (-1, 0), (i64::MAX, 1)] {
        let forged = URL_SAFE_NO_PAD.encode(format!("{}|{key}|{}", parts[2], parts[0]));
        let page = app
            .anonymous()
            .get(&format!("{path}&cursor={forged}"))
            .await;
        assert_eq!(ids(&page.expect(200)).len(), count, "{key}");
    }
}
