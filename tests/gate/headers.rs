//! What every answer carries: every route, every way of being answered, over HTTPS and in plain text.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::http::Method;
use persistence::execute_for_tests;
use serde_json::{Value, json};

use super::{PROXY, app_of, behind_a_proxy};
use crate::support::{Answer, Client, TestApp, operations};

const UNKNOWN: &str = "0193f2c4-7b1e-7c3a-9a55-3d1f0a6f1b2c";

/// What is held against every answer, and how many there were of each status.
#[derive(Default)]
struct Seen(BTreeMap<u16, usize>);

impl Seen {
    #[track_caller]
    fn note(&mut self, path: &str, answer: &Answer, is_https: bool) {
        let faults = faults(path, answer, is_https);
        assert!(faults.is_empty(), "{} to {path}: {faults:?}", answer.status);
        *self.0.entry(answer.status).or_default() += 1;
    }
}

fn faults(path: &str, answer: &Answer, is_https: bool) -> Vec<String> {
    let is_docs = path.starts_with("!/docs");
    let policy = if is_docs {
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"
    } else {
        "default-src 'none'; frame-ancestors 'none'"
    };
    let hsts = is_https.then_some("max-age=31536000; includeSubDomains; preload");
    let expected = [
        ("content-security-policy", Some(policy)),
        ("x-content-type-options", Some("nosniff")),
        ("x-frame-options", Some("DENY")),
        ("referrer-policy", Some("no-referrer")),
        ("x-xss-protection", Some("0")),
        ("strict-transport-security", hsts),
        (
            "cache-control",
            Some(if is_docs { "no-cache" } else { "no-store" }),
        ),
        ("server", None),
    ];
    let wrong = expected
        .into_iter()
        .filter(|(name, value)| answer.header(name) != *value);
    let mut faults: Vec<String> = wrong.map(|(name, _)| name.to_owned()).collect();
    let number = |name| {
        answer
            .header(name)
            .and_then(|text| text.parse::<u64>().ok())
    };
    for name in ["ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"] {
        if number(name).is_none() {
            faults.push(name.to_owned());
        }
    }
    if answer.header("x-request-id").is_none_or(str::is_empty) {
        faults.push("x-request-id".to_owned());
    }
    faults
}

/// Somebody of a role, who comes over HTTPS.
async fn signed_in(app: &TestApp, role: &str) -> Client {
    let secure = app
        .anonymous()
        .from(PROXY)
        .with("x-forwarded-proto", "https");
    let body = json!({
        "email": format!("{role}@example.org"), "password": "сова-и-лампа", "role": role,
        "first_name": "Анна", "last_name": "Иванова",
    });
    let signed = secure.post("/auth/register", body).await.expect(201);
    secure.with_token(signed["access_token"].as_str().unwrap())
}

/// Every route, asked in all the ways that end differently.
async fn ask_everything(seen: &mut Seen, app: &TestApp, callers: &[Client]) {
    let huge = vec![b' '; 1024 * 1024 + 1];
    for operation in operations() {
        let path = operation.path.replace("{id}", UNKNOWN);
        for caller in callers {
            let method = || operation.method.clone();
            for (kind, body) in [
                ("application/json", &b"{"[..]),
                ("text/plain", b"x"),
                ("application/json", &huge),
            ] {
                let answer = caller.send_raw(method(), &path, kind, body).await;
                seen.note(&path, &answer, true);
            }
            let answer = caller
                .send(method(), &format!("{path}?colour=red"), Some(json!({})))
                .await;
            seen.note(&path, &answer, true);
            if operation.method == Method::GET {
                let answer = caller.get(&path).await;
                seen.note(&path, &answer, true);
                if let Some(tag) = answer.header("etag") {
                    let again = caller.with("if-none-match", tag).get(&path).await;
                    seen.note(&path, &again, true);
                }
            }
        }
        let answer = callers[0].send(Method::PUT, &path, None).await;
        seen.note(&path, &answer, true);
        let answer = callers[0].with("host", "evil.test").get(&path).await;
        seen.note(&path, &answer, true);
        let plain = app.anonymous().from(PROXY);
        let answer = plain.send(operation.method.clone(), &path, None).await;
        seen.note(&path, &answer, false);
    }
    for path in [
        "!/",
        "!/docs",
        "!/docs/",
        "!/docs/swagger-ui.css",
        "!/docs/none",
        "!/openapi.json",
        "/nowhere",
    ] {
        let answer = callers[0].get(path).await;
        seen.note(path, &answer, true);
        let answer = callers[0].send(Method::OPTIONS, path, None).await;
        seen.note(path, &answer, true);
    }
}

#[actix_web::test]
async fn every_answer_of_every_route_carries_the_headers_that_protect_a_browser() {
    let app = app_of(behind_a_proxy()).await;
    let student = signed_in(&app, "student").await;
    let tutor = signed_in(&app, "tutor").await;
    let nobody = app
        .anonymous()
        .from(PROXY)
        .with("x-forwarded-proto", "https");
    let impostor = nobody.with_token("nonsense");
    let profile: Value = crate::support::profile_body();
    tutor.post("/me/tutor-profile", profile).await.expect(201);
    let mut seen = Seen::default();
    ask_everything(
        &mut seen,
        &app,
        &[nobody.clone(), impostor, student.clone(), tutor],
    )
    .await;

    // The database's own errors, for those who are known and for those who are not.
    for table in ["sessions", "subjects", "users"] {
        let sql = format!("ALTER TABLE {table} RENAME TO {table}_gone");
        execute_for_tests(app.db(), &sql).await.unwrap();
    }
    for operation in operations() {
        let path = operation.path.replace("{id}", UNKNOWN);
        let answer = student.send(operation.method.clone(), &path, None).await;
        assert_eq!(answer.status, 500, "{path}");
        seen.note(&path, &answer, true);
    }
    let answer = nobody.get("/subjects").await;
    answer.refused(500, "internal");
    seen.note("/subjects", &answer, true);

    println!("answers by status, each with all its headers: {:?}", seen.0);
    let statuses: BTreeSet<u16> = seen.0.keys().copied().collect();
    let all = [200, 304, 308, 400, 401, 403, 404, 405, 413, 415, 422, 500];
    assert!(
        all.iter().all(|status| statuses.contains(status)),
        "{statuses:?}"
    );
}
