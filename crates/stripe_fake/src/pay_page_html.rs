//! The pay page's HTML, in Russian, for a person who tries the demo. Nothing here is trusted:
//! every text from a request is escaped.

use crate::periods::Interval;
use crate::sessions::{CheckoutSession, SessionPayment, SessionStatus};

/// Currencies that Stripe counts in whole units: <https://docs.stripe.com/currencies#zero-decimal>.
const ZERO_DECIMAL: [&str; 16] = [
    "bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "ugx", "vnd", "vuv",
    "xaf", "xof", "xpf",
];

const STYLE: &str = "\
    body{font:16px/1.5 system-ui,sans-serif;background:#f4f5f7;color:#1d2129;margin:0}\
    main{max-width:26rem;margin:8vh auto;padding:2rem;background:#fff;border-radius:12px;\
    box-shadow:0 1px 4px #0002}\
    h1{font-size:1.25rem;margin:0 0 1rem}ul{list-style:none;padding:0;margin:0}\
    li,.total{display:flex;justify-content:space-between;gap:1rem;padding:.35rem 0}\
    .total{border-top:1px solid #e3e5e9;font-weight:600}.amount{white-space:nowrap}\
    .note{background:#fff7e0;border-radius:8px;padding:.75rem 1rem}\
    button,.cancel{display:block;width:100%;box-sizing:border-box;padding:.7rem;border-radius:8px;\
    font:inherit;text-align:center;text-decoration:none}\
    button{border:0;background:#2557d6;color:#fff;cursor:pointer;margin-top:.5rem}\
    .other{background:#e3e5e9;color:#1d2129}\
    .cancel{color:#505866;margin-top:.5rem}";

/// What is bought, for how much, and what can be done about it.
pub fn session_page(session: &CheckoutSession) -> String {
    let items: String = session
        .line_items
        .iter()
        .map(|item| {
            let name = escape(&item.price.product_name);
            let amount = escape(&amount(item.amount(), session.currency()));
            let quantity = match item.quantity {
                1 => String::new(),
                quantity => format!(" × {quantity}"),
            };
            format!("<li><span>{name}{quantity}</span><span class=\"amount\">{amount}</span></li>")
        })
        .collect();
    let total = escape(&amount(session.amount_total(), session.currency()));
    let renewal = session
        .line_items
        .first()
        .and_then(|item| item.price.recurring)
        .map(|recurring| {
            let period = match recurring.interval {
                Interval::Day => "дн.",
                Interval::Week => "нед.",
                Interval::Month => "мес.",
                Interval::Year => "г.",
            };
            format!(
                "<p>Подписка: списание раз в {} {period}</p>",
                recurring.count
            )
        })
        .unwrap_or_default();
    let action = match (session.status, session.payment) {
        (SessionStatus::Open, _) => buttons(session),
        (SessionStatus::Complete, SessionPayment::Paid) => {
            format!(
                "<p>Уже оплачено.</p>{}",
                link(&session.return_address(), "Вернуться")
            )
        }
        (SessionStatus::Complete, SessionPayment::Failed) => format!(
            "<p>Деньги не пришли.</p>{}",
            link(&session.return_address(), "Вернуться")
        ),
        (SessionStatus::Complete, SessionPayment::Underway | SessionPayment::Unpaid) => format!(
            "<p>Оплата оформлена, деньги ещё идут.</p>{}{}{}",
            button(session, "arrive", "Деньги пришли"),
            button(session, "fail", "Деньги не пришли"),
            link(&session.return_address(), "Вернуться")
        ),
        (SessionStatus::Expired, _) => {
            let back = session
                .cancel_url
                .as_deref()
                .map(|url| link(url, "Вернуться"));
            format!("<p>Срок оплаты истёк.</p>{}", back.unwrap_or_default())
        }
    };
    page(
        "Тестовая оплата",
        &format!(
            "<ul>{items}</ul><p class=\"total\"><span>Итого</span>\
             <span class=\"amount\">{total}</span></p>{renewal}{action}"
        ),
    )
}

/// A page that only says something.
pub fn message_page(text: &str) -> String {
    page("Тестовая оплата", &format!("<p>{}</p>", escape(text)))
}

fn buttons(session: &CheckoutSession) -> String {
    let declined = match session.was_declined {
        true => "<p role=\"alert\">Карта отклонена. Попробуйте ещё раз.</p>",
        false => "",
    };
    let cancel = session
        .cancel_url
        .as_deref()
        .map(|url| link(url, "Отменить"));
    format!(
        "{declined}{}{}{}{}{}",
        button(session, "pay", "Оплатить"),
        button(session, "decline", "Карта отклонена"),
        button(session, "later", "Деньги придут позже"),
        button(session, "expire", "Дать сроку истечь"),
        cancel.unwrap_or_default()
    )
}

/// The address is relative to the page's own.
fn button(session: &CheckoutSession, action: &str, text: &str) -> String {
    let class = match action {
        "pay" => "",
        _ => " class=\"other\"",
    };
    format!(
        "<form method=\"post\" action=\"{}/{action}\"><button type=\"submit\"{class}>{text}</button></form>",
        escape(&session.id)
    )
}

fn link(url: &str, text: &str) -> String {
    format!(
        "<a class=\"cancel\" href=\"{}\">{}</a>",
        escape(url),
        escape(text)
    )
}

fn page(title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"ru\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <title>{title}</title><style>{STYLE}</style></head><body><main><h1>{title}</h1>\
         <p class=\"note\">Это тестовый платёж: деньги не списываются, карта не нужна.</p>\
         {body}</main></body></html>"
    )
}

/// «1 500,00 ₽».
fn amount(minor: i64, currency: &str) -> String {
    let sign = match currency {
        "rub" => "₽".to_owned(),
        other => other.to_uppercase(),
    };
    let (whole, rest) = if ZERO_DECIMAL.contains(&currency) {
        (minor, String::new())
    } else {
        (minor / 100, format!(",{:02}", minor % 100))
    };
    format!("{}{rest} {sign}", thousands(whole))
}

fn thousands(whole: i64) -> String {
    let digits = whole.to_string();
    let mut spaced = String::with_capacity(digits.len() * 2);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            spaced.push(' ');
        }
        spaced.push(digit);
    }
    spaced
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_read_as_a_russian_reader_expects() {
        assert_eq!(amount(150_000, "rub"), "1 500,00 ₽");
        assert_eq!(amount(5, "rub"), "0,05 ₽");
        assert_eq!(amount(123_456_789, "rub"), "1 234 567,89 ₽");
        assert_eq!(amount(1_500, "jpy"), "1 500 JPY");
    }

    #[test]
    fn markup_in_a_text_is_shown_and_not_obeyed() {
        assert_eq!(escape("<b a='x'>&\""), "&lt;b a=&#39;x&#39;&gt;&amp;&quot;");
    }
}
