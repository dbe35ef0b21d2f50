//! Every answer that a test receives is held against the OpenAPI document: its status, its type,
//! its headers and every field of its body.

use serde_json::Value;

use super::app::PASSWORD;
use super::client::Answer;
use super::document::{Operation, document, find};
use super::schema;

/// Headers that an answer has if, and only if, the document names them.
const NAMED: [&str; 4] = ["ETag", "Location", "WWW-Authenticate", "Server-Timing"];
/// Headers that an answer may have if the document names them.
const NAMED_AND_OPTIONAL: [&str; 2] = ["Idempotency-Replayed", "Retry-After"];

/// A request, and what was answered.
pub struct Exchange<'a> {
    pub method: &'a str,
    /// Path and query.
    pub target: &'a str,
    /// The JSON that was sent, if any.
    pub sent: Option<&'a Value>,
    pub answer: &'a Answer,
}

impl Exchange<'_> {
    /// Panics where the answer is not what the document promises.
    pub fn check(&self) {
        let faults = self.faults();
        let Self {
            method,
            target,
            answer,
            ..
        } = self;
        assert!(
            faults.is_empty(),
            "{method} {target} was answered {} with {}\n{}",
            answer.status,
            answer.text,
            faults.join("\n"),
        );
    }

    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        self.check_protection(&mut faults);
        if self.answer.status >= 400 {
            self.check_problem(&mut faults);
        }
        // A HEAD is answered as the GET of its path.
        let method = if self.method == "HEAD" {
            "GET"
        } else {
            self.method
        };
        let path = self.target.split('?').next().unwrap_or_default();
        if let Some(operation) = find(method, path) {
            self.check_headers(operation, &mut faults);
            self.check_body(operation, &mut faults);
            if self.answer.status < 300 {
                self.check_request(operation, &mut faults);
            }
        }
        faults
    }

    /// What every answer carries, whatever it is.
    fn check_protection(&self, faults: &mut Vec<String>) {
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
            ("x-xss-protection", "0"),
        ] {
            if self.answer.header(name) != Some(value) {
                faults.push(format!("{name} is not {value}"));
            }
        }
        for name in ["content-security-policy", "cache-control", "x-request-id"] {
            if self.answer.header(name).is_none_or(str::is_empty) {
                faults.push(format!("{name} is missing"));
            }
        }
    }

    /// What every refusal is, the router's own too.
    fn check_problem(&self, faults: &mut Vec<String>) {
        let answer = self.answer;
        if answer.header("content-type") != Some("application/problem+json") {
            faults.push("a refusal is no problem document".into());
            return;
        }
        let problem = answer.json();
        let of_problems = &document()["components"]["schemas"]["ProblemDocument"];
        faults.extend(schema::faults(of_problems, &problem));
        let code = problem["code"].as_str().unwrap_or_default();
        let mut expect = |is_so: bool, what: &str| {
            if !is_so {
                faults.push(format!("not so: {what}"));
            }
        };
        expect(
            problem["status"] == answer.status,
            "its status is that of the answer",
        );
        // What an e-mail looks like may be said.
        let said = answer.text.replace("name@example.org", "");
        let is_told = [PASSWORD, "@example.org"]
            .iter()
            .any(|canary| said.contains(canary));
        expect(!is_told, "it repeats no password and no e-mail");
        let kind = format!("urn:tutors:error:{code}");
        expect(problem["type"] == kind, "its type is of its code");
        let id = answer.header("x-request-id");
        expect(problem["request_id"].as_str() == id, "it names its request");
        let lists_errors = problem.get("errors").is_some();
        expect(
            lists_errors == (code == "validation_failed"),
            "only a 422 has errors",
        );
        let lists_moves = problem.get("allowed").is_some();
        expect(
            lists_moves == (code == "invalid_state"),
            "only a wrong state allows",
        );
        for error in problem["errors"].as_array().into_iter().flatten() {
            let places = [error.get("pointer"), error.get("parameter")];
            let places = places.iter().flatten().count();
            expect(places == 1, "an error stands in one place");
        }
        for (status, name) in [
            (401, "www-authenticate"),
            (405, "allow"),
            (503, "retry-after"),
        ] {
            let is_there = answer.header(name).is_some();
            expect(is_there || answer.status != status, name);
        }
    }

    fn check_headers(&self, operation: &Operation, faults: &mut Vec<String>) {
        let Some(documented) = operation.answer(self.answer.status) else {
            faults.push("the document does not know this status here".into());
            return;
        };
        let is_documented = |name: &str| documented["headers"].get(name).is_some();
        for name in NAMED {
            let is_sent = self.answer.header(name).is_some();
            if is_sent != is_documented(name) {
                faults.push(format!("{name} is sent: {is_sent}; the document differs"));
            }
        }
        for name in NAMED_AND_OPTIONAL {
            if self.answer.header(name).is_some() && !is_documented(name) {
                faults.push(format!("the document has no {name} here"));
            }
        }
    }

    fn check_body(&self, operation: &'static Operation, faults: &mut Vec<String>) {
        let answer = self.answer;
        let content = operation
            .answer(answer.status)
            .and_then(|documented| documented["content"].as_object());
        let Some(content) = content else {
            if !answer.text.is_empty() {
                faults.push("the document has no body here".into());
            }
            return;
        };
        let kind = answer.header("content-type").unwrap_or_default();
        let Some(content) = content.get(kind) else {
            faults.push(format!(
                "the document has no body of the type {kind:?} here"
            ));
            return;
        };
        if self.method == "HEAD" && answer.text.is_empty() {
            return;
        }
        let body = answer.json();
        if answer.status < 400 {
            faults.extend(schema::faults(&content["schema"], &body));
            return;
        }
        let code = body["code"].as_str().unwrap_or_default();
        if !operation.codes(answer.status).contains(code) {
            faults.push(format!("the document does not know {code} here"));
        }
    }

    /// What was accepted is what the document asks for.
    fn check_request(&self, operation: &'static Operation, faults: &mut Vec<String>) {
        if let (Some(sent), Some(body)) = (self.sent, operation.body()) {
            let wrong = schema::faults(&body["schema"], sent);
            faults.extend(
                wrong
                    .into_iter()
                    .map(|fault| format!("accepted, though {fault}")),
            );
        }
        let (_, query) = self.target.split_once('?').unwrap_or_default();
        for (name, _) in url::form_urlencoded::parse(query.as_bytes()) {
            if !operation.takes("query", &name) {
                faults.push(format!("the document has no parameter {name}"));
            }
        }
    }
}
