//! What can be wrong with a value that came from outside, and where it stood.
//!
//! Parsing collects every violation before it gives up, so that a form can mark all its fields at
//! once. The sentences shown to a person are made in `api`, in the caller's language.

use std::fmt;

/// What is wrong with one field. [`FieldProblem::code`] is part of the HTTP contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldProblem {
    Required,
    UnknownField,
    /// `expected` names a JSON type: `string`, `integer`, `object` …
    InvalidType {
        expected: String,
    },
    /// Characters.
    TooShort {
        min: usize,
    },
    /// Characters.
    TooLong {
        max: usize,
    },
    TooSmall {
        min: i64,
    },
    TooLarge {
        max: i64,
    },
    /// List entries.
    TooFew {
        min: usize,
    },
    /// List entries.
    TooMany {
        max: usize,
    },
    Duplicate,
    NotOneOf {
        allowed: Vec<String>,
    },
    /// `expected` is an example or the name of a standard: `RFC 3339`, `09:00-18:00`.
    InvalidFormat {
        expected: &'static str,
    },
    /// The thing that is named does not exist (a subject, a time zone).
    Unknown,
    MustBeFuture,
    /// The field contradicts `other`, which names a field.
    Conflicts {
        other: &'static str,
    },
    /// A password that is on every attacker's list, or the account's own e-mail.
    Guessable,
    /// A read-only or forbidden value.
    NotAllowed,
}

impl FieldProblem {
    /// The machine-readable code of the problem.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::UnknownField => "unknown_field",
            Self::InvalidType { .. } => "invalid_type",
            Self::TooShort { .. } => "too_short",
            Self::TooLong { .. } => "too_long",
            Self::TooSmall { .. } => "too_small",
            Self::TooLarge { .. } => "too_large",
            Self::TooFew { .. } => "too_few",
            Self::TooMany { .. } => "too_many",
            Self::Duplicate => "duplicate",
            Self::NotOneOf { .. } => "not_one_of",
            Self::InvalidFormat { .. } => "invalid_format",
            Self::Unknown => "unknown",
            Self::MustBeFuture => "must_be_future",
            Self::Conflicts { .. } => "conflicts",
            Self::Guessable => "guessable",
            Self::NotAllowed => "not_allowed",
        }
    }
}

/// One problem at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// An RFC 6901 pointer into the body (`/budget_max`), or the bare name of a query parameter.
    pub pointer: String,
    pub problem: FieldProblem,
}

/// All that is wrong with one request; never empty when it is an error.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Violations(pub Vec<Violation>);

/// More than these help nobody: who sends a thousand wrong fields has not read a single answer.
const MAX_VIOLATIONS: usize = 100;

impl Violations {
    /// One violation alone.
    #[must_use]
    pub fn one(pointer: impl Into<String>, problem: FieldProblem) -> Self {
        let mut found = Self::default();
        found.add(pointer, problem);
        found
    }

    /// Notes what is wrong with a field; beyond the first hundred nothing more.
    pub fn add(&mut self, pointer: impl Into<String>, problem: FieldProblem) {
        if self.0.len() < MAX_VIOLATIONS {
            self.0.push(Violation {
                pointer: pointer.into(),
                problem,
            });
        }
    }

    /// Keeps the value of a field, or notes what is wrong with it.
    pub fn take<T>(&mut self, pointer: &str, parsed: Result<T, FieldProblem>) -> Option<T> {
        parsed.map_err(|problem| self.add(pointer, problem)).ok()
    }

    /// `Ok` if nothing was noted.
    ///
    /// # Errors
    /// The violations themselves.
    pub fn into_result(self) -> Result<(), Self> {
        if self.0.is_empty() { Ok(()) } else { Err(self) }
    }
}

impl fmt::Display for Violations {
    /// For commands and the seed; HTTP answers are worded in `api`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, violation) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str("; ")?;
            }
            write!(f, "{}: {}", violation.pointer, violation.problem.code())?;
        }
        Ok(())
    }
}

impl std::error::Error for Violations {}

/// A text of `min` to `max` characters once the blanks around it are gone, without invisible
/// or control characters other than a line break or a tab.
///
/// # Errors
/// What is wrong with it.
pub fn text(value: &str, min: usize, max: usize) -> Result<String, FieldProblem> {
    let trimmed = value.trim();
    let length = trimmed.chars().count();
    if length < min {
        return Err(FieldProblem::TooShort { min });
    }
    if length > max {
        return Err(FieldProblem::TooLong { max });
    }
    let is_hidden = |c: char| {
        // Zero-width and direction marks: a name made of them looks like another, or like none.
        matches!(c, '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
    };
    let is_control = |c: char| c.is_control() && !matches!(c, '\n' | '\t' | '\r');
    if trimmed.chars().any(|c| is_control(c) || is_hidden(c)) {
        return Err(FieldProblem::InvalidFormat {
            expected: "no control or invisible characters",
        });
    }
    Ok(trimmed.to_owned())
}

/// An integer from `min` to `max`.
///
/// # Errors
/// Which bound it breaks.
pub fn within(value: i64, min: i64, max: i64) -> Result<i64, FieldProblem> {
    if value < min {
        Err(FieldProblem::TooSmall { min })
    } else if value > max {
        Err(FieldProblem::TooLarge { max })
    } else {
        Ok(value)
    }
}
