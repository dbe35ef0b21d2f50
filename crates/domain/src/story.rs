//! What Stripe's facts say, as a sentence for whoever paid.

use chrono::{DateTime, Utc};

use crate::language::Language;
use crate::stripe_facts::{
    ChargeFact, DisputeFact, Fact, InvoiceEventKind, InvoiceFact, RefundFact, RefundState,
    SessionEventKind, SessionFact, SubscriptionFact,
};

/// What a fact says by itself: whether it counts is the verdict's to say.
#[must_use]
pub fn tell(fact: &Fact, language: Language) -> String {
    let ru = language == Language::Ru;
    match fact {
        Fact::Session(fact) => session(fact, ru),
        Fact::Invoice(fact) => invoice(fact, ru),
        Fact::Subscription(fact) => subscription(fact, ru),
        Fact::Charge(fact) => charge(fact, ru),
        Fact::Refund(fact) => refund(fact, ru),
        Fact::Dispute(fact) => dispute(fact, ru),
        Fact::InvoicePayment(_) if ru => "Счёт связан со своим платежом.".into(),
        Fact::InvoicePayment(_) => "The invoice is tied to its payment.".into(),
        Fact::Customer(_) if ru => "Плательщик удалён в Stripe.".into(),
        Fact::Customer(_) => "The customer was deleted at Stripe.".into(),
    }
}

fn session(fact: &SessionFact, ru: bool) -> String {
    let sum = money(fact.amount_total, fact.currency.as_deref());
    let is_paid = fact.payment_status.as_deref() == Some("paid");
    match (fact.kind, ru) {
        (SessionEventKind::Completed, true) if is_paid => format!("Оплачено {sum}."),
        (SessionEventKind::Completed, false) if is_paid => format!("{sum} paid."),
        (SessionEventKind::Completed, true) => format!("Форма отправлена, {sum} ещё не поступили."),
        (SessionEventKind::Completed, false) => {
            format!("The form was submitted; {sum} have not come yet.")
        }
        (SessionEventKind::AsyncSucceeded, true) => format!("{sum} поступили."),
        (SessionEventKind::AsyncSucceeded, false) => format!("{sum} came."),
        (SessionEventKind::AsyncFailed, true) => format!("{sum} не поступили: платёж не прошёл."),
        (SessionEventKind::AsyncFailed, false) => {
            format!("{sum} did not come: the payment failed.")
        }
        (SessionEventKind::Expired, true) => "Срок оплаты истёк.".into(),
        (SessionEventKind::Expired, false) => "The time to pay ran out.".into(),
    }
}

fn invoice(fact: &InvoiceFact, ru: bool) -> String {
    let sum = money(fact.total, fact.currency.as_deref());
    match (fact.kind, period(fact.period_start, fact.period_end), ru) {
        (InvoiceEventKind::Paid, Some(period), true) => {
            format!("Счёт на {sum} за {period} оплачен.")
        }
        (InvoiceEventKind::Paid, Some(period), false) => {
            format!("The invoice of {sum} for {period} was paid.")
        }
        (InvoiceEventKind::Paid, None, true) => format!("Счёт на {sum} оплачен."),
        (InvoiceEventKind::Paid, None, false) => format!("The invoice of {sum} was paid."),
        (InvoiceEventKind::PaymentFailed, _, true) => {
            format!("Счёт на {sum} оплатить не удалось; Stripe попробует ещё раз.")
        }
        (InvoiceEventKind::PaymentFailed, _, false) => {
            format!("The invoice of {sum} could not be paid; Stripe will try again.")
        }
        (InvoiceEventKind::ActionRequired, _, true) => {
            format!("Платёж на {sum} нужно подтвердить в банке.")
        }
        (InvoiceEventKind::ActionRequired, _, false) => {
            format!("The payment of {sum} must be confirmed at the bank.")
        }
    }
}

fn subscription(fact: &SubscriptionFact, ru: bool) -> String {
    let status = &fact.status;
    match (fact.ended_at, fact.cancel_at_period_end, ru) {
        (Some(ended), _, true) => format!("Подписка закончилась {}.", day(ended)),
        (Some(ended), _, false) => format!("The subscription ended on {}.", day(ended)),
        (None, true, true) => "Подписка отменена: закончится вместе с оплаченным периодом.".into(),
        (None, true, false) => {
            "The subscription is cancelled and ends with its paid period.".into()
        }
        (None, false, true) => format!("Состояние подписки: {status}."),
        (None, false, false) => format!("The subscription is {status}."),
    }
}

fn charge(fact: &ChargeFact, ru: bool) -> String {
    let back = money(fact.amount_refunded, fact.currency.as_deref());
    let sum = money(fact.amount, fact.currency.as_deref());
    if ru {
        format!("Возвращено {back} из {sum}.")
    } else {
        format!("{back} of {sum} went back.")
    }
}

fn refund(fact: &RefundFact, ru: bool) -> String {
    let sum = money(fact.amount, fact.currency.as_deref());
    match (fact.state(), ru) {
        (RefundState::Failed, true) => format!("Возврат {sum} не прошёл."),
        (RefundState::Failed, false) => format!("The refund of {sum} failed."),
        (RefundState::Succeeded, true) => format!("Возврат {sum} выполнен."),
        (RefundState::Succeeded, false) => format!("The refund of {sum} is done."),
        (RefundState::Pending, true) => format!("Возврат {sum} в пути."),
        (RefundState::Pending, false) => format!("The refund of {sum} is under way."),
    }
}

fn dispute(fact: &DisputeFact, ru: bool) -> String {
    let sum = money(fact.amount, fact.currency.as_deref());
    match (fact.status.as_deref(), ru) {
        _ if fact.is_inquiry() && ru => format!("Банк спрашивает о платеже на {sum}."),
        _ if fact.is_inquiry() => format!("The bank asks about a payment of {sum}."),
        (Some("won"), true) => format!("Спор о {sum} выигран."),
        (Some("won"), false) => format!("The dispute about {sum} was won."),
        (Some("lost"), true) => format!("Спор о {sum} проигран."),
        (Some("lost"), false) => format!("The dispute about {sum} was lost."),
        (_, true) => format!("Плательщик оспаривает {sum}."),
        (_, false) => format!("The payer disputes {sum}."),
    }
}

/// `999.00 RUB`
fn money(minor: Option<i64>, currency: Option<&str>) -> String {
    let Some(minor) = minor else {
        return "?".into();
    };
    let sign = if minor < 0 { "-" } else { "" };
    let (whole, rest) = (minor.unsigned_abs() / 100, minor.unsigned_abs() % 100);
    format!("{sign}{whole}.{rest:02} {}", currency.unwrap_or("?"))
}

fn period(start: Option<DateTime<Utc>>, end: Option<DateTime<Utc>>) -> Option<String> {
    Some(format!("{} – {}", day(start?), day(end?)))
}

fn day(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_told_in_whole_units() {
        assert_eq!(money(Some(99_905), Some("RUB")), "999.05 RUB");
        assert_eq!(money(Some(-5), Some("RUB")), "-0.05 RUB");
        assert_eq!(money(None, None), "?");
    }
}
