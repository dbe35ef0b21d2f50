//! Codes: each with the one status that it goes with, used, and worded in both languages.

use std::collections::BTreeSet;
use std::path::Path;

use api::problem::{Code, Problem, ProblemDocument};
use domain::language::Language;
use domain::text_enum::TextEnum;
use domain::validation::{FieldProblem, Violations};

/// The contract's own table; a front end is written against it.
const TABLE: [(&str, u16); 25] = [
    ("malformed_request", 400),
    ("unknown_host", 400),
    ("invalid_signature", 400),
    ("unauthenticated", 401),
    ("invalid_credentials", 401),
    ("forbidden", 403),
    ("untrusted_origin", 403),
    ("https_required", 403),
    ("not_found", 404),
    ("method_not_allowed", 405),
    ("request_timeout", 408),
    ("conflict", 409),
    ("invalid_state", 409),
    ("already_exists", 409),
    ("gone", 410),
    ("precondition_failed", 412),
    ("payload_too_large", 413),
    ("unsupported_media_type", 415),
    ("validation_failed", 422),
    ("idempotency_mismatch", 422),
    ("precondition_required", 428),
    ("rate_limited", 429),
    ("internal", 500),
    ("upstream_failed", 502),
    ("unavailable", 503),
];

#[test]
fn every_code_has_the_status_of_the_contract() {
    let codes = Code::ALL.iter();
    let found: Vec<(&str, u16)> = codes
        .map(|code| (code.as_str(), code.status().as_u16()))
        .collect();
    assert_eq!(found, TABLE);
}

#[test]
fn the_documentation_lists_the_same_codes() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/api.md");
    let text = std::fs::read_to_string(file).unwrap();
    let row = |line: &str| {
        let (status, codes) = line.strip_prefix("| ")?.split_once(" | ")?;
        let status: u16 = status.parse().ok()?;
        let codes = codes.split('`').skip(1).step_by(2);
        Some(
            codes
                .map(|code| (code.to_owned(), status))
                .collect::<Vec<_>>(),
        )
    };
    let listed: BTreeSet<(String, u16)> = text.lines().filter_map(row).flatten().collect();
    let known = TABLE.map(|(code, status)| (code.to_owned(), status));
    assert_eq!(listed, known.into_iter().collect());
}

/// The code of every file below the folder, without those of these names.
fn code_below(folder: &Path, without: &[&str]) -> String {
    let mut text = String::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            text += &code_below(&path, without);
        } else if !without.contains(&name.as_str()) {
            text += &std::fs::read_to_string(&path).unwrap();
        }
    }
    text
}

#[test]
fn no_code_is_unused() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    // Nor do words, statuses and examples of a code make use of it.
    let text = code_below(
        &sources,
        &["code.rs", "sentences.rs", "refusals.rs", "examples.rs"],
    );
    for code in Code::ALL {
        // `NotFound` is used as `Code::NotFound`, and by nothing that only begins like it.
        let name = format!("Code::{code:?}");
        let uses = text.match_indices(&name).filter(|(at, _)| {
            let next = text[at + name.len()..].chars().next();
            !next.is_some_and(char::is_alphanumeric)
        });
        assert!(uses.count() > 0, "{name} is used by nothing");
    }
}

/// Every kind of violation; a new one does not compile until it is listed here.
fn violations() -> Vec<FieldProblem> {
    let all = vec![
        FieldProblem::Required,
        FieldProblem::UnknownField,
        FieldProblem::InvalidType {
            expected: "string".into(),
        },
        FieldProblem::TooShort { min: 2 },
        FieldProblem::TooLong { max: 3 },
        FieldProblem::TooSmall { min: 4 },
        FieldProblem::TooLarge { max: 5 },
        FieldProblem::TooFew { min: 6 },
        FieldProblem::TooMany { max: 7 },
        FieldProblem::Duplicate,
        FieldProblem::NotOneOf {
            allowed: vec!["a".into()],
        },
        FieldProblem::InvalidFormat { expected: "09:00" },
        FieldProblem::Unknown,
        FieldProblem::MustBeFuture,
        FieldProblem::Conflicts { other: "b" },
        FieldProblem::Guessable,
        FieldProblem::NotAllowed,
    ];
    match FieldProblem::Required {
        FieldProblem::Required
        | FieldProblem::UnknownField
        | FieldProblem::InvalidType { .. }
        | FieldProblem::TooShort { .. }
        | FieldProblem::TooLong { .. }
        | FieldProblem::TooSmall { .. }
        | FieldProblem::TooLarge { .. }
        | FieldProblem::TooFew { .. }
        | FieldProblem::TooMany { .. }
        | FieldProblem::Duplicate
        | FieldProblem::NotOneOf { .. }
        | FieldProblem::InvalidFormat { .. }
        | FieldProblem::Unknown
        | FieldProblem::MustBeFuture
        | FieldProblem::Conflicts { .. }
        | FieldProblem::Guessable
        | FieldProblem::NotAllowed => all,
    }
}

fn is_russian(sentence: &str) -> bool {
    sentence.chars().any(|c| ('а'..='я').contains(&c))
}

#[test]
fn every_code_has_sentences_of_its_own_in_both_languages() {
    for (language, expected) in [(Language::Ru, true), (Language::En, false)] {
        let (mut titles, mut details) = (BTreeSet::new(), BTreeSet::new());
        for &code in Code::ALL {
            let document = ProblemDocument::new(&Problem::new(code), language, "id");
            for sentence in [&document.title, &document.detail] {
                assert!(!sentence.trim().is_empty(), "{code} in {language:?}");
                assert_eq!(is_russian(sentence), expected, "{code}: {sentence}");
            }
            assert!(titles.insert(document.title), "{code} shares its title");
            assert!(details.insert(document.detail), "{code} shares its detail");
        }
    }
}

#[test]
fn every_violation_has_a_sentence_of_its_own_in_both_languages() {
    for (language, expected) in [(Language::Ru, true), (Language::En, false)] {
        let mut sentences = BTreeSet::new();
        for violation in violations() {
            let code = violation.code();
            let problem = Problem::from(Violations::one("/field", violation));
            let document = ProblemDocument::new(&problem, language, "id");
            let sentence = document.errors[0].detail.clone();
            assert_eq!(is_russian(&sentence), expected, "{code}: {sentence}");
            assert!(sentences.insert(sentence), "{code} shares its sentence");
        }
    }
}
