//! A client that speaks as somebody.

use std::net::SocketAddr;
use std::rc::Rc;

use actix_web::http::Method;
use actix_web::test::TestRequest;
use futures_util::future::LocalBoxFuture;
use serde_json::Value;

use super::contract::Exchange;

/// Sends a request to the application.
pub type Call = Rc<dyn Fn(TestRequest) -> LocalBoxFuture<'static, Answer>>;

/// Somebody who calls the API.
#[derive(Clone)]
pub struct Client {
    call: Call,
    pub token: Option<String>,
    /// Set for those who registered.
    pub email: String,
    pub user_id: String,
    headers: Vec<(String, String)>,
    peer: Option<SocketAddr>,
}

/// The name that the application of the tests is reached by.
pub const HOST: &str = "api.tutors.test";

pub const BASE: &str = "/api/v1";

impl Client {
    pub fn anonymous(call: Call) -> Self {
        Self {
            call,
            token: None,
            email: String::new(),
            user_id: String::new(),
            headers: Vec::new(),
            peer: None,
        }
    }

    /// The same, connected from this address.
    pub fn from(&self, peer: &str) -> Self {
        Self {
            peer: Some(SocketAddr::new(peer.parse().unwrap(), 40_000)),
            ..self.clone()
        }
    }

    pub fn with_token(&self, token: &str) -> Self {
        Self {
            token: Some(token.to_owned()),
            ..self.clone()
        }
    }

    /// The same, sending one more header from now on.
    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut client = self.clone();
        client.headers.push((name.to_owned(), value.to_owned()));
        client
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, Some(body)).await
    }

    /// A POST with an empty body.
    pub async fn act(&self, path: &str) -> Answer {
        self.send(Method::POST, path, None).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PATCH, path, Some(body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None).await
    }

    /// Paths beginning with `/` are below the API's base; `!` stands for the root.
    pub async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let mut request = self.request(&method, path);
        if let Some(body) = &body {
            request = request.set_json(body);
        }
        self.checked(&method, path, body.as_ref(), request).await
    }

    /// A body as it is, of a type of one's own.
    pub async fn send_raw(&self, method: Method, path: &str, kind: &str, body: &[u8]) -> Answer {
        let request = self
            .request(&method, path)
            .insert_header(("content-type", kind))
            .set_payload(body.to_vec());
        self.checked(&method, path, None, request).await
    }

    /// Sends it, and holds the answer against the OpenAPI document.
    async fn checked(
        &self,
        method: &Method,
        path: &str,
        sent: Option<&Value>,
        request: TestRequest,
    ) -> Answer {
        let answer = (self.call)(request).await;
        let exchange = Exchange {
            method: method.as_str(),
            target: &whole(path),
            sent,
            answer: &answer,
        };
        exchange.check();
        answer
    }

    fn request(&self, method: &Method, path: &str) -> TestRequest {
        let path = whole(path);
        let mut request = TestRequest::default().method(method.clone()).uri(&path);
        if let Some(peer) = self.peer {
            request = request.peer_addr(peer);
        }
        if !self.headers.iter().any(|(name, _)| name == "host") {
            request = request.insert_header(("host", HOST));
        }
        if let Some(token) = &self.token {
            request = request.insert_header(("authorization", format!("Bearer {token}")));
        }
        for (name, value) in &self.headers {
            request = request.append_header((name.as_str(), value.as_str()));
        }
        request
    }
}

/// Paths beginning with `/` are below the API's base; `!` stands for the root.
fn whole(path: &str) -> String {
    match path.strip_prefix('!') {
        Some(path) => path.to_owned(),
        None => format!("{BASE}{path}"),
    }
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub text: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text)
            .unwrap_or_else(|_| panic!("{} is not JSON: {}", self.status, self.text))
    }

    /// The body of an answer with this status.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        if self.text.is_empty() {
            Value::Null
        } else {
            self.json()
        }
    }

    /// The document of a refusal with this status and code.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) -> Value {
        let document = self.expect(status);
        assert_eq!(document["code"], code, "{}", self.text);
        assert_eq!(
            self.header("content-type"),
            Some("application/problem+json")
        );
        document
    }

    /// The pointers (or parameters) that a 422 names.
    #[track_caller]
    pub fn wrong_fields(&self) -> Vec<String> {
        let document = self.refused(422, "validation_failed");
        document["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|error| {
                let place = error.get("pointer").or_else(|| error.get("parameter"));
                place.unwrap().as_str().unwrap().to_owned()
            })
            .collect()
    }
}
