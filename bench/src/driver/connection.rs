//! HTTP as the driver speaks it: a connection that is kept, and one request at a time on it.

use std::net::SocketAddr;

use anyhow::{Context, Result, ensure};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::{Method, Request, StatusCode, header};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;

/// A request, ready to be sent as often as one likes.
#[derive(Debug, Clone)]
pub struct Call {
    pub method: Method,
    pub path: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: Bytes,
}

impl Call {
    pub fn get(path: impl Into<String>) -> Self {
        Self {
            method: Method::GET,
            path: format!("/api/v1{}", path.into()),
            headers: Vec::new(),
            body: Bytes::new(),
        }
    }

    pub fn post(path: impl Into<String>, body: impl Into<Bytes>) -> Self {
        Self {
            method: Method::POST,
            headers: vec![("content-type", "application/json".to_owned())],
            body: body.into(),
            ..Self::get(path)
        }
    }

    pub fn with(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    pub fn by(self, access_token: &str) -> Self {
        self.with("authorization", format!("Bearer {access_token}"))
    }
}

pub struct Connection {
    sender: SendRequest<Full<Bytes>>,
    host: String,
}

impl Connection {
    pub async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        // It ends with the sender; an error of its own shows in the next request.
        tokio::task::spawn_local(connection);
        Ok(Self {
            sender,
            host: address.to_string(),
        })
    }

    /// Sends a call and reads its whole answer.
    pub async fn send(&mut self, call: &Call) -> Result<(StatusCode, Bytes)> {
        let mut request = Request::builder()
            .method(&call.method)
            .uri(&call.path)
            .header(header::HOST, &self.host);
        for (name, value) in &call.headers {
            request = request.header(*name, value);
        }
        let request = request.body(Full::new(call.body.clone()))?;
        self.sender.ready().await?;
        let answer = self.sender.send_request(request).await?;
        let status = answer.status();
        let body = answer.into_body().collect().await?.to_bytes();
        Ok((status, body))
    }

    /// As [`Self::send`], for an answer that must be a success.
    pub async fn succeed(&mut self, call: &Call) -> Result<Bytes> {
        let (status, body) = self.send(call).await?;
        ensure!(
            status.is_success(),
            "{} {} was answered {status}: {}",
            call.method,
            call.path,
            String::from_utf8_lossy(&body)
        );
        Ok(body)
    }

    pub async fn json(&mut self, call: &Call) -> Result<Value> {
        let body = self.succeed(call).await?;
        serde_json::from_slice(&body).with_context(|| format!("{} is not JSON", call.path))
    }
}
