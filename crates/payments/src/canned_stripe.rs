//! For the tests: an HTTP endpoint that gives prepared answers in order and keeps what it was
//! asked. It knows nothing of Stripe.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::client::{Stripe, StripeConfig};

pub(crate) const SECRET_KEY: &str = "sk_test_of_the_tests";

/// One request, as it came.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// `POST /v1/customers`
    pub target: String,
    headers: Vec<(String, String)>,
    pub body: String,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(n, _)| n == name);
        found.map(|(_, value)| value.as_str())
    }

    pub(crate) fn form(&self) -> Vec<(String, String)> {
        url::form_urlencoded::parse(self.body.as_bytes())
            .into_owned()
            .collect()
    }
}

#[derive(Clone)]
pub(crate) struct CannedStripe {
    pub stripe: Stripe,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl CannedStripe {
    /// Answers with these, each once; the last again and again.
    pub(crate) async fn answering(answers: Vec<(u16, String)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let kept = asked.clone();
        tokio::spawn(async move {
            loop {
                let (mut connection, _) = listener.accept().await.unwrap();
                let request = read_request(&mut connection).await;
                let nth = {
                    let mut kept = kept.lock().unwrap();
                    kept.push(request);
                    kept.len() - 1
                };
                let (status, body) = &answers[nth.min(answers.len() - 1)];
                answer(&mut connection, *status, body).await;
            }
        });
        Self {
            stripe: client_for(port),
            asked,
        }
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

/// A client for whatever listens on the port.
pub(crate) fn client_for(port: u16) -> Stripe {
    // Another test may have been first.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    Stripe::new(&StripeConfig {
        secret_key: SECRET_KEY.into(),
        api_base: Some(format!("http://127.0.0.1:{port}").parse().unwrap()),
        call_timeout: Duration::from_secs(5),
    })
    .unwrap()
}

async fn read_request(connection: &mut TcpStream) -> Asked {
    let mut received = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&received);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let mut lines = head.lines();
            let first = lines.next().unwrap();
            let headers: Vec<_> = lines
                .map(|line| line.split_once(": ").unwrap())
                .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
                .collect();
            let length = headers.iter().find(|(name, _)| name == "content-length");
            if body.len() >= length.map_or(0, |(_, value)| value.parse().unwrap()) {
                return Asked {
                    target: first
                        .trim_end_matches(" HTTP/1.1")
                        // The client writes it even before an empty query.
                        .trim_end_matches('?')
                        .to_owned(),
                    headers,
                    body: body.to_owned(),
                };
            }
        }
        let more = connection.read_buf(&mut received).await.unwrap();
        assert!(more > 0, "the request ended early");
    }
}

async fn answer(connection: &mut TcpStream, status: u16, body: &str) {
    let length = body.len();
    let answer = format!(
        "HTTP/1.1 {status} Canned\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\nconnection: close\r\n\r\n{body}"
    );
    // The client may have given up waiting.
    let _ = connection.write_all(answer.as_bytes()).await;
}
