//! What tables hold, as lines that can be compared.

use persistence::{Db, texts_for_tests};

/// The lines of every table, sorted; each table with the columns that its lines show.
pub async fn table_lines(db: &Db, tables: &[(&str, &str)]) -> Vec<String> {
    let mut lines = Vec::new();
    for (tables, columns) in tables {
        let texts: Vec<String> = columns
            .split(',')
            .map(|column| format!("coalesce(CAST({} AS text), '-')", column.trim()))
            .collect();
        let (name, _) = tables.split_once(' ').unwrap();
        let line = texts.join(" || ' | ' || ");
        let sql = format!("SELECT '{name}: ' || {line} FROM {tables}");
        let mut found = texts_for_tests(db, &sql).await.unwrap();
        found.sort();
        lines.extend(found);
    }
    lines
}
