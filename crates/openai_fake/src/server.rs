//! Starting the fake: the API on the port that it is given, `/control` on another.

use std::{
    io,
    net::{Ipv4Addr, TcpListener},
    sync::Arc,
};

use tokio::net;

use crate::{
    config::OpenAiFakeConfig,
    control::OpenAiFake,
    control_server,
    fake::Fake,
    port::{self, Port},
};

/// Starts a fake OpenAI on `listener`, inside the current tokio (or actix) runtime.
///
/// # Errors
/// A listener that can't be used, or no port left for `/control`.
///
/// # Panics
/// Outside a runtime.
pub fn start(config: OpenAiFakeConfig, listener: TcpListener) -> io::Result<OpenAiFake> {
    let listener = for_tokio(listener)?;
    let control = for_tokio(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?)?;
    let base_url = format!("http://127.0.0.1:{}/v1", listener.local_addr()?.port());
    let control_url = format!("http://127.0.0.1:{}/control", control.local_addr()?.port());

    let (port, orders) = Port::new();
    let fake = Arc::new(Fake::new(config, port));
    Ok(OpenAiFake {
        base_url,
        control_url,
        api: tokio::spawn(port::keep(listener, fake.clone(), orders)),
        control: tokio::spawn(control_server::serve(control, fake.clone())),
        fake,
    })
}

fn for_tokio(listener: TcpListener) -> io::Result<net::TcpListener> {
    listener.set_nonblocking(true)?;
    net::TcpListener::from_std(listener)
}
