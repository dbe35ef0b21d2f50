//! `/control`: the provider's bad days at one's choosing, for a person with `curl`.

use http_body_util::BodyExt;
use hyper::{Method, Request, StatusCode, body::Incoming};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::{
    fake::Fake,
    faults::{Fault, PlannedFault},
    ranking::Ranking,
    reply::Answer,
};

/// Every change answers with the state after it.
pub async fn answer(fake: &Fake, request: Request<Incoming>) -> Answer {
    let (head, body) = request.into_parts();
    let body = match body.collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) => return wrong(&error.to_string()),
    };
    let done = match (&head.method, head.uri.path()) {
        (&Method::GET, "/control") => Ok(()),
        (&Method::POST, "/control/faults") => plan(fake, &body).await,
        (&Method::POST, "/control/behave") => behave(fake).await,
        (&Method::POST, "/control/ranking") => {
            read::<Ranking>(&body).map(|ranking| *fake.ranking() = ranking)
        }
        (&Method::GET, "/control/requests") => return Answer::ok(&requests(fake)),
        (&Method::DELETE, "/control/requests") => {
            fake.seen.forget();
            Ok(())
        }
        (method, path) => {
            let message = format!("there is no {method} {path}");
            return refused(StatusCode::NOT_FOUND, "not_found", &message);
        }
    };
    match done {
        Ok(()) => Answer::ok(&overview(fake)),
        Err(message) => wrong(&message),
    }
}

async fn plan(fake: &Fake, body: &[u8]) -> Result<(), String> {
    let planned: PlannedFault = read(body)?;
    if let Fault::Status { status, .. } = planned.fault
        && !(400..=599).contains(&status)
    {
        return Err("`status` is from 400 to 599".into());
    }
    fake.plan(planned).await.map_err(|error| error.to_string())
}

async fn behave(fake: &Fake) -> Result<(), String> {
    fake.behave().await.map_err(|error| error.to_string())
}

fn overview(fake: &Fake) -> Value {
    json!({
        "faults": fake.faults().planned(),
        "model": &*fake.ranking(),
        "seen": fake.seen.count(),
        "holding": fake.held.count(),
    })
}

/// The requests without the key, which no terminal needs to show.
fn requests(fake: &Fake) -> Value {
    let mut requests = fake.seen.all();
    for request in &mut requests {
        request.headers.retain(|(name, _)| name != "authorization");
    }
    json!({"requests": requests})
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    serde_json::from_slice(body).map_err(|error| error.to_string())
}

fn wrong(message: &str) -> Answer {
    refused(StatusCode::BAD_REQUEST, "invalid_request", message)
}

fn refused(status: StatusCode, code: &str, message: &str) -> Answer {
    Answer::json(
        status,
        &json!({"error": {"code": code, "message": message}}),
    )
}
