//! The lives of customers: ten events each, and what money.md says that they come to.

use chrono::{DateTime, TimeDelta, Utc};
use domain::payment::PaymentStatus;
use serde_json::json;

use super::customers::Customers;
use super::tale::{ComesTo, Tale, session};
use crate::payments::events::{Opened, Shape, changed};

const DAYS: i64 = 86_400;

/// The tale of the customer with this number.
pub fn tale(number: usize, customers: &mut Customers, now: DateTime<Utc>) -> Tale {
    // Nobody's life begins in the same second as somebody else's.
    let began = now - TimeDelta::days(100) + TimeDelta::seconds(number as i64);
    match number % 8 {
        0 => steady(customers, began),
        1 => cut(customers, began, number as i64),
        2 => came_back(customers, began),
        3 => bare_renewals(customers, began),
        4 => nothing_right_at_first(customers, began),
        _ => lessons(customers, now, number as i64),
    }
}

/// Two renewals, and another to come.
fn steady(customers: &mut Customers, began: DateTime<Utc>) -> Tale {
    let tutor = customers.tutor();
    let opened = customers.premium(&tutor, began, PaymentStatus::Pending);
    let mut tale = Tale {
        name: "steady",
        tutor_id: tutor.tutor_id,
        renews: true,
        ..Tale::default()
    };
    tale.count(opened.snapshot("created", 0, "active"));
    tale.first_period(&opened);
    tale.twin(&opened);
    tale.renewal(&opened, 30, false);
    tale.renewal(&opened, 60, false);
    tale.count(opened.snapshot("updated", 60 * DAYS, "active"));
    tale.future(&opened, "invoice.will_be_due_soon");
    tale
}

/// Ended in the middle of a period; an invoice of a wrong amount besides.
fn cut(customers: &mut Customers, began: DateTime<Utc>, number: i64) -> Tale {
    let tutor = customers.tutor();
    let opened = customers.premium(&tutor, began, PaymentStatus::Pending);
    let mut tale = Tale {
        name: "cut",
        tutor_id: tutor.tutor_id,
        ..Tale::default()
    };
    tale.count(opened.snapshot("created", 0, "active"));
    tale.first_period(&opened);
    tale.twin(&opened);
    tale.renewal(&opened, 30, false);
    let wrong = changed(&opened.renewal(40), "/data/object/total", json!(5));
    tale.tell(wrong, ComesTo::Parked("mismatch"));
    tale.count(opened.snapshot("updated", 31 * DAYS, "active"));
    tale.ended(&opened, 32 * DAYS + number * 1_000);
    tale.future(&opened, "customer.subscription.mourned");
    tale
}

/// Ended early, bought again before the paid time was over.
fn came_back(customers: &mut Customers, began: DateTime<Utc>) -> Tale {
    let tutor = customers.tutor();
    // Only one may be pending; word of a payment outweighs our having given one up.
    let first = customers.premium(&tutor, began, PaymentStatus::Expired);
    let again = began + TimeDelta::days(20);
    let second = customers.premium(&tutor, again, PaymentStatus::Pending);
    let mut tale = Tale {
        name: "came back",
        tutor_id: tutor.tutor_id,
        renews: true,
        ..Tale::default()
    };
    tale.first_period(&first);
    tale.ended(&first, 10 * DAYS);
    tale.count(second.snapshot("created", 0, "incomplete"));
    tale.first_period(&second);
    tale.twin(&second);
    tale.renewal(&second, 31, false);
    tale.count(second.snapshot("updated", 5, "active"));
    tale
}

/// Old shapes, and renewals that name nothing but their subscription.
fn bare_renewals(customers: &mut Customers, began: DateTime<Utc>) -> Tale {
    let tutor = customers.tutor();
    let opened = customers.premium(&tutor, began, PaymentStatus::Pending);
    let old = Opened {
        shape: Shape::Before2025,
        ..opened.clone()
    };
    let mut tale = Tale {
        name: "bare renewals",
        tutor_id: tutor.tutor_id,
        renews: true,
        ..Tale::default()
    };
    tale.count(old.snapshot("created", 0, "active"));
    tale.first_period(&old);
    tale.twin(&old);
    tale.renewal(&opened, 29, true);
    tale.renewal(&opened, 61, true);
    tale.count(opened.snapshot("updated", 61 * DAYS, "past_due"));
    tale.future(&opened, "invoice.sung");
    tale
}

/// A checkout that came to nothing, with everything wrong that can be; then one that is paid.
fn nothing_right_at_first(customers: &mut Customers, began: DateTime<Utc>) -> Tale {
    let tutor = customers.tutor();
    let first = customers.premium(&tutor, began, PaymentStatus::Expired);
    let again = began + TimeDelta::days(3);
    let second = customers.premium(&tutor, again, PaymentStatus::Pending);
    let mut tale = Tale {
        name: "nothing right at first",
        tutor_id: tutor.tutor_id,
        ..Tale::default()
    };
    tale.wrong_session(&first, "amount");
    tale.wrong_session(&first, "mode");
    tale.wrong_session(&first, "customer");
    tale.count(session(&first, "expired", "unpaid", 60));
    tale.future(&first, "checkout.session.regretted");
    tale.checkout(&first, PaymentStatus::Expired, None);
    tale.count(second.snapshot("created", 0, "active"));
    tale.first_period(&second);
    tale.twin(&second);
    // It ends with its period: nothing is cut.
    tale.ended(&second, 30 * DAYS);
    tale
}

/// Four bookings: paid at once, paid later, never paid, and with everything wrong.
fn lessons(customers: &mut Customers, now: DateTime<Utc>, number: i64) -> Tale {
    let student = customers.student();
    let mut tale = Tale {
        name: "lessons",
        ..Tale::default()
    };
    let mut booking = |which: i64| {
        let price = 100_000 + 10 * number + which;
        let (mut opened, _) = customers.booking(&student, price);
        opened.at = now;
        opened
    };
    let (at_once, later) = (booking(0), booking(1));
    let (never, wrong) = (booking(2), booking(3));
    tale.count(at_once.completed());
    tale.count(session(&at_once, "completed", "paid", 9));
    tale.future(&at_once, "charge.admired");
    tale.checkout(&at_once, PaymentStatus::Completed, Some(now));
    let seconds = 40 + number % 7;
    tale.count(session(&later, "completed", "unpaid", 0));
    let succeeded = session(&later, "async_payment_succeeded", "paid", seconds);
    tale.count(succeeded);
    let paid_at = now + TimeDelta::seconds(seconds);
    tale.checkout(&later, PaymentStatus::Completed, Some(paid_at));
    tale.count(session(&never, "completed", "unpaid", 0));
    let failed = session(&never, "async_payment_failed", "unpaid", 5);
    tale.count(failed);
    tale.checkout(&never, PaymentStatus::Failed, None);
    tale.wrong_session(&wrong, "amount");
    tale.wrong_session(&wrong, if number % 2 == 0 { "mode" } else { "customer" });
    if number % 3 == 0 {
        tale.count(session(&wrong, "expired", "unpaid", 3));
        tale.checkout(&wrong, PaymentStatus::Expired, None);
    } else {
        // What was wrong before doesn't stand in the way of what is right.
        tale.count(wrong.completed());
        tale.checkout(&wrong, PaymentStatus::Completed, Some(now));
    }
    tale
}
