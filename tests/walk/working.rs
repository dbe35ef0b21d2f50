//! `tutors worker` beside a server that leaves the jobs to it.

use persistence::{Reader, execute_for_tests, integer_for_tests, write};
use serde_json::{Value, json};
use services::ServiceError;
use services::jobs::{JobOutcome, LEASE};

use super::process::{Running, asked, wait_for};
use super::serving::{Server, environment};
use super::story::matched_in_the_background;
use crate::support::{Behaviour, SmtpServer, TestApp, TestDatabase, id, order_body};

const PASSWORD: &str = "сова-и-лампа";

/// What a process logs that takes jobs.
const TAKEN: &str = "jobs are taken";

/// A worker, and where it tells how it is.
struct Worker {
    process: Running,
    operations: String,
    _folder: tempfile::TempDir,
}

impl Worker {
    async fn start(database_url: &str) -> Self {
        Self::told(database_url, &[]).await
    }

    /// With these variables besides.
    async fn told(database_url: &str, more: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let env = [&environment(database_url)[..], more].concat();
        let mut process = Running::start(folder.path(), &["worker"], &env);
        Self {
            operations: process.logged_after("health on http://").await,
            process,
            _folder: folder,
        }
    }

    async fn asked(&self, path: &str) -> String {
        asked(&self.operations, path).await
    }
}

#[actix_web::test]
async fn a_worker_does_what_a_server_leaves_to_it() {
    let database = TestDatabase::empty().await;
    let server = Server::start_with(&["serve", "--no-worker"], database.url()).await;
    let email = "student@example.org";
    let student = server.anonymous.register("student", email, PASSWORD).await;
    let student = student.visitor;
    let order = student.post("/orders", order_body()).await.expect(201);
    let path = format!("/orders/{}", id(&order));

    let worker = Worker::start(database.url()).await;
    let ready: Value = serde_json::from_str(&worker.asked("/readyz").await).unwrap();
    assert_eq!(ready["status"], "ok");
    matched_in_the_background(&student, &path).await;
    let metrics = wait_for("a job in the metrics", async || {
        let metrics = worker.asked("/metrics").await;
        let done = r#"tutors_jobs_total{kind="match_order",outcome="done"} 1"#;
        // The letter of the registration is a job too.
        let is_over = metrics.contains(done) && metrics.contains("tutors_jobs_queued 0");
        is_over.then_some(metrics)
    })
    .await;
    assert!(metrics.contains("tutors_jobs_dead 0"), "{metrics}");
    let log = worker.process.log();
    let is_of_the_order =
        |line: &&str| line.contains("a job was run") && line.contains("match_order");
    let line = log.lines().find(is_of_the_order);
    let line: Value = serde_json::from_str(line.expect(&log)).unwrap();
    assert_eq!(line["outcome"], "done");
    assert!(log.contains(TAKEN), "{log}");
    assert!(!server.process.log().contains(TAKEN));
    assert_eq!(worker.process.terminate().await, Some(0));
}

#[actix_web::test]
async fn a_worker_with_a_mail_server_sends_what_was_left_while_there_was_none() {
    let app = TestApp::new().await;
    let body = json!({
        "email": "anna@example.org", "password": PASSWORD, "role": "student",
        "first_name": "Анна", "last_name": "Иванова",
    });
    let registered = app.anonymous().post("/auth/register", body).await;
    registered.expect(201);
    // Done, for want of anybody to take the letter.
    assert_eq!(app.run_jobs().await[0].outcome, JobOutcome::Done);
    let server = SmtpServer::start(Behaviour::Takes).await;
    let worker = Worker::told(app.database_url(), &[("SMTP_URL", &server.url())]).await;
    let letter = wait_for("the letter", async || server.letters().pop()).await;
    assert_eq!(letter.header("To"), "anna@example.org");
    assert_eq!(worker.process.terminate().await, Some(0));
}

#[actix_web::test]
async fn a_job_whose_worker_is_killed_is_taken_over_after_the_lease() {
    let app = TestApp::new().await;
    if !app.db().is_postgres() {
        // There nobody can stop a worker in the middle of a job without stopping all who write.
        return;
    }
    let student = app.student().await;
    let path = format!("/orders/{}/matches", app.order(&student).await);
    write(app.db(), &app.scope(), async |tx| {
        execute_for_tests(tx, "LOCK TABLE order_matches IN ACCESS EXCLUSIVE MODE").await?;
        let worker = Worker::start(app.database_url()).await;
        wait_for("a job that waits for the table", async || {
            let waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted \
                           AND relation = 'order_matches'::regclass";
            let waiting = integer_for_tests(app.db(), waiting).await.unwrap();
            (waiting > 0).then_some(())
        })
        .await;
        worker.process.kill().await;
        Ok::<_, ServiceError>(())
    })
    .await
    .unwrap();
    assert!(app.run_jobs().await.is_empty());
    // The worker lived by the machine's clock, which is not far ahead.
    app.advance(LEASE * 2);
    let runs = app.run_jobs().await;
    assert_eq!(
        (runs.len(), runs[0].attempt, runs[0].outcome),
        (1, 2, JobOutcome::Done)
    );
    assert_ne!(
        student.get(&path).await.expect(200)["computed_at"],
        Value::Null
    );
}
