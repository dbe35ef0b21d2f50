//! Accounts: who somebody is, and what makes an e-mail, a name and a password acceptable.

use std::fmt;

use uuid::Uuid;

use crate::text_enum::text_enum;
use crate::validation::{FieldProblem, text};

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

/// An e-mail address in the one form in which we store and compare it: trimmed and lower case.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Email(String);

impl Email {
    /// # Errors
    /// What is wrong with it. Only the sending of a mail proves an address; this refuses what
    /// cannot be one.
    pub fn parse(raw: &str) -> Result<Self, FieldProblem> {
        let invalid = FieldProblem::InvalidFormat {
            expected: "name@example.org",
        };
        let address = raw.trim().to_lowercase();
        if address.chars().count() > 254 {
            return Err(FieldProblem::TooLong { max: 254 });
        }
        let Some((local, host)) = address.rsplit_once('@') else {
            return Err(invalid);
        };
        let local_is_fine = !local.is_empty()
            && local.len() <= 64
            && !local.starts_with('.')
            && !local.ends_with('.')
            && !local.contains("..")
            && local
                .chars()
                .all(|c| !c.is_whitespace() && !c.is_control() && !"@<>()[],;:\\\"".contains(c));
        let host_is_fine = host.contains('.')
            && host.split('.').all(|label| {
                !label.is_empty()
                    && !label.starts_with('-')
                    && !label.ends_with('-')
                    && label.chars().all(|c| c.is_alphanumeric() || c == '-')
            });
        if local_is_fine && host_is_fine {
            Ok(Self(address))
        } else {
            Err(invalid)
        }
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Email {
    /// E-mail addresses never reach a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email(…)")
    }
}

/// The first things that an attacker tries, among those long enough to pass.
const COMMON_PASSWORDS: [&str; 24] = [
    "0123456789",
    "1111111111",
    "1234567890",
    "1234567891",
    "12345678910",
    "123456789a",
    "1q2w3e4r5t",
    "1q2w3e4r5t6y",
    "987654321a",
    "9876543210",
    "abcdefghij",
    "administrator",
    "football123",
    "iloveyou123",
    "letmein123",
    "password12",
    "password123",
    "password1234",
    "q1w2e3r4t5",
    "q1w2e3r4t5y6",
    "qwerty12345",
    "qwerty123456",
    "qwertyuiop",
    "йцукенгшщз",
];

/// Checks a password that somebody wants to have.
///
/// # Errors
/// Shorter than 10 or longer than 128 characters, a common one, one character over and over, or
/// the e-mail itself.
pub fn check_new_password(password: &str, email: &str) -> Result<(), FieldProblem> {
    let length = password.chars().count();
    if length < 10 {
        return Err(FieldProblem::TooShort { min: 10 });
    }
    if length > 128 {
        return Err(FieldProblem::TooLong { max: 128 });
    }
    let folded = password.to_lowercase();
    let first = folded.chars().next();
    let local_part = email.split('@').next().unwrap_or_default();
    if COMMON_PASSWORDS.contains(&folded.as_str())
        || folded.chars().all(|c| Some(c) == first)
        || folded == email
        || folded == local_part
    {
        return Err(FieldProblem::Guessable);
    }
    Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_email_is_compared_without_case_and_blanks() {
        assert_eq!(
            Email::parse(" Anna@Example.ORG "),
            Email::parse("anna@example.org")
        );
    }

    #[test]
    fn what_cannot_be_an_email_is_refused() {
        for raw in [
            "",
            "anna",
            "@example.org",
            "anna@",
            "anna@localhost",
            "a b@example.org",
            "a@b@example.org",
            "a@-x.org",
            "a@x..org",
        ] {
            assert!(Email::parse(raw).is_err(), "{raw}");
        }
    }

    #[test]
    fn a_guessable_password_is_refused() {
        for password in [
            "Password123",
            "aaaaaaaaaaaa",
            "anna.ivanova@example.org",
            "anna.ivanova",
        ] {
            assert_eq!(
                check_new_password(password, "anna.ivanova@example.org"),
                Err(FieldProblem::Guessable),
                "{password}"
            );
        }
        assert_eq!(
            check_new_password("сова-и-лампа", "anna@example.org"),
            Ok(())
        );
    }
}
