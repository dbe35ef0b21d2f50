//! Registering: who is to have an account, and what they agree to.

use secrecy::{ExposeSecret, SecretString};

use crate::account::{Email, Role, check_new_password, person_name};
use crate::availability::parse_time_zone;
use crate::language::Language;
use crate::text_enum::TextEnum;
use crate::validation::{FieldProblem, Violations, text};

/// Where somebody is taken to live who doesn't say.
const DEFAULT_TIME_ZONE: &str = "Europe/Moscow";

/// More texts than anybody is asked to agree to.
const MAX_CONSENTS: usize = 20;

/// A registration as somebody wrote it, unchecked.
#[derive(Debug, Clone)]
pub struct RegistrationDraft {
    pub email: String,
    pub password: SecretString,
    pub role: String,
    pub first_name: String,
    pub last_name: String,
    pub time_zone: Option<String>,
    pub locale: Option<String>,
    pub consents: Vec<Consent>,
}

/// A text that somebody agrees to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// `privacy`, `terms` …
    pub kind: String,
    pub text_version: String,
}

/// Who is to have an account, checked; the password apart.
#[derive(Debug, Clone)]
pub struct NewAccount {
    pub email: Email,
    pub role: Role,
    pub first_name: String,
    pub last_name: String,
    pub time_zone: String,
    pub locale: Language,
    pub consents: Vec<Consent>,
}

impl RegistrationDraft {
    /// # Errors
    /// Everything that is wrong with it. Nobody registers as an administrator.
    pub fn parse(&self) -> Result<NewAccount, Violations> {
        let account = self.parse_without_password();
        let email = Email::parse(&self.email).ok();
        let compared_with = email.as_ref().map_or("", Email::as_str);
        match check_new_password(self.password.expose_secret(), compared_with) {
            Ok(()) => account,
            Err(problem) => {
                let mut wrong = account.err().unwrap_or_default();
                wrong.add("/password", problem);
                Err(wrong)
            }
        }
    }

    /// As [`Self::parse`], for an account that nobody is to sign in to: a seed's. The password is
    /// not looked at.
    ///
    /// # Errors
    /// Everything else that is wrong with it.
    pub fn parse_without_password(&self) -> Result<NewAccount, Violations> {
        let mut wrong = Violations::default();
        let email = wrong.take("/email", Email::parse(&self.email));
        let role = wrong.take("/role", registrable_role(&self.role));
        let first_name = wrong.take("/first_name", person_name(&self.first_name));
        let last_name = wrong.take("/last_name", person_name(&self.last_name));
        let time_zone = wrong.take("/time_zone", time_zone(self.time_zone.as_deref()));
        let locale = wrong.take("/locale", locale(self.locale.as_deref()));
        let consents = parse_consents(&self.consents, &mut wrong);
        match (email, role, first_name, last_name, time_zone, locale) {
            (
                Some(email),
                Some(role),
                Some(first_name),
                Some(last_name),
                Some(time_zone),
                Some(locale),
            ) if wrong.0.is_empty() => Ok(NewAccount {
                email,
                role,
                first_name,
                last_name,
                time_zone,
                locale,
                consents,
            }),
            _ => Err(wrong),
        }
    }
}

fn parse_consents(raw: &[Consent], wrong: &mut Violations) -> Vec<Consent> {
    if raw.len() > MAX_CONSENTS {
        wrong.add("/consents", FieldProblem::TooMany { max: MAX_CONSENTS });
        return Vec::new();
    }
    let mut parsed = Vec::new();
    for (i, consent) in raw.iter().enumerate() {
        let at = |field: &str| format!("/consents/{i}/{field}");
        let kind = wrong.take(&at("kind"), text(&consent.kind, 1, 100));
        let text_version = text(&consent.text_version, 1, 100);
        let text_version = wrong.take(&at("text_version"), text_version);
        if let Some((kind, text_version)) = kind.zip(text_version) {
            parsed.push(Consent { kind, text_version });
        }
    }
    parsed
}

fn registrable_role(name: &str) -> Result<Role, FieldProblem> {
    match Role::from_text(name) {
        Some(role @ (Role::Student | Role::Tutor)) => Ok(role),
        _ => Err(FieldProblem::NotOneOf {
            allowed: vec!["student".into(), "tutor".into()],
        }),
    }
}

/// The IANA time zone that somebody names, or the usual one.
///
/// # Errors
/// There is none of that name.
pub fn time_zone(name: Option<&str>) -> Result<String, FieldProblem> {
    parse_time_zone(name.unwrap_or(DEFAULT_TIME_ZONE)).map(|zone| zone.name().to_owned())
}

/// The language that somebody names, or the usual one.
///
/// # Errors
/// We don't speak it.
pub fn locale(name: Option<&str>) -> Result<Language, FieldProblem> {
    match name {
        None => Ok(Language::default()),
        Some(name) => Language::from_text(name).ok_or_else(|| FieldProblem::NotOneOf {
            allowed: Language::texts(),
        }),
    }
}
