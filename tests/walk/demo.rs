//! `tutors demo`: what it prints is enough to use it, it ends when told to, and it keeps its data.

use std::net::TcpListener;
use std::path::Path;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::process::Command;

use super::process::{Running, run, wait_for};
use super::story::{a_tutor_buys_premium, two_agree_and_one_pays};
use super::visitor::Visitor;
use crate::support::{id, order_body, profile_body};

pub const ANY_PORT: [(&str, &str); 2] = [("BIND_ADDR", "127.0.0.1:0"), ("OPS_ADDR", "127.0.0.1:0")];
const PASSWORD: &str = "сова-и-лампа";

/// A demo that is ready, and what it has told its user.
pub struct Demo {
    process: Running,
    pub anonymous: Visitor,
    student: (String, String),
    tutor: (String, String),
    admin: (String, String),
    /// The calls to try, as printed.
    calls: Vec<String>,
    told: Vec<String>,
}

impl Demo {
    pub async fn start(folder: &Path, args: &[&str], env: &[(&str, &str)]) -> Self {
        let args: Vec<&str> = [&["demo"], args].concat();
        let mut process = Running::start(folder, &args, env);
        let told = process.said_until("Stop with").await;
        let words = |first: &str| -> Vec<String> {
            let line = told
                .iter()
                .find(|line| line.trim_start().starts_with(first))
                .unwrap_or_else(|| panic!("no line about {first}: {told:?}"));
            line.split_whitespace().map(str::to_owned).collect()
        };
        let person = |role: &str| {
            let words = words(role);
            (words[1].clone(), words[2].clone())
        };
        let anonymous = Visitor::anonymous(words("Swagger")[2].trim_end_matches("/docs/"));
        let ready = words("Health")[1].clone();
        wait_for("readiness", async || {
            let response = reqwest::get(&ready).await.ok()?;
            response.status().is_success().then_some(())
        })
        .await;
        println!("the demo was ready after {:?}", process.started.elapsed());
        let is_call = |line: &&str| line.starts_with("curl ") || line.starts_with("TOKEN=");
        let calls = told.iter().map(|line| line.trim()).filter(is_call);
        Self {
            anonymous,
            student: person("student"),
            tutor: person("tutor"),
            admin: person("admin"),
            calls: calls.map(str::to_owned).collect(),
            process,
            told,
        }
    }
}

#[actix_web::test]
async fn a_new_user_walks_through_the_demo() {
    let folder = tempfile::tempdir().unwrap();
    let demo = Demo::start(folder.path(), &[], &ANY_PORT).await;
    let site = demo.anonymous.site.clone();
    let docs = demo.anonymous.open(&format!("{site}/docs/")).await;
    assert_eq!(docs.status, 200);
    assert!(docs.text.contains("swagger"), "{}", docs.text);
    let document = demo.anonymous.open(&format!("{site}/openapi.json")).await;
    let printed = run(folder.path(), &["openapi"], &[]).await;
    assert_eq!(
        document.expect(200),
        serde_json::from_str::<Value>(printed.succeeded()).unwrap()
    );

    let found = demo
        .anonymous
        .get("/tutors?subject=matematika&q=егэ")
        .await
        .expect(200);
    assert!(!found["items"].as_array().unwrap().is_empty(), "{found}");
    demo.anonymous
        .get("/me")
        .await
        .refused(401, "unauthenticated");

    let forged = [("host", "evil.test")];
    let answer = demo
        .anonymous
        .ask(Method::GET, "/subjects", &forged, None)
        .await;
    answer.refused(400, "unknown_host");

    let (email, password) = &demo.student;
    let student = demo.anonymous.login(email, password).await;
    let (email, password) = &demo.tutor;
    let tutor = demo.anonymous.login(email, password).await;
    let matches = two_agree_and_one_pays(&student.visitor, &tutor.visitor).await;
    assert!(!matches.is_empty(), "nobody suits the order");
    a_tutor_buys_premium(&tutor.visitor).await;
    let (email, password) = &demo.admin;
    let admin = demo.anonymous.login(email, password).await;
    assert_eq!(admin.user["role"], "admin");
    assert_eq!(demo.process.terminate().await, Some(0));
}

#[actix_web::test]
async fn newcomers_join_the_demo() {
    let folder = tempfile::tempdir().unwrap();
    let demo = Demo::start(folder.path(), &[], &ANY_PORT).await;
    let site = &demo.anonymous;
    let student = site
        .register("student", "new-student@example.org", PASSWORD)
        .await;
    let tutor = site
        .register("tutor", "new-tutor@example.org", PASSWORD)
        .await;
    tutor
        .visitor
        .post("/me/tutor-profile", profile_body())
        .await
        .expect(201);
    let matches = two_agree_and_one_pays(&student.visitor, &tutor.visitor).await;
    assert!(!matches.is_empty(), "nobody suits the order");
    let body = json!({ "refresh_token": student.refresh_token });
    student.visitor.post("/auth/logout", body).await.expect(204);
    let refused = site.refresh(&student.refresh_token).await;
    assert_eq!(refused.status, 401, "{}", refused.text);
}

#[actix_web::test]
async fn the_calls_that_the_demo_prints_work_as_pasted() {
    let folder = tempfile::tempdir().unwrap();
    let demo = Demo::start(folder.path(), &[], &ANY_PORT).await;
    let [search, sign_in, matching, month] = demo.calls.as_slice() else {
        panic!("not four calls: {:?}", demo.told);
    };
    let curl = Command::new("curl").arg("--version").output().await;
    let bash = Command::new("bash").arg("--version").output().await;
    if curl.is_err() || bash.is_err() {
        println!("skipped: this needs bash and curl");
        return;
    }
    let found = paste(search).await;
    assert_eq!(found["items"].as_array().unwrap().len(), 3, "{found}");
    // `$TOKEN` outlives its line, as in a terminal.
    let matched = paste(&format!("{sign_in}\n{matching}")).await;
    assert_eq!(matched["engine"], "rules", "{matched}");
    assert!(!matched["matches"].as_array().unwrap().is_empty());
    let passed = paste(month).await;
    assert!(passed["now"].is_string(), "{passed}");
}

async fn paste(lines: &str) -> Value {
    let shell = Command::new("bash")
        .args(["-c", lines])
        .output()
        .await
        .unwrap();
    let printed = String::from_utf8(shell.stdout).unwrap();
    serde_json::from_str(&printed).unwrap_or_else(|_| panic!("`{lines}` printed {printed}"))
}

#[actix_web::test]
async fn a_demo_that_is_started_again_has_its_data_and_new_passwords() {
    let folder = tempfile::tempdir().unwrap();
    let first = Demo::start(folder.path(), &[], &ANY_PORT).await;
    let new = first
        .anonymous
        .register("student", "new@example.org", PASSWORD)
        .await;
    assert_eq!(first.process.terminate().await, Some(0));

    let second = Demo::start(folder.path(), &[], &ANY_PORT).await;
    let site = &second.anonymous;
    assert_eq!(site.login("new@example.org", PASSWORD).await.user, new.user);
    new.visitor.at(&site.site).get("/me").await.expect(200);
    assert_eq!(second.student.0, first.student.0);
    let (email, password) = &first.student;
    site.try_login(email, password)
        .await
        .refused(401, "invalid_credentials");
    let (email, password) = &second.student;
    site.login(email, password).await;
    assert_eq!(second.process.terminate().await, Some(0));

    let fresh = Demo::start(folder.path(), &["--fresh"], &ANY_PORT).await;
    let answer = fresh.anonymous.try_login("new@example.org", PASSWORD).await;
    answer.refused(401, "invalid_credentials");
    assert_eq!(fresh.process.terminate().await, Some(0));
}

#[actix_web::test]
async fn a_demo_takes_another_port_when_the_one_wanted_is_in_use() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = (taken.local_addr().unwrap().to_string(), taken);
    let env = [("BIND_ADDR", taken.0.as_str()), ("OPS_ADDR", "127.0.0.1:0")];
    let demo = Demo::start(folder.path(), &["--data", "elsewhere"], &env).await;
    assert!(
        demo.told[0].starts_with(&format!("{} is in use", taken.0)),
        "{:?}",
        demo.told
    );
    assert_ne!(demo.anonymous.site, format!("http://{}", taken.0));
    demo.anonymous.get("/subjects").await.expect(200);
    assert!(folder.path().join("elsewhere/tutors.sqlite").exists());
}

#[actix_web::test]
async fn a_demo_listens_on_loopback_only() {
    let folder = tempfile::tempdir().unwrap();
    for (bind, ops) in [("0.0.0.0:0", "127.0.0.1:0"), ("127.0.0.1:0", "0.0.0.0:0")] {
        let env = [("BIND_ADDR", bind), ("OPS_ADDR", ops)];
        let ended = run(folder.path(), &["demo"], &env).await;
        assert!(ended.failed().contains("loopback only"), "{}", ended.stderr);
    }
}

#[actix_web::test]
async fn an_order_is_matched_by_the_offline_model_and_by_rules_when_it_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let demo = Demo::start(folder.path(), &["--openai-fake"], &ANY_PORT).await;
    let (email, password) = &demo.student;
    let student = demo.anonymous.login(email, password).await.visitor;
    let order = student.post("/orders", order_body()).await.expect(201);
    let path = format!("/orders/{}/matches", id(&order));
    // The tutors are embedded in the background, some batches after the start.
    wait_for("a match by the model", async || {
        let answer = student.post(&path, json!({ "budget_ms": 5000 })).await;
        let answer = answer.expect(200);
        (answer["engine"] == "llm" && answer["degraded"] == json!([])).then_some(())
    })
    .await;
    let control = demo
        .told
        .iter()
        .find(|line| line.contains("OpenAI"))
        .unwrap();
    let control = control.split_whitespace().last().unwrap();
    let fault = json!({ "fault": "status", "status": 500 }).to_string();
    let told = reqwest::Client::new()
        .post(format!("{control}/faults"))
        .body(fault);
    assert!(told.send().await.unwrap().status().is_success());
    let answer = student.post(&path, json!({})).await.expect(200);
    assert_eq!(answer["engine"], "semantic");
    assert_eq!(answer["degraded"], json!(["openai_unavailable"]));
}
