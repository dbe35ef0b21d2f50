//! What stopped a fixture, and at which of its entries.

use std::error::Error;
use std::fmt;

use domain::validation::{FieldProblem, Violations};
use persistence::{StoreError, TxError};
use services::ServiceError;

/// An entry that the rules refuse, or a database that failed while it was loaded.
#[derive(Debug)]
pub struct SeedError {
    /// `orders[7] "o08": booking.review`; the pointers of a violation begin there.
    pub entry: String,
    pub source: ServiceError,
}

impl SeedError {
    pub(crate) fn invalid(entry: &str, pointer: impl Into<String>, problem: FieldProblem) -> Self {
        Self {
            entry: entry.to_owned(),
            source: Violations::one(pointer, problem).into(),
        }
    }
}

impl fmt::Display for SeedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.entry)?;
        match &self.source {
            ServiceError::Invalid(violations) => write_violations(f, violations),
            ServiceError::InvalidState(refused) => write!(
                f,
                "the state {} does not allow this, but {}",
                refused.state,
                listed(refused.allowed.iter().copied())
            ),
            ServiceError::Store(error) => error.fmt(f),
            other => other.fmt(f),
        }
    }
}

impl Error for SeedError {
    /// What lies behind that of which the sentence speaks, so that a chain says nothing twice.
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.source {
            ServiceError::Store(error) => error.source(),
            other => other.source(),
        }
    }
}

impl From<StoreError> for SeedError {
    /// An error of the transaction itself, which no entry is the cause of.
    fn from(error: StoreError) -> Self {
        Self {
            entry: "the transaction".into(),
            source: error.into(),
        }
    }
}

impl TxError for SeedError {
    fn store_error(&self) -> Option<&StoreError> {
        self.source.store_error()
    }
}

/// `orders[7] "o08"`
pub(crate) fn entry_name(list: &str, index: usize, key: Option<&str>) -> String {
    match key {
        Some(key) => format!("{list}[{index}] \"{key}\""),
        None => format!("{list}[{index}]"),
    }
}

fn write_violations(f: &mut fmt::Formatter<'_>, violations: &Violations) -> fmt::Result {
    for (i, violation) in violations.0.iter().enumerate() {
        if i > 0 {
            f.write_str("; ")?;
        }
        let code = violation.problem.code();
        write!(
            f,
            "{}: {code}{}",
            violation.pointer,
            detail(&violation.problem)
        )?;
    }
    Ok(())
}

/// The bound or the name that a problem's code leaves out.
fn detail(problem: &FieldProblem) -> String {
    match problem {
        FieldProblem::InvalidType { expected } => format!(" ({expected} expected)"),
        FieldProblem::TooShort { min } | FieldProblem::TooFew { min } => {
            format!(" (at least {min})")
        }
        FieldProblem::TooLong { max } | FieldProblem::TooMany { max } => {
            format!(" (at most {max})")
        }
        FieldProblem::TooSmall { min } => format!(" (at least {min})"),
        FieldProblem::TooLarge { max } => format!(" (at most {max})"),
        FieldProblem::NotOneOf { allowed } => {
            format!(" ({})", listed(allowed.iter().map(String::as_str)))
        }
        FieldProblem::InvalidFormat { expected } => format!(" ({expected} expected)"),
        FieldProblem::Conflicts { other } => format!(" (with {other})"),
        FieldProblem::Required
        | FieldProblem::UnknownField
        | FieldProblem::Duplicate
        | FieldProblem::Unknown
        | FieldProblem::MustBeFuture
        | FieldProblem::Guessable
        | FieldProblem::NotAllowed => String::new(),
    }
}

fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.collect();
    if names.is_empty() {
        "nothing more".into()
    } else {
        names.join(", ")
    }
}
