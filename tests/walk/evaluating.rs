//! `tutors eval`: figures for people and for machines, without a server or a database.

use serde_json::Value;

use super::process::run;

const SMALL: [&str; 6] = ["eval", "matching", "--tutors", "60", "--orders", "20"];

#[actix_web::test]
async fn matches_are_evaluated_in_a_table_or_in_json() {
    let folder = tempfile::tempdir().unwrap();
    let table = run(folder.path(), &SMALL, &[]).await;
    assert!(table.stderr.contains("judging orders: 20 of 20"));
    let table = table.succeeded();
    let json = run(folder.path(), &[&SMALL[..], &["--json"]].concat(), &[]).await;
    let report: Value = serde_json::from_str(json.succeeded()).unwrap();
    assert_eq!(
        [&report["seed"], &report["tutors"], &report["orders"]],
        [42, 60, 20]
    );
    let rankings = report["rankings"].as_array().unwrap();
    assert_eq!(rankings.len(), 7);
    for line in rankings {
        let name = line["name"].as_str().unwrap();
        let mean = line["ndcg_10"]["mean"].as_f64().unwrap();
        let row = table
            .lines()
            .find(|row| row.starts_with(&format!("| {name} ")));
        assert!(row.unwrap().contains(&format!(" {mean:.3} (")), "{table}");
    }
    assert!(folder.path().read_dir().unwrap().next().is_none());
}

#[actix_web::test]
async fn a_page_without_marks_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("page.md");
    std::fs::write(&page, "Nothing to fill in.").unwrap();
    let args = [&SMALL[..], &["--page", "page.md"]].concat();
    let ended = run(folder.path(), &args, &[]).await;
    assert!(
        ended.failed().contains("page.md has no marks"),
        "{}",
        ended.stderr
    );
    assert_eq!(
        std::fs::read_to_string(&page).unwrap(),
        "Nothing to fill in."
    );
}
