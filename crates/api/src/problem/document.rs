//! A problem as it is sent.

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, HttpResponseBuilder};
use domain::language::Language;
use domain::text_enum::TextEnum;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Place, Problem, sentences};

/// Why a request was refused (RFC 9457, `application/problem+json`).
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "type": "urn:tutors:error:not_found", "title": "Не найдено", "status": 404,
    "detail": "Такого ресурса нет или он вам недоступен.", "code": "not_found",
    "request_id": "0193f2c4-7b1e-7c3a-9a55-3d1f0a6f1b2c"
}))]
pub struct ProblemDocument {
    /// `urn:tutors:error:` and the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// What a problem of this code is, in the caller's language.
    pub title: String,
    pub status: u16,
    /// What to do about it, in the caller's language.
    pub detail: String,
    /// Never changes; made for programs.
    pub code: String,
    /// Quote it when you ask for help.
    pub request_id: String,
    /// With `validation_failed` only: everything that is wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldErrorDocument>,
    /// With `invalid_state` only: what the state allows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed: Option<Vec<String>>,
}

/// One thing that is wrong with a request.
#[derive(Debug, Serialize, ToSchema)]
pub struct FieldErrorDocument {
    /// RFC 6901, into the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// The name of a query parameter or header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    pub code: String,
    pub detail: String,
}

impl ProblemDocument {
    /// Words a problem.
    #[must_use]
    pub fn new(problem: &Problem, language: Language, request_id: &str) -> Self {
        let (title, detail) = sentences::of_code(problem.code, language);
        let refused = problem.refused.as_deref();
        let of_state = refused.and_then(|refused| sentences::of_state(refused.state, language));
        Self {
            kind: format!("urn:tutors:error:{}", problem.code),
            title: title.to_owned(),
            status: problem.code.status().as_u16(),
            detail: of_state.unwrap_or(detail).to_owned(),
            code: problem.code.as_str().to_owned(),
            request_id: request_id.to_owned(),
            errors: errors(problem, language),
            allowed: refused.map(|refused| {
                let moves = refused.allowed.iter();
                moves.map(|&name| name.to_owned()).collect()
            }),
        }
    }
}

/// The answer that a problem is.
pub(crate) fn render(problem: &Problem, language: Language, request_id: &str) -> HttpResponse {
    let document = ProblemDocument::new(problem, language, request_id);
    let status = problem.code.status();
    let mut response = HttpResponseBuilder::new(status);
    response.insert_header((header::CONTENT_TYPE, "application/problem+json"));
    response.insert_header((header::CONTENT_LANGUAGE, language.as_str()));
    if status.as_u16() == 401 {
        response.insert_header((
            header::WWW_AUTHENTICATE,
            HeaderValue::from_static("Bearer realm=\"tutors\""),
        ));
    }
    if let Some(seconds) = problem.retry_after {
        response.insert_header((header::RETRY_AFTER, seconds.to_string()));
    }
    if let Some(methods) = &problem.allow {
        response.insert_header((header::ALLOW, methods.clone()));
    }
    response.body(serde_json::to_string(&document).unwrap_or_default())
}

fn errors(problem: &Problem, language: Language) -> Vec<FieldErrorDocument> {
    problem
        .violations
        .0
        .iter()
        .map(|violation| {
            let place = Some(violation.pointer.clone());
            let (pointer, parameter) = match problem.place {
                Place::Body => (place, None),
                Place::Query => (None, place),
            };
            FieldErrorDocument {
                pointer,
                parameter,
                code: violation.problem.code().to_owned(),
                detail: sentences::of_field(&violation.problem, language),
            }
        })
        .collect()
}
