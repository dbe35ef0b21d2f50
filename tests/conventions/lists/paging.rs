//! Reading any list page by page. The orders of the tutors' list have tests of their own.

use chrono::TimeDelta;

use super::{List, cursor, lists, rows};

/// Seven rows, of three times.
async fn with_ties(id: &'static str) -> List {
    let list = List::new(id).await;
    for count in [3, 3, 1] {
        for _ in 0..count {
            list.add().await;
        }
        list.app.advance(TimeDelta::milliseconds(1));
    }
    list
}

#[actix_web::test]
async fn pages_show_every_row_once_and_the_newest_first() {
    for operation in lists().filter(|operation| operation.id != "list_tutors") {
        let list = with_ties(&operation.id).await;
        let whole = rows(&list.page("limit=100").await);
        let mut newest_first = whole.clone();
        newest_first.sort();
        newest_first.reverse();
        assert_eq!(whole, newest_first, "{}", operation.id);
        assert_eq!(whole.len(), 7, "{}", operation.id);
        for limit in [1, 2, 3, 7] {
            let mut read = Vec::new();
            let mut query = format!("limit={limit}");
            loop {
                let page = list.page(&query).await;
                assert!(rows(&page).len() <= limit, "{}", operation.id);
                read.extend(rows(&page));
                // A list that goes round in circles has no end.
                if page["next_cursor"].is_null() || read.len() > whole.len() {
                    break;
                }
                query = format!("limit={limit}&cursor={}", cursor(&page));
            }
            assert_eq!(read, whole, "{} by {limit}", operation.id);
        }
    }
}

#[actix_web::test]
async fn a_row_that_comes_meanwhile_neither_repeats_nor_hides_others() {
    for operation in lists().filter(|operation| operation.id != "list_tutors") {
        let list = with_ties(&operation.id).await;
        let before = rows(&list.page("limit=100").await);
        let first = list.page("limit=4").await;
        list.add().await;
        let rest = list.page(&format!("cursor={}", cursor(&first))).await;
        let read = [rows(&first), rows(&rest)].concat();
        assert_eq!(read, before, "{}", operation.id);
    }
}

#[actix_web::test]
async fn a_cursor_of_another_list_is_refused() {
    let mut all = Vec::new();
    for operation in lists() {
        let list = List::with_rows(&operation.id, 2).await;
        let cursor = cursor(&list.page("limit=1").await);
        all.push((list, cursor));
    }
    for (list, own) in &all {
        list.page(&format!("cursor={own}")).await;
        for (other, cursor) in all.iter().filter(|(other, _)| other.id != list.id) {
            let path = list.at(&format!("cursor={cursor}"));
            let answer = list.reader().get(&path).await;
            assert_eq!(
                answer.wrong_fields(),
                ["cursor"],
                "{} in {}",
                other.id,
                list.id
            );
        }
    }
}

#[actix_web::test]
async fn a_cursor_of_the_same_list_of_something_else_is_refused() {
    for operation in lists().filter(|operation| operation.path.contains("{id}")) {
        let (list, other) = (
            List::with_rows(&operation.id, 2).await,
            List::with_rows(&operation.id, 2).await,
        );
        let cursor = cursor(&other.page("limit=1").await);
        let path = list.at(&format!("cursor={cursor}"));
        let answer = list.reader().get(&path).await;
        assert_eq!(answer.wrong_fields(), ["cursor"], "{}", operation.id);
    }
}

#[actix_web::test]
async fn a_cursor_of_other_filters_is_refused() {
    let now = "2026-12-01T15:00:00Z";
    for (id, filters) in [
        (
            "list_tutors",
            vec![
                "subject=matematika".to_owned(),
                "city=%D0%9C%D0%BE%D1%81%D0%BA%D0%B2%D0%B0".to_owned(),
                "format=online".to_owned(),
                "min_rating=0".to_owned(),
                "min_rate=1".to_owned(),
                "max_rate=99999999".to_owned(),
                "min_experience=1".to_owned(),
                "verified=false".to_owned(),
                "premium=false".to_owned(),
                format!("available_from={now}&available_to=2026-12-01T16:00:00Z"),
            ],
        ),
        (
            "list_orders",
            vec![
                "subject=matematika".to_owned(),
                "city=%D0%9C%D0%BE%D1%81%D0%BA%D0%B2%D0%B0".to_owned(),
                "format=online".to_owned(),
                "min_budget=1".to_owned(),
            ],
        ),
        ("admin_list_tutors", vec!["state=unverified".to_owned()]),
        (
            "admin_list_webhook_events",
            vec!["outcome=ignored".to_owned()],
        ),
        ("admin_list_jobs", vec!["state=queued".to_owned()]),
        (
            "admin_list_audit_events",
            vec![
                "object_type=tutor_profile".to_owned(),
                "from=2026-01-01T00:00:00Z".to_owned(),
                format!("to={now}"),
            ],
        ),
    ] {
        let list = List::with_rows(id, 2).await;
        let cursor = cursor(&list.page("limit=1").await);
        for filter in filters {
            let path = list.at(&format!("{filter}&cursor={cursor}"));
            let answer = list.reader().get(&path).await;
            assert_eq!(answer.wrong_fields(), ["cursor"], "{id} by {filter}");
        }
    }
}
