//! What letters say, in both languages. Nothing that a user wrote is in them: whoever registers with
//! somebody else's address would have us send their words there.

use domain::language::Language;
use persistence::mails::MailTemplate;

/// A letter's words.
pub(super) struct Words {
    pub(super) subject: &'static str,
    pub(super) text: String,
}

/// The token stands behind the `#`, so that no server, log or `Referer` ever gets it: browsers keep
/// that part of an address to themselves (RFC 9110, 10.1.3).
pub(super) fn of(
    template: MailTemplate,
    language: Language,
    frontend_url: &str,
    token: &str,
) -> Words {
    let page = match template {
        MailTemplate::VerifyEmail => "verify-email",
        MailTemplate::ResetPassword => "reset-password",
    };
    let link = format!("{frontend_url}/{page}#token={token}");
    let (subject, before, after) = sentences(template, language);
    Words {
        subject,
        text: format!("{before}\n\n{link}\n\n{after}\n"),
    }
}

fn sentences(
    template: MailTemplate,
    language: Language,
) -> (&'static str, &'static str, &'static str) {
    match (template, language) {
        (MailTemplate::VerifyEmail, Language::Ru) => (
            "Подтвердите адрес почты",
            "Здравствуйте!\n\nЧтобы подтвердить, что этот адрес ваш, откройте ссылку:",
            "Ссылка действует три дня и только один раз.\nЕсли вы не регистрировались, ничего не делайте.",
        ),
        (MailTemplate::VerifyEmail, Language::En) => (
            "Confirm your e-mail address",
            "Hello,\n\nto confirm that this address is yours, open this link:",
            "It is good for three days and one use.\nIf you have not registered, do nothing.",
        ),
        (MailTemplate::ResetPassword, Language::Ru) => (
            "Новый пароль",
            "Здравствуйте!\n\nЧтобы задать новый пароль, откройте ссылку:",
            "Ссылка действует один час и только один раз. После этого понадобится войти заново на всех устройствах.\nЕсли вы не просили о новом пароле, ничего не делайте: прежний остаётся в силе.",
        ),
        (MailTemplate::ResetPassword, Language::En) => (
            "A new password",
            "Hello,\n\nto choose a new password, open this link:",
            "It is good for one hour and one use. You will have to sign in again on every device.\nIf you have not asked for it, do nothing: your password stays as it is.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use domain::text_enum::TextEnum;

    use super::*;

    #[test]
    fn every_letter_has_its_link_alone_on_a_line_in_both_languages() {
        for &template in MailTemplate::ALL {
            for language in [Language::Ru, Language::En] {
                let words = of(template, language, "https://app.example.org", "t0k-en_");
                let links: Vec<&str> = words.text.lines().filter(|l| l.contains("://")).collect();
                assert_eq!(links.len(), 1, "{}", words.text);
                assert!(links.iter().all(|link| link.ends_with("#token=t0k-en_")));
                let is_russian = words.subject.chars().any(|c| ('а'..='я').contains(&c));
                assert_eq!(is_russian, language == Language::Ru);
            }
        }
    }
}
