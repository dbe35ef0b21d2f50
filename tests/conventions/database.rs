//! A database that is not always there: PostgreSQL over a network.

use persistence::{Db, DbConfig, execute_for_tests, texts_for_tests};

use crate::support::TestApp;

/// Ends every connection to the application's database but our own, and waits until they are gone.
async fn cut_connections(app: &TestApp) {
    let config = DbConfig {
        url: app.database_url().to_owned(),
        max_connections: 1,
        schema: None,
    };
    let other = Db::connect(&config).await.unwrap();
    let sql = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity \
               WHERE datname = current_database() AND pid <> pg_backend_pid()";
    execute_for_tests(&other, sql).await.unwrap();
    other.close().await.unwrap();
}

#[actix_web::test]
async fn a_request_whose_connection_is_lost_may_be_tried_again() {
    let app = TestApp::new().await;
    if !persistence::Reader::is_postgres(app.db()) {
        return;
    }
    let student = app.student().await;
    cut_connections(&app).await;
    let answer = student.get("/me").await;
    answer.refused(503, "unavailable");
    assert_eq!(answer.header("retry-after"), Some("1"));
    // Each dead connection of the pool is found out once.
    for _ in 0..8 {
        if student.get("/me").await.status == 200 {
            return;
        }
    }
    panic!("the pool does not recover");
}

#[actix_web::test]
async fn what_money_needs_of_a_connection_does_not_depend_on_the_servers_defaults() {
    let app = TestApp::new().await;
    if !persistence::Reader::is_postgres(app.db()) {
        return;
    }
    for (setting, expected) in [
        ("default_transaction_isolation", "read committed"),
        ("synchronous_commit", "on"),
        ("lock_timeout", "5s"),
        ("statement_timeout", "30s"),
    ] {
        let sql = format!("SELECT current_setting('{setting}')");
        let found = texts_for_tests(app.db(), &sql).await.unwrap();
        assert_eq!(found, [expected], "{setting}");
    }
}
