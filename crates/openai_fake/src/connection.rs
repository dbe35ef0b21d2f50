//! One connection: one request, however it ends.

use std::{future::poll_fn, io, sync::Arc};

use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncWriteExt, Interest},
    net::TcpStream,
};

use crate::{exchange, fake::Fake};

/// Reads the request and answers, or does what is planned instead.
pub async fn serve(stream: TcpStream, fake: Arc<Fake>) {
    let service = service_fn(|request| Box::pin(exchange::exchange(fake.clone(), request)));
    let mut connection = http1::Builder::new()
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service);
    // Without hyper's own closing, which would be an orderly one.
    let served = poll_fn(|context| connection.poll_without_shutdown(context)).await;
    let mut stream = connection.into_parts().io.into_inner();
    let closed = match served {
        Ok(()) => stream.shutdown().await,
        Err(error) if exchange::is_to_reset(&error) => stream.set_zero_linger(),
        Err(error) => {
            log::debug!("a connection ended early: {error}");
            Ok(())
        }
    };
    if let Err(error) = closed {
        log::debug!("a connection was gone before it was closed: {error}");
    }
}

/// Reads nothing until the client has gone.
pub async fn ignore(stream: TcpStream, fake: Arc<Fake>) {
    let _holding = fake.held.hold();
    while let Ok(ready) = stream.ready(Interest::READABLE).await {
        if ready.is_read_closed() {
            break;
        }
        // Tells tokio that there is nothing more to read for now, though we haven't looked: else it
        // would wake us for the same bytes for ever.
        let _ = stream.try_io(Interest::READABLE, || {
            Err::<(), _>(io::ErrorKind::WouldBlock.into())
        });
    }
}
