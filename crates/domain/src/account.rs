//! Accounts: who somebody is, and what makes an e-mail, a name and a password acceptable.

mod email;
mod password;

use uuid::Uuid;

use crate::text_enum::text_enum;
use crate::validation::{FieldProblem, text};

pub use email::Email;
pub use password::check_new_password;

text_enum! {
    /// What somebody may do. Administrators are made by the command line only.
    Role { Student = "student", Tutor = "tutor", Admin = "admin" }
}

/// Somebody signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Principal {
    pub user_id: Uuid,
    pub role: Role,
    pub session_id: Uuid,
}

/// A first or last name.
///
/// # Errors
/// What is wrong with it.
pub fn person_name(raw: &str) -> Result<String, FieldProblem> {
    let name = text(raw, 1, 100)?;
    let is_seen = name
        .chars()
        .any(|c| c.is_alphanumeric() && !is_blank_letter(c));
    if !is_seen || name.contains(['<', '>', '\n', '\r', '\t']) {
        return Err(FieldProblem::InvalidFormat {
            expected: "a name, without < > or line breaks",
        });
    }
    Ok(name)
}

/// Letters by their class, and nothing to see: the fillers of Hangul.
fn is_blank_letter(c: char) -> bool {
    matches!(c, '\u{115F}' | '\u{1160}' | '\u{3164}' | '\u{FFA0}')
}

/// A phone number in E.164 form: `+79161234567`.
///
/// # Errors
/// Anything that is not one once blanks, brackets and hyphens are gone.
pub fn phone(raw: &str) -> Result<String, FieldProblem> {
    let digits: String = raw.chars().filter(|c| !" ()-".contains(*c)).collect();
    let is_e164 = digits
        .strip_prefix('+')
        .is_some_and(|d| (8..=15).contains(&d.len()) && d.chars().all(|c| c.is_ascii_digit()));
    if is_e164 {
        Ok(digits)
    } else {
        Err(FieldProblem::InvalidFormat {
            expected: "+79161234567",
        })
    }
}
