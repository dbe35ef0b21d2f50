//! A request, what it is answered, and whether it is answered at all.

use std::{error::Error, fmt, future, sync::Arc};

use http_body_util::BodyExt;
use hyper::{Request, body::Incoming, http::request::Parts};

use crate::{
    api, fake::Fake, faults::Fault, misbehaviour, operation::Operation, reply::Reply,
    seen::SeenRequest,
};

/// Why there is no answer.
#[derive(Debug)]
pub enum NoAnswer {
    /// The connection is to be reset.
    Reset,
    /// The client broke off.
    Unread(hyper::Error),
}

impl fmt::Display for NoAnswer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Reset => "reset as planned",
            Self::Unread(_) => "the client broke off",
        })
    }
}

impl Error for NoAnswer {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Reset => None,
            Self::Unread(error) => Some(error),
        }
    }
}

/// Whether hyper gave the connection up because of [`NoAnswer::Reset`].
pub fn is_to_reset(error: &hyper::Error) -> bool {
    let cause = error.source().and_then(|cause| cause.downcast_ref());
    matches!(cause, Some(NoAnswer::Reset))
}

/// Reads the request, remembers it, and answers as planned.
pub async fn exchange(fake: Arc<Fake>, request: Request<Incoming>) -> Result<Reply, NoAnswer> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(NoAnswer::Unread)?.to_bytes();
    let operation = Operation::of(&head.method, head.uri.path());
    let fault = fake.faults().next_for(operation);
    // Before the answer, so that whoever has it finds the port as planned.
    if let Err(error) = fake.close_if_refusing().await {
        log::error!("the port could not be closed: {error}");
    }
    let honest = || api::answer(&fake, operation, &head, &body, fault.as_ref());
    let holding = matches!(fault, Some(Fault::Hang | Fault::Drip)).then(|| fake.held.hold());
    fake.seen.remember(seen(operation, &head, &body));
    match fault {
        Some(Fault::Hang) => {
            let () = future::pending().await;
            Err(NoAnswer::Reset)
        }
        Some(Fault::Reset) => Err(NoAnswer::Reset),
        Some(Fault::Drip) => Ok(misbehaviour::drip(honest(), holding)),
        Some(Fault::Status {
            status,
            retry_after,
            code,
        }) => Ok(misbehaviour::status(status, retry_after, code)),
        Some(Fault::Garbage) => Ok(misbehaviour::garbage()),
        Some(Fault::WrongShape) => Ok(misbehaviour::wrong_shape()),
        None
        | Some(
            Fault::WrongSize
            | Fault::MissingVector
            | Fault::NotFinite
            | Fault::NullInVector
            | Fault::Silent
            | Fault::Refuse,
        ) => Ok(honest().into_reply()),
    }
}

fn seen(operation: Operation, head: &Parts, body: &[u8]) -> SeenRequest {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let header = |(name, value): (&hyper::header::HeaderName, &hyper::header::HeaderValue)| {
        (name.to_string(), text(value.as_bytes()))
    };
    SeenRequest {
        operation,
        target: format!("{} {}", head.method, head.uri),
        headers: head.headers.iter().map(header).collect(),
        body: text(body),
    }
}
