//! Which passwords may be chosen: any that is long enough and that nobody would try first.
//!
//! What everybody tries is a list (see `common_passwords.LICENSE.md` for where it comes from) and
//! three rules that a list can't hold: in the other keyboard layout, with figures around it, and a
//! few characters over and over. There are no rules about kinds of characters: NIST SP 800-63B,
//! 3.1.1.2, advises against them.

use std::collections::HashSet;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

use crate::validation::FieldProblem;

const MIN_LENGTH: usize = 10;
const MAX_LENGTH: usize = 128;

/// Lower case, each of at least ten characters.
static COMMON: LazyLock<HashSet<&str>> =
    LazyLock::new(|| include_str!("common_passwords.txt").lines().collect());

/// What is no password, whichever figures and marks stand around it.
const COMMON_WORDS: [&str; 32] = [
    "admin",
    "administrator",
    "demo",
    "dragon",
    "hello",
    "iloveyou",
    "letmein",
    "login",
    "lubimaya",
    "parol",
    "pass",
    "password",
    "passwd",
    "privet",
    "qwerty",
    "qwertyuiop",
    "repetitor",
    "student",
    "teacher",
    "test",
    "tutor",
    "tutors",
    "welcome",
    "yandex",
    "любовь",
    "любимая",
    "пароль",
    "привет",
    "репетитор",
    "солнышко",
    "студент",
    "ученик",
];

/// The letters of the Russian layout and those on the same keys of the Latin one.
const RUSSIAN_KEYS: &str = "йцукенгшщзхъфывапролджэячсмитьбю";
const LATIN_KEYS: &str = "qwertyuiop[]asdfghjkl;'zxcvbnm,.";

/// Checks a password that somebody wants to have; `email` is the account's, in its one form.
///
/// # Errors
/// Shorter than 10 or longer than 128 characters, or easy to guess: a common one, a few characters
/// over and over, or the e-mail itself.
pub fn check_new_password(password: &str, email: &str) -> Result<(), FieldProblem> {
    let length = password.chars().count();
    if length < MIN_LENGTH {
        return Err(FieldProblem::TooShort { min: MIN_LENGTH });
    }
    if length > MAX_LENGTH {
        return Err(FieldProblem::TooLong { max: MAX_LENGTH });
    }
    let (email, folded) = (folded(email), folded(password));
    let is_guessable = folded == email
        || email.split('@').next() == Some(&folded)
        || is_few_characters_over_and_over(&folded)
        || [
            on_keys(&folded, LATIN_KEYS, RUSSIAN_KEYS),
            on_keys(&folded, RUSSIAN_KEYS, LATIN_KEYS),
            folded,
        ]
        .iter()
        .any(|typed| is_common(typed));
    if is_guessable {
        Err(FieldProblem::Guessable)
    } else {
        Ok(())
    }
}

/// In one case and one encoding, and with `ё` as `е`.
fn folded(password: &str) -> String {
    let composed: String = password.nfkc().collect();
    composed.to_lowercase().replace('ё', "е")
}

fn is_common(folded: &str) -> bool {
    let word = folded.trim_matches(|c: char| !c.is_alphabetic());
    COMMON.contains(folded) || COMMON_WORDS.contains(&word)
}

/// What the keys that were struck give in the other layout.
fn on_keys(text: &str, from: &str, to: &str) -> String {
    text.chars()
        .map(|c| {
            let key = from.chars().position(|key| key == c);
            key.and_then(|key| to.chars().nth(key)).unwrap_or(c)
        })
        .collect()
}

fn is_few_characters_over_and_over(text: &str) -> bool {
    (1..=3).any(|few| {
        let repeated = text.chars().zip(text.chars().skip(few));
        repeated.into_iter().all(|(one, next)| one == next)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMAIL: &str = "anna.ivanova@example.org";

    fn is_guessable(password: &str) -> bool {
        check_new_password(password, EMAIL) == Err(FieldProblem::Guessable)
    }

    #[test]
    fn a_password_of_the_list_is_refused_in_any_case() {
        assert!(COMMON.len() > 2_500, "{}", COMMON.len());
        for password in ["Password123", "QWERTYUIOP", "1q2w3e4r5t", "Университет"] {
            assert!(is_guessable(password), "{password}");
        }
    }

    #[test]
    fn every_line_of_the_list_is_as_passwords_are_compared() {
        for line in include_str!("common_passwords.txt").lines() {
            assert_eq!(folded(line), line);
            assert!((10..=128).contains(&line.chars().count()), "{line}");
        }
    }

    #[test]
    fn the_other_keyboard_layout_hides_nothing() {
        // qwertyuiop, password123 and солнышко12, struck in the wrong layout.
        for password in ["йцукенгшщз", "зфыыцщкв123", "Cjkysirj12"] {
            assert!(is_guessable(password), "{password}");
        }
    }

    #[test]
    fn figures_around_a_common_word_hide_nothing() {
        for password in [
            "пароль-2026!",
            "2026Привет!!",
            "ghbdtn123456",
            "__tutors__1",
        ] {
            assert!(is_guessable(password), "{password}");
        }
    }

    #[test]
    fn a_few_characters_over_and_over_are_refused() {
        for password in ["aaaaaaaaaaaa", "ababababab", "123123123123", "йцуйцуйцуй"] {
            assert!(is_guessable(password), "{password}");
        }
    }

    #[test]
    fn ones_own_email_is_refused_and_so_is_its_name() {
        for password in [EMAIL, "Anna.Ivanova@Example.org", "anna.ivanova"] {
            assert!(is_guessable(password), "{password}");
        }
    }

    #[test]
    fn any_other_password_of_10_to_128_characters_is_fine() {
        for password in [
            "сова-и-лампа",
            "сова-лампа",
            &"сова".repeat(32),
            "correct horse",
        ] {
            assert_eq!(check_new_password(password, EMAIL), Ok(()), "{password}");
        }
        let short = check_new_password("сова-ламп", EMAIL);
        assert_eq!(short, Err(FieldProblem::TooShort { min: 10 }));
        let long = check_new_password(&"с".repeat(129), EMAIL);
        assert_eq!(long, Err(FieldProblem::TooLong { max: 128 }));
    }
}
