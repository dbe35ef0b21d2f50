//! The pay page's HTML.

use crate::{
    html::{self, amount, escape, link, page},
    periods::Interval,
    sessions::{CheckoutSession, SessionPayment, SessionStatus},
};

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

fn button(session: &CheckoutSession, action: &str, text: &str) -> String {
    html::button(&format!("{}/{action}", session.id), text, action == "pay")
}
