//! The listener of `/control`: never misbehaves, and listens on this machine only.

use std::{convert::Infallible, sync::Arc};

use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

use crate::{control_api, fake::Fake};

/// Until it is aborted, with its connections.
pub async fn serve(listener: TcpListener, fake: Arc<Fake>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(serve_one(stream, fake.clone()));
                }
                Err(error) => log::debug!("no connection accepted: {error}"),
            },
            _ = connections.join_next(), if !connections.is_empty() => {}
        }
    }
}

async fn serve_one(stream: TcpStream, fake: Arc<Fake>) {
    let service = service_fn(|request: Request<Incoming>| {
        let fake = fake.clone();
        async move { Ok::<_, Infallible>(control_api::answer(&fake, request).await.into_reply()) }
    });
    let served = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    if let Err(error) = served.await {
        log::debug!("a connection to /control ended early: {error}");
    }
}
