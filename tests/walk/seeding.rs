//! `tutors seed generate` and `clear`, as somebody at a terminal meets them.

use std::path::Path;

use persistence::{Reader, execute_for_tests, integer_for_tests};

use super::process::{Ended, run};
use super::serving::Server;
use crate::support::TestDatabase;

/// `tutors seed …` on the database, on a machine of one's own or (without DEBUG) a server.
async fn seed(folder: &Path, database: &TestDatabase, debug: bool, args: &[&str]) -> Ended {
    let args = [&["seed"], args].concat();
    let mut env = vec![("DATABASE_URL", database.url())];
    if debug {
        env.push(("DEBUG", "true"));
    }
    run(folder, &args, &env).await
}

async fn users(database: &TestDatabase) -> i64 {
    integer_for_tests(&database.db, "SELECT count(*) FROM users")
        .await
        .unwrap()
}

#[actix_web::test]
async fn where_debug_is_off_nothing_is_made_up_or_removed_unless_forced() {
    let (folder, database) = (tempfile::tempdir().unwrap(), TestDatabase::new().await);
    let seed = async |args: &[&str]| seed(folder.path(), &database, false, args).await;
    let small = ["generate", "--tutors", "3", "--orders", "2"];
    let refused = seed(&small).await;
    assert!(refused.failed().contains("--force"), "{}", refused.stderr);
    assert_eq!(users(&database).await, 0);
    seed(&[&small[..], &["--force"]].concat()).await.succeeded();
    assert_eq!(users(&database).await, 4);
    let refused = seed(&["clear"]).await;
    assert!(refused.failed().contains("--force"), "{}", refused.stderr);
    assert_eq!(users(&database).await, 4);
    let cleared = seed(&["clear", "--force"]).await;
    assert!(cleared.succeeded().contains("Removed 4 accounts"));
    assert_eq!(users(&database).await, 0);
}

#[actix_web::test]
async fn a_made_up_market_says_whom_to_sign_in_as() {
    let (folder, database) = (tempfile::tempdir().unwrap(), TestDatabase::new().await);
    let made = seed(
        folder.path(),
        &database,
        true,
        &["generate", "--as-of", "2026-11-01"],
    )
    .await;
    let said = made.succeeded();
    assert!(
        said.contains("Generated 100 tutors, 17 students, 50 orders"),
        "{said}"
    );
    assert!(made.stderr.contains("writing rows: "), "{}", made.stderr);
    let last_word = |line: &str| {
        let line = said.lines().find(|said| said.starts_with(line)).unwrap();
        line.rsplit_once(' ').unwrap().1.to_owned()
    };
    let server = Server::start(database.url()).await;
    let password = last_word("Password");
    for role in ["student", "tutor"] {
        let email = last_word(&format!("Sign in as a {role}:"));
        let person = server.anonymous.login(&email, &password).await;
        assert_eq!(person.user["role"], role);
    }
}

#[actix_web::test]
async fn a_market_that_cannot_be_written_whole_leaves_what_was_there() {
    let (folder, database) = (tempfile::tempdir().unwrap(), TestDatabase::new().await);
    let seed = async |args: &[&str]| seed(folder.path(), &database, true, args).await;
    seed(&["generate", "--tutors", "5", "--orders", "3"])
        .await
        .succeeded();
    let again = seed(&["generate", "--tutors", "5", "--orders", "3"]).await;
    assert!(again.failed().contains("another seed"), "{}", again.stderr);
    // The last table that is written to takes nothing any more.
    let full = if database.db.is_postgres() {
        "ALTER TABLE tutor_reviews ADD CONSTRAINT ck_full CHECK (false) NOT VALID"
    } else {
        "CREATE TRIGGER tg_full BEFORE INSERT ON tutor_reviews BEGIN SELECT RAISE(ABORT, 'full'); END"
    };
    execute_for_tests(&database.db, full).await.unwrap();
    let before = users(&database).await;
    let broken = seed(&["generate", "--tutors", "60", "--orders", "60", "--clear"]).await;
    assert!(
        broken.failed().contains("nothing was written"),
        "{}",
        broken.stderr
    );
    assert!(broken.stdout.is_empty(), "{}", broken.stdout);
    assert_eq!(users(&database).await, before);
}
