//! How often a list asks the database: as often for many rows as for one.

use super::{List, lists, rows};
use crate::support::{TestApp, operations};

/// How many rows the longer list has. Some take a lesson, a payment and three days.
fn many(id: &str) -> usize {
    match id {
        "list_reviews" | "list_own_payouts" => 5,
        "list_tutors" | "list_applications" | "list_own_sessions" => 20,
        "admin_list_tutors" | "admin_list_audit_events" => 20,
        _ => 100,
    }
}

#[actix_web::test]
async fn a_list_takes_the_same_number_of_statements_for_one_row_and_for_many() {
    for operation in lists() {
        let id = operation.id.as_str();
        let mut counts = Vec::new();
        let list = List::new(&operation.id).await;
        for (more, count) in [(1, 1), (many(id) - 1, many(id))] {
            for _ in 0..more {
                list.add().await;
            }
            let before = list.app.statements();
            let page = list.page("limit=100").await;
            counts.push(list.app.statements() - before);
            assert_eq!(rows(&page).len(), count, "{id}");
        }
        assert!(counts[0] > 0, "{id} is not counted");
        assert_eq!(counts[0], counts[1], "{id}");
    }
}

#[actix_web::test]
async fn the_catalogue_takes_the_same_number_of_statements_for_one_tutor_and_for_many() {
    let app = TestApp::new().await;
    let catalogue = operations()
        .iter()
        .filter(|o| o.spec["tags"][0] == "Subjects");
    for operation in catalogue {
        let mut counts = Vec::new();
        for tutors in [1, 5] {
            for _ in 0..tutors {
                app.tutor().await;
            }
            let before = app.statements();
            app.anonymous().get(&operation.path).await.expect(200);
            counts.push(app.statements() - before);
        }
        assert!(counts[0] > 0, "{} is not counted", operation.id);
        assert_eq!(counts[0], counts[1], "{}", operation.id);
    }
}
