//! `GET /payments/{id}/explain`: how a payment became what it is.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, get};
use chrono::{DateTime, Utc};
use domain::language::Language;
use domain::story;
use domain::text_enum::TextEnum;
use persistence::ledger::Booked;
use persistence::refunds::Refund;
use serde::Serialize;
use services::explain::{self, Outcome, Story, Told};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::bodies::{PaymentResponse, PremiumResponse};
use crate::access::ExplainablePayment;
use crate::problem::Problem;
use crate::request::{Answer, Ctx};

/// Mounts the route of this file.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config.service(explain_payment);
}

/// The story of a payment.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "payment": {
        "id": "0193f2c4-7b1e-7c3a-9a55-3d1f0a6f1b2c", "type": "premium", "status": "completed",
        "amount": 99900, "refunded_amount": 0, "currency": "RUB", "booking_id": null,
        "paid_at": "2026-11-23T09:05:00Z", "created_at": "2026-11-23T09:00:00Z"
    },
    "renewals": [],
    "events": [{
        "event_id": "evt_1", "type": "invoice.paid", "created": "2026-11-23T09:05:00Z",
        "received_at": "2026-11-23T09:05:02Z", "outcome": "applied", "reason": null,
        "says": "Счёт на 999.00 RUB за 2026-11-23 – 2026-12-23 оплачен.", "explanation": null
    }],
    "refunds": [],
    "ledger": [{
        "payment_id": "0193f2c4-7b1e-7c3a-9a55-3d1f0a6f1b2c", "kind": "payment",
        "at": "2026-11-23T09:05:00Z", "entries": { "platform": 99900, "student": -99900 },
        "currency": "RUB"
    }],
    "result": {
        "premium": { "is_premium": true, "expires_at": "2026-12-23T09:00:00Z", "status": "active",
                     "cancel_at_period_end": false },
        "booking": null
    }
}))]
pub struct StoryResponse {
    payment: PaymentResponse,
    /// The renewals of the subscription that it began.
    renewals: Vec<PaymentResponse>,
    /// What Stripe told of it, in the order in which it happened there.
    events: Vec<ToldResponse>,
    /// What we have decided to give back.
    refunds: Vec<RefundResponse>,
    /// What is booked of it and of its renewals; every transaction sums to zero.
    ledger: Vec<BookedResponse>,
    result: ResultResponse,
}

/// An event, and what became of it.
#[derive(Debug, Serialize, ToSchema)]
struct ToldResponse {
    event_id: String,
    #[serde(rename = "type")]
    event_type: String,
    /// When Stripe made it.
    created: DateTime<Utc>,
    /// When it came to us.
    received_at: DateTime<Utc>,
    /// `applied`, `stale`, `ignored` or `parked`.
    outcome: String,
    /// Why it is parked: `waiting`, `mismatch`, `customer_conflict` or `other_mode`.
    reason: Option<String>,
    /// What it says, in the caller's language.
    says: String,
    /// Why it does not count, if it does not.
    explanation: Option<String>,
}

/// A refund that we have decided on.
#[derive(Debug, Serialize, ToSchema)]
struct RefundResponse {
    payment_id: Uuid,
    /// `booking_cancelled`, `not_payable` or `superseded`.
    reason: String,
    /// Kopecks.
    amount: i64,
    currency: String,
    /// `decided`, `sent`, `succeeded` or `failed`.
    status: String,
    created_at: DateTime<Utc>,
}

/// A transaction of the ledger.
#[derive(Debug, Serialize, ToSchema)]
struct BookedResponse {
    payment_id: Uuid,
    /// `payment`, `release`, `refund`, `dispute`, `dispute_won` or `dispute_lost`.
    kind: String,
    at: DateTime<Utc>,
    /// Kopecks by account; they sum to zero.
    entries: BTreeMap<String, i64>,
    currency: String,
}

/// What the payment has brought: one of the two.
#[derive(Debug, Serialize, ToSchema)]
struct ResultResponse {
    premium: Option<PremiumResponse>,
    booking: Option<BookingResult>,
}

/// The booking that was paid for.
#[derive(Debug, Serialize, ToSchema)]
struct BookingResult {
    id: Uuid,
    status: String,
}

impl StoryResponse {
    fn new(story: Story, language: Language) -> Self {
        let (premium, booking) = match story.result {
            Outcome::Premium(premium) => (Some(premium.into()), None),
            Outcome::Booking { id, status } => (
                None,
                Some(BookingResult {
                    id,
                    status: status.as_str().to_owned(),
                }),
            ),
        };
        let told = |told| ToldResponse::new(told, language);
        Self {
            payment: story.payment.into(),
            renewals: story.renewals.into_iter().map(Into::into).collect(),
            events: story.events.into_iter().map(told).collect(),
            refunds: story.refunds.into_iter().map(Into::into).collect(),
            ledger: story.ledger.into_iter().map(Into::into).collect(),
            result: ResultResponse { premium, booking },
        }
    }
}

impl ToldResponse {
    fn new(Told { event, fact }: Told, language: Language) -> Self {
        Self {
            event_id: event.event_id,
            event_type: event.event_type,
            created: event.created,
            received_at: event.received_at,
            outcome: event.outcome.as_str().to_owned(),
            reason: event.reason.map(|reason| reason.as_str().to_owned()),
            says: story::tell(&fact, language),
            explanation: event.explanation,
        }
    }
}

impl From<Refund> for RefundResponse {
    fn from(refund: Refund) -> Self {
        Self {
            payment_id: refund.payment_id,
            reason: refund.reason.as_str().to_owned(),
            amount: refund.amount_minor,
            currency: refund.currency,
            status: refund.status.as_str().to_owned(),
            created_at: refund.created_at,
        }
    }
}

impl From<Booked> for BookedResponse {
    fn from(booked: Booked) -> Self {
        Self {
            payment_id: booked.payment_id,
            kind: booked.kind,
            at: booked.at,
            entries: booked.entries.into_iter().collect(),
            currency: booked.currency,
        }
    }
}

/// Explain a payment
///
/// The events that Stripe sent, what each said and whether it counted, the lines of the ledger, and
/// what has come of it. For its payer and administrators.
#[utoipa::path(tag = "Payments", operation_id = "explain_payment", params(("id" = Uuid, Path)),
    responses((status = 200, body = StoryResponse)))]
#[get("/payments/{id}/explain")]
async fn explain_payment(
    ctx: Ctx,
    ExplainablePayment(payment): ExplainablePayment,
) -> Result<HttpResponse, Problem> {
    let story = explain::tell(ctx.db(), payment, ctx.now()).await?;
    Ok(ctx.answer(&Answer::ok(StoryResponse::new(story, ctx.language()))))
}
