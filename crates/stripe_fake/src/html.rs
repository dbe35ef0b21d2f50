//! What the fake's pages are made of. They are in Russian, for a person who tries the demo. Nothing
//! here is trusted: every text from a request is escaped.

use actix_web::{
    HttpRequest, HttpResponse, HttpResponseBuilder,
    http::header::{self, ContentType},
};

/// No script, no foreign content. `form-action` is left open: it would also bar the redirect to
/// the success page.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";

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

/// Whether a browser asks, and not a script.
pub fn is_wanted(request: &HttpRequest) -> bool {
    let accept = request
        .headers()
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}

pub fn answer(mut response: HttpResponseBuilder, page: String) -> HttpResponse {
    response
        .content_type(ContentType::html())
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .body(page)
}

/// A button that posts to `action`, an address relative to the page's own.
pub fn button(action: &str, text: &str, main: bool) -> String {
    let class = match main {
        true => "",
        false => " class=\"other\"",
    };
    format!(
        "<form method=\"post\" action=\"{}\"><button type=\"submit\"{class}>{text}</button></form>",
        escape(action)
    )
}

/// A page that only says something.
pub fn message_page(text: &str) -> String {
    page("Тестовая оплата", &format!("<p>{}</p>", escape(text)))
}

/// A link that looks like a lesser button.
pub fn link(url: &str, text: &str) -> String {
    format!(
        "<a class=\"cancel\" href=\"{}\">{}</a>",
        escape(url),
        escape(text)
    )
}

/// A whole page; `body` is markup.
pub fn page(title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"ru\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <title>{title}</title><style>{STYLE}</style></head><body><main><h1>{title}</h1>\
         <p class=\"note\">Это тестовый платёж: деньги не списываются, карта не нужна.</p>\
         {body}</main></body></html>"
    )
}

/// «1 500,00 ₽».
pub fn amount(minor: i64, currency: &str) -> String {
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

/// Text as it may stand between tags and in quoted attributes.
pub fn escape(text: &str) -> String {
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
