//! Events for the tests, cut down to what matters, in Stripe's shapes before and after 2025-03-31.

use serde_json::{Value, json};

/// Stripe's times are Unix seconds; these are within January and February 2026.
pub(super) const CREATED: i64 = 1_767_225_600;
pub(super) const PERIOD_START: i64 = 1_767_225_000;
pub(super) const PERIOD_END: i64 = 1_769_903_400;

pub(super) fn event(event_type: &str, object: Value) -> Value {
    json!({
        "id": "evt_1", "object": "event", "api_version": "2025-03-31.basil", "created": CREATED,
        "livemode": true, "type": event_type, "data": {"object": object},
    })
}

pub(super) fn session() -> Value {
    json!({
        "id": "cs_1", "object": "checkout.session", "mode": "subscription",
        "payment_status": "paid", "amount_total": 99_900, "currency": "rub",
        "customer": "cus_1", "subscription": "sub_1", "invoice": "in_1", "payment_intent": null,
        "client_reference_id": "user-1",
        "metadata": {
            "type": "premium", "user_id": "user-1", "tutor_profile_id": "tutor-1",
            "payment_id": "payment-1",
        },
    })
}

fn invoice() -> Value {
    json!({
        "id": "in_1", "object": "invoice", "customer": "cus_1",
        "billing_reason": "subscription_cycle", "status": "paid", "total": 99_900,
        "amount_paid": 50_000, "amount_remaining": 0, "currency": "rub",
        // The invoice's own period is the one before, and must not be taken for the service's.
        "period_start": 1, "period_end": PERIOD_START,
        "status_transitions": {"paid_at": CREATED - 1},
    })
}

pub(super) fn invoice_before_2025() -> Value {
    let mut invoice = invoice();
    invoice["subscription"] = json!("sub_1");
    invoice["subscription_details"] = json!({"metadata": {"payment_id": "payment-1"}});
    invoice["payment_intent"] = json!("pi_1");
    invoice["charge"] = json!("ch_1");
    let line = |kind, proration, subscription, end| {
        json!({
            "type": kind, "proration": proration, "subscription": subscription,
            "metadata": {"payment_id": "payment-1"},
            "period": {"start": PERIOD_START, "end": end},
        })
    };
    invoice["lines"] = json!({"data": [
        line("invoiceitem", true, "sub_1", PERIOD_END + 1),
        line("invoiceitem", false, "sub_1", PERIOD_END + 2),
        line("subscription", true, "sub_1", PERIOD_END + 3),
        line("subscription", false, "sub_1", PERIOD_END),
        line("subscription", false, "sub_2", PERIOD_END + 4),
    ]});
    invoice
}

pub(super) fn invoice_since_2025() -> Value {
    let mut invoice = invoice();
    invoice["parent"] = json!({
        "type": "subscription_details",
        "subscription_details": {
            "subscription": "sub_1", "metadata": {"payment_id": "payment-1"},
        },
    });
    let line = |kind: &str, proration, subscription, end| {
        json!({
            "metadata": {"payment_id": "payment-1"},
            "parent": {
                "type": kind, kind: {"proration": proration, "subscription": subscription},
            },
            "period": {"start": PERIOD_START, "end": end},
        })
    };
    invoice["lines"] = json!({"data": [
        line("invoice_item_details", true, "sub_1", PERIOD_END + 1),
        line("invoice_item_details", false, "sub_1", PERIOD_END + 2),
        line("subscription_item_details", true, "sub_1", PERIOD_END + 3),
        line("subscription_item_details", false, "sub_1", PERIOD_END),
        line("subscription_item_details", false, "sub_2", PERIOD_END + 4),
    ]});
    invoice
}

fn subscription() -> Value {
    json!({
        "id": "sub_1", "object": "subscription", "customer": "cus_1", "status": "active",
        "cancel_at_period_end": false, "cancel_at": null, "ended_at": null, "canceled_at": null,
        "metadata": {"payment_id": "payment-1"},
    })
}

pub(super) fn subscription_before_2025() -> Value {
    let mut subscription = subscription();
    subscription["current_period_end"] = json!(PERIOD_END);
    subscription["items"] = json!({"data": [{"id": "si_1"}]});
    subscription
}

pub(super) fn subscription_since_2025() -> Value {
    let mut subscription = subscription();
    subscription["items"] = json!({"data": [{"id": "si_1", "current_period_end": PERIOD_END}]});
    subscription
}

pub(super) fn charge() -> Value {
    json!({
        "id": "ch_1", "object": "charge", "payment_intent": "pi_1", "invoice": "in_1",
        "customer": "cus_1", "amount": 99_900, "amount_refunded": 40_000, "refunded": false,
        "currency": "rub", "metadata": {"payment_id": "payment-1"},
    })
}

pub(super) fn refund() -> Value {
    json!({
        "id": "re_1", "object": "refund", "charge": "ch_1", "payment_intent": "pi_1",
        "amount": 40_000, "currency": "rub", "status": "failed",
        "metadata": {"refund_id": "refund-1"},
    })
}

pub(super) fn dispute() -> Value {
    json!({
        "id": "dp_1", "object": "dispute", "charge": "ch_1", "payment_intent": "pi_1",
        "amount": 99_900, "currency": "rub", "status": "needs_response",
    })
}

pub(super) fn invoice_payment() -> Value {
    json!({
        "id": "inpay_1", "object": "invoice_payment", "invoice": "in_1", "status": "paid",
        "payment": {"type": "payment_intent", "payment_intent": "pi_1"},
    })
}

/// One of each, for what holds of all.
pub(super) fn all() -> Vec<Value> {
    vec![
        event("checkout.session.completed", session()),
        event("invoice.paid", invoice_before_2025()),
        event("invoice.payment_succeeded", invoice_since_2025()),
        event("customer.subscription.created", subscription_before_2025()),
        event("customer.subscription.updated", subscription_since_2025()),
        event("customer.subscription.deleted", subscription_since_2025()),
        event("checkout.session.async_payment_succeeded", session()),
        event("checkout.session.async_payment_failed", session()),
        event("checkout.session.expired", session()),
        event("invoice.payment_failed", invoice_since_2025()),
        event("invoice.payment_action_required", invoice_before_2025()),
        event("invoice_payment.paid", invoice_payment()),
        event("charge.refunded", charge()),
        event("refund.created", refund()),
        event("refund.updated", refund()),
        event("refund.failed", refund()),
        event("charge.dispute.created", dispute()),
        event("charge.dispute.updated", dispute()),
        event("charge.dispute.closed", dispute()),
        event("charge.dispute.funds_withdrawn", dispute()),
        event("charge.dispute.funds_reinstated", dispute()),
        event(
            "customer.deleted",
            json!({"id": "cus_1", "object": "customer"}),
        ),
    ]
}
