//! A walk over every operation of the OpenAPI document: a new route is covered by being there.

mod bodies;
mod entry;
mod keys;
mod parameters;
mod versions;
mod words;

use actix_web::http::Method;

use crate::support::{Answer, Client, Operation, Scene, UNKNOWN};

/// The request with a body that isn't JSON, where there is a body.
async fn garbled(client: &Client, operation: &Operation, path: &str) -> Answer {
    let method: Method = operation.method.clone();
    if operation.body().is_some() {
        client
            .send_raw(method, path, "application/json", b"{")
            .await
    } else {
        client.send(method, path, None).await
    }
}
