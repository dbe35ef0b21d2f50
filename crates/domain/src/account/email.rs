//! What makes two e-mail addresses one.
//!
//! Blanks around it, case, and how its characters are encoded (Unicode's NFKC) make no other address;
//! a host in letters of any script is the same as its `xn--` form, which is kept (RFC 5891). That is
//! all: dots and `+tags` before the `@` are another address at one provider and the same at the next,
//! so nobody but the provider can tell.

use std::fmt;

use unicode_normalization::UnicodeNormalization;

use crate::validation::FieldProblem;

/// RFC 5321, 4.5.3.1, less the angle brackets.
const MAX_LENGTH: usize = 254;
const MAX_LOCAL_BYTES: usize = 64;

/// An e-mail address in the one form in which we store and compare it.
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
        // Checked before anything is made of it: what is longer now is too long in any form.
        if raw.trim().chars().count() > MAX_LENGTH {
            return Err(FieldProblem::TooLong { max: MAX_LENGTH });
        }
        let address = folded(raw.trim());
        let Some((local, host)) = address.rsplit_once('@') else {
            return Err(invalid);
        };
        let Some(host) = ascii_host(host).filter(|_| is_local_part(local)) else {
            return Err(invalid);
        };
        let address = format!("{local}@{host}");
        if address.chars().count() > MAX_LENGTH {
            return Err(FieldProblem::TooLong { max: MAX_LENGTH });
        }
        Ok(Self(address))
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

/// Lower case, and composed as Unicode composes it: before and after, since lower case can take a
/// character apart.
fn folded(text: &str) -> String {
    let composed: String = text.nfkc().collect();
    composed.to_lowercase().nfkc().collect()
}

fn is_local_part(local: &str) -> bool {
    !local.is_empty()
        && local.len() <= MAX_LOCAL_BYTES
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && local
            .chars()
            .all(|c| !c.is_whitespace() && !c.is_control() && !"@<>()[],;:\\\"".contains(c))
}

/// The host as the DNS knows it; none if it can't be one. A last label of digits is an address's.
fn ascii_host(host: &str) -> Option<String> {
    let host = idna::domain_to_ascii_strict(host).ok()?;
    let (_, top) = host.rsplit_once('.')?;
    let is_name = !top.is_empty() && !top.bytes().all(|byte| byte.is_ascii_digit());
    is_name.then_some(host)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parsed(raw: &str) -> String {
        Email::parse(raw).unwrap().as_str().to_owned()
    }

    #[test]
    fn one_address_has_one_form_however_it_is_written() {
        for (raw, form) in [
            (" Anna@Example.ORG ", "anna@example.org"),
            ("ａｎｎａ@ｅｘａｍｐｌｅ.org", "anna@example.org"),
            ("АННА@Почта.РФ", "анна@xn--80a1acny.xn--p1ai"),
            ("анна@xn--80a1acny.xn--p1ai", "анна@xn--80a1acny.xn--p1ai"),
            ("cafe\u{301}@example.org", "caf\u{e9}@example.org"),
        ] {
            assert_eq!(parsed(raw), form, "{raw}");
        }
    }

    #[test]
    fn dots_and_tags_make_another_address() {
        let other = ["a.nna@example.org", "anna+tutors@example.org"];
        for raw in other {
            assert_ne!(parsed(raw), "anna@example.org");
        }
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
            "a@example.org.",
            "a@127.0.0.1",
            "a@[127.0.0.1]",
            "a@ex_ample.org",
            "a\u{2028}b@example.org",
            "a\r\nBcc: b@example.org",
            &format!("{}@example.org", "a".repeat(65)),
            &format!("a@{}.org", "b".repeat(64)),
        ] {
            assert!(Email::parse(raw).is_err(), "{raw}");
        }
    }

    #[test]
    fn more_than_254_characters_are_too_long() {
        let long = format!("a@{}org", "abcdefghi.".repeat(30));
        let max = 254;
        assert_eq!(Email::parse(&long), Err(FieldProblem::TooLong { max }));
    }

    proptest! {
        #[test]
        fn the_form_of_the_form_is_the_form(raw in "\\PC{1,20}@[a-zа-яA-Z0-9ß]{1,10}\\.[a-zрф]{2,5}") {
            if let Ok(email) = Email::parse(&raw) {
                prop_assert_eq!(Email::parse(email.as_str()), Ok(email));
            }
        }

        #[test]
        fn any_text_is_an_email_or_refused(raw in "\\PC*") {
            let _ = Email::parse(&raw);
        }
    }
}
