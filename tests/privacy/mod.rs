//! What everybody may ask for about themself: all of it, and that it be gone.

mod columns;
mod customers;
mod erasure;
mod export;
mod masking;
mod parallel;

use persistence::{Reader, texts_for_tests};
use serde_json::json;

use crate::support::{Client, TestApp, profile_body};

const FIRST_NAME: &str = "Аристарх";
const LAST_NAME: &str = "Вознесенский";
const PHONE: &str = "+79991234567";

/// Somebody with a name and a phone that nobody else has.
async fn known(who: &Client) {
    let body = json!({ "first_name": FIRST_NAME, "last_name": LAST_NAME, "phone": PHONE });
    who.patch("/me", body).await.expect(200);
}

/// A tutor whose profile, bids and documents all name them.
async fn known_tutor(app: &TestApp) -> (Client, String) {
    let mut profile = profile_body();
    profile["bio"] = json!(format!("{FIRST_NAME} {LAST_NAME}, звоните: {PHONE}."));
    let (tutor, tutor_id) = app.tutor_with(profile).await;
    known(&tutor).await;
    (tutor, tutor_id)
}

/// Every text and JSON column of the database.
async fn columns(app: &TestApp) -> Vec<(String, String)> {
    let sql = if app.db().is_postgres() {
        "SELECT table_name || ' ' || column_name FROM information_schema.columns c \
         JOIN information_schema.tables t USING (table_schema, table_name) \
         WHERE c.table_schema = current_schema() AND t.table_type = 'BASE TABLE' \
         AND data_type IN ('text', 'jsonb', 'json', 'character varying', 'tsvector')"
    } else {
        "SELECT m.name || ' ' || c.name FROM sqlite_master m, pragma_table_info(m.name) c \
         WHERE m.type = 'table' AND m.name NOT LIKE 'tutor_search_index%' \
         AND lower(c.type) IN ('text', 'varchar', '')"
    };
    let columns = texts_for_tests(app.db(), sql).await.unwrap();
    let split = |column: &String| {
        let (table, column) = column.split_once(' ').unwrap();
        (table.to_owned(), column.to_owned())
    };
    columns.iter().map(split).collect()
}

/// The columns in which any of these words stands.
async fn places(app: &TestApp, words: &[&str]) -> Vec<String> {
    let columns = columns(app).await;
    assert!(columns.len() > 100, "only {} columns", columns.len());
    let mut places = Vec::new();
    for (table, column) in columns {
        for word in words {
            let sql = format!(
                "SELECT count(*) FROM {table} WHERE CAST({column} AS text) LIKE '%{word}%'"
            );
            let found = persistence::integer_for_tests(app.db(), &sql)
                .await
                .unwrap();
            if found > 0 {
                places.push(format!("{table}.{column}: {word}"));
            }
        }
    }
    places
}

/// As it was written, and as it is folded and stemmed for the search.
fn traces(email: &str) -> [&str; 6] {
    [
        FIRST_NAME,
        LAST_NAME,
        "аристарх",
        "вознесенск",
        "9991234567",
        email,
    ]
}
