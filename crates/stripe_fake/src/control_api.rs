//! `/control`: what Stripe's dashboard and its test clocks are for, and some bad luck, for a person
//! with `curl`. A debugging tool: this machine only, no key.
//!
//! Whatever makes events answers once the webhook has acknowledged them, or a few seconds later.

use actix_web::{
    Error, HttpResponse, ResponseError,
    body::BoxBody,
    delete,
    dev::{ServiceRequest, ServiceResponse},
    get,
    http::StatusCode,
    middleware::{Next, from_fn},
    post,
    web::{self, Bytes, Data},
};
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value, json};

use crate::{
    control_body::{self, Refusal},
    control_error::ControlError,
    delivery::Made,
    disputing::DisputeStep,
    fake::Fake,
    state::State,
};

type Answer = Result<HttpResponse, Refusal>;

pub fn configure(config: &mut web::ServiceConfig) {
    let scope = web::scope("/control")
        .service(overview)
        .service(advance)
        .service(cards)
        .service(cancel)
        .service(resume)
        .service(delete_customer)
        .service(hold_refunds)
        .service(settle_refund)
        .service(open_dispute)
        .service(go_on_with_dispute)
        .service(set_delivery)
        .service(deliver)
        .service(plan_fault)
        .service(clear_faults)
        .default_service(web::to(unknown))
        .wrap(from_fn(loopback_only));
    config.service(scope);
}

/// What there is, briefly.
#[get("")]
async fn overview(fake: Data<Fake>) -> HttpResponse {
    HttpResponse::Ok().json(fake.transact(|state| state.overview()).0)
}

/// `{"days": 31}`, `hours`, `seconds`: moves the clock, and all that was due happens.
#[post("/advance")]
async fn advance(fake: Data<Fake>, body: Bytes) -> Answer {
    let by = control_body::read::<control_body::Advance>(&body)?.duration()?;
    let work = |state: &mut State| {
        state.clock.advance(by);
        state.let_time_pass();
        Ok(json!({"now": time(state.clock.now())}))
    };
    tell(&fake, work).await
}

/// `{"decline": true}`: every card is declined from now on.
#[post("/cards")]
async fn cards(fake: Data<Fake>, body: Bytes) -> Answer {
    let cards: control_body::Cards = control_body::read(&body)?;
    fake.transact(|state| state.cards_decline = cards.decline);
    Ok(HttpResponse::Ok().json(json!({"decline": cards.decline})))
}

/// Of a subscription or its session: now, or with `{"at_period_end": true}` then.
#[post("/subscriptions/{id}/cancel")]
async fn cancel(fake: Data<Fake>, id: web::Path<String>, body: Bytes) -> Answer {
    let cancel: control_body::Cancel = control_body::read(&body)?;
    let work = |state: &mut State| {
        let id = state.cancel_by_hand(&id, cancel.at_period_end)?;
        Ok(state.brief_subscription(&id))
    };
    tell(&fake, work).await
}

#[post("/subscriptions/{id}/resume")]
async fn resume(fake: Data<Fake>, id: web::Path<String>) -> Answer {
    let work = |state: &mut State| {
        let id = state.resume_by_hand(&id)?;
        Ok(state.brief_subscription(&id))
    };
    tell(&fake, work).await
}

#[post("/customers/{id}/delete")]
async fn delete_customer(fake: Data<Fake>, id: web::Path<String>) -> Answer {
    let work = |state: &mut State| {
        state.delete_by_hand(&id)?;
        Ok(json!({"id": *id, "deleted": true}))
    };
    tell(&fake, work).await
}

/// `{"hold": true}`: refunds stay pending from now on.
#[post("/refunds")]
async fn hold_refunds(fake: Data<Fake>, body: Bytes) -> Answer {
    let refunds: control_body::Refunds = control_body::read(&body)?;
    fake.transact(|state| state.refunds_wait = refunds.hold);
    Ok(HttpResponse::Ok().json(json!({"hold": refunds.hold})))
}

#[post("/refunds/{id}/{outcome}")]
async fn settle_refund(fake: Data<Fake>, path: web::Path<(String, String)>) -> Answer {
    let (id, outcome) = path.into_inner();
    let work = |state: &mut State| match outcome.as_str() {
        "succeed" => state.let_refund_succeed(&id),
        "fail" => state.let_refund_fail(&id),
        other => Err(ControlError::no_such("outcome of a refund", other)),
    };
    tell(&fake, work).await
}

/// `{"charge": "cs_…"}`, with `inquiry` and `amount` if wanted.
#[post("/disputes")]
async fn open_dispute(fake: Data<Fake>, body: Bytes) -> Answer {
    let new: control_body::NewDispute = control_body::read(&body)?;
    let work = |state: &mut State| {
        let id = state.open_dispute(&new.charge, new.inquiry, new.amount)?;
        Ok(json!({"id": id}))
    };
    tell(&fake, work).await
}

#[post("/disputes/{id}/{step}")]
async fn go_on_with_dispute(fake: Data<Fake>, path: web::Path<(String, String)>) -> Answer {
    let (id, step) = path.into_inner();
    let work = |state: &mut State| {
        let step = match step.as_str() {
            "win" => DisputeStep::Win,
            "lose" => DisputeStep::Lose,
            "close" => DisputeStep::Close,
            "escalate" => DisputeStep::Escalate,
            other => return Err(ControlError::no_such("step of a dispute", other)),
        };
        let dispute = state.go_on_with_dispute(&id, step)?;
        Ok(json!({"id": id, "status": dispute.get("status")}))
    };
    tell(&fake, work).await
}

/// `{"policy": "automatic"}`, `manual` or `disorderly` with its `seed`, `delay_ms`, `repeats`,
/// `window`, `dropped_percent`.
#[post("/delivery")]
async fn set_delivery(fake: Data<Fake>, body: Bytes) -> Answer {
    let policy = control_body::read::<control_body::Delivery>(&body)?.policy()?;
    let (name, _) = fake.transact(|state| {
        state.set_delivery(policy);
        state.delivery_name()
    });
    Ok(HttpResponse::Ok().json(json!({"policy": name})))
}

/// Posts an event once, whether or not that was done before.
#[post("/events/{id}/deliver")]
async fn deliver(fake: Data<Fake>, id: web::Path<String>) -> Answer {
    let (event, _) = fake.transact(|state| state.find_event(&id).cloned());
    let event = event.ok_or_else(|| ControlError::no_such("event", &id))?;
    let answer = fake.deliveries.deliver_once(&event).await;
    let answer = answer
        .map_err(|error| Refusal::new(StatusCode::BAD_GATEWAY, "no_answer", error.to_string()))?;
    Ok(HttpResponse::Ok().json(json!({"status": answer.status, "body": answer.body})))
}

/// `{"fault": "server_error"}`, `rate_limited`, `hang` or `lost_answer`, with `count`, `path`,
/// `seconds` if wanted.
#[post("/faults")]
async fn plan_fault(fake: Data<Fake>, body: Bytes) -> Answer {
    let new: control_body::NewFault = control_body::read(&body)?;
    let (fault, count) = new.plan()?;
    let (left, _) = fake.transact(|state| {
        state.faults.plan(fault, count, new.path);
        state.faults.left()
    });
    Ok(HttpResponse::Ok().json(json!({"calls_to_fail": left})))
}

#[delete("/faults")]
async fn clear_faults(fake: Data<Fake>) -> HttpResponse {
    fake.transact(|state| state.faults.clear());
    HttpResponse::Ok().json(json!({"calls_to_fail": 0}))
}

async fn unknown() -> Answer {
    let message = "see crates/stripe_fake/README.md for what /control can do";
    Err(Refusal::new(StatusCode::NOT_FOUND, "unknown_url", message))
}

/// Does it, and answers with what came of it.
async fn tell(fake: &Fake, work: impl FnOnce(&mut State) -> Result<Value, ControlError>) -> Answer {
    let (outcome, receipt) = fake.transact(work);
    let events: Vec<Value> = receipt.made.iter().map(brief_event).collect();
    let delivered = receipt.delivered().await;
    let mut answer = outcome?;
    if let Some(fields) = answer.as_object_mut() {
        fields.insert("events".into(), json!(events));
        fields.insert("delivered".into(), json!(delivered));
    }
    Ok(HttpResponse::Ok().json(answer))
}

fn brief_event(event: &Made) -> Value {
    let created = DateTime::from_timestamp(event.created, 0).unwrap_or_default();
    json!({"id": event.id, "type": event.kind, "created": time(created)})
}

pub fn time(moment: DateTime<Utc>) -> String {
    moment.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// The listener is the host's choice; this is ours.
async fn loopback_only(
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if request
        .peer_addr()
        .is_some_and(|peer| peer.ip().to_canonical().is_loopback())
    {
        return next.call(request).await;
    }
    let message = "/control answers only on its own machine";
    let refusal = Refusal::new(StatusCode::FORBIDDEN, "not_local", message);
    Ok(request.into_response(refusal.error_response()))
}

#[cfg(test)]
mod tests {
    use actix_web::{App, test};

    use super::*;
    use crate::config::StripeFakeConfig;

    async fn status_for(peer: &str) -> u16 {
        let config = StripeFakeConfig {
            secret_key: String::new(),
            webhook_url: "http://127.0.0.1:9/".into(),
            webhook_secret: String::new(),
            public_base: None,
        };
        let fake = Data::new(Fake::new(config, "http://127.0.0.1/".into()).unwrap());
        let app = test::init_service(App::new().app_data(fake).configure(configure)).await;
        let request = test::TestRequest::get()
            .uri("/control")
            .peer_addr(peer.parse().unwrap());
        let answer = test::call_service(&app, request.to_request()).await;
        answer.status().as_u16()
    }

    #[tokio::test]
    async fn only_this_machine_is_answered() {
        assert_eq!(status_for("127.0.0.1:5000").await, 200);
        assert_eq!(status_for("[::ffff:127.0.0.1]:5000").await, 200);
        assert_eq!(status_for("192.0.2.7:5000").await, 403);
    }
}
