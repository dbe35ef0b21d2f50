//! The application on a real port with several workers, and callers that come at the same time:
//! what only parallel threads can show.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::HttpServer;
use actix_web::dev::ServerHandle;
use api::app::{self, Parts};
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::Value;
use tokio::runtime::Runtime;
use tokio::sync::Barrier;

use super::app::{TestApp, WEBHOOK_SECRET};
use super::client::{Answer, BASE, Client};

const WORKERS: usize = 4;

/// A server of a [`TestApp`]'s application, on the same database and clock; gone when dropped.
pub struct Served {
    server: ServerHandle,
    thread: Option<std::thread::JoinHandle<()>>,
    callers: Option<Runtime>,
    pub courier: Courier,
}

impl TestApp {
    pub fn serve(&self) -> Served {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let parts = Parts::new(self.state().clone()).unwrap();
        let (started, handle) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let server = HttpServer::new(move || app::build(&parts))
                    .workers(WORKERS)
                    // Hundreds at once on a busy machine are slow, and no attack.
                    .client_request_timeout(Duration::from_secs(60))
                    .disable_signals()
                    .listen(listener)
                    .unwrap()
                    .run();
                started.send(server.handle()).unwrap();
                server.await.unwrap();
            });
        });
        let callers = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(WORKERS)
            .enable_all()
            .build()
            .unwrap();
        let http = reqwest::Client::builder().timeout(Duration::from_secs(60));
        Served {
            server: handle.recv().unwrap(),
            thread: Some(thread),
            callers: Some(callers),
            courier: Courier {
                http: http.build().unwrap(),
                base,
            },
        }
    }
}

impl Served {
    /// Runs something on the threads of the callers.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> T {
        let callers = self.callers.as_ref().unwrap();
        callers.spawn(work).await.unwrap()
    }

    /// Where it listens, for somebody who writes to the connection themself.
    pub fn address(&self) -> &str {
        self.courier.base.strip_prefix("http://").unwrap()
    }

    /// Sends all of them at the same moment; the answers in the order of the requests.
    pub async fn at_once(&self, shots: Vec<Shot>) -> Vec<Answer> {
        let barrier = Arc::new(Barrier::new(shots.len()));
        let answers = shots.into_iter().map(|shot| {
            let (courier, barrier) = (self.courier.clone(), Arc::clone(&barrier));
            self.run(async move {
                barrier.wait().await;
                courier.send(shot).await
            })
        });
        join_all(answers).await
    }

    /// Reads a list to its end again and again, in pages of three, while somebody writes; the rows
    /// of each time.
    pub async fn walks_while(
        &self,
        reader: &Client,
        list: &str,
        writing: impl Future<Output = ()> + Send + 'static,
    ) -> Vec<Vec<Value>> {
        let (is_written, courier) = (Arc::new(AtomicBool::new(false)), self.courier.clone());
        let (done, list, reader) = (
            Arc::clone(&is_written),
            list.to_owned(),
            reader.token.clone(),
        );
        let walks = self.run(async move {
            let mut walks = Vec::new();
            while !done.load(Ordering::SeqCst) || walks.len() < 2 {
                walks.push(courier.walk(&reader, &list).await);
            }
            walks
        });
        let writing = self.run(async move {
            writing.await;
            is_written.store(true, Ordering::SeqCst);
        });
        futures_util::future::join(walks, writing).await.0
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.server.stop(false));
        if let Some(callers) = self.callers.take() {
            callers.shutdown_background();
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Somebody whose requests are sent: a client, or its token alone, which may cross threads.
pub trait Caller {
    fn token(&self) -> Option<&str>;
}

impl Caller for Client {
    fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }
}

impl Caller for Option<String> {
    fn token(&self) -> Option<&str> {
        self.as_deref()
    }
}

/// A request that waits to be sent.
#[derive(Clone)]
pub struct Shot {
    method: Method,
    path: String,
    token: Option<String>,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
}

impl Shot {
    pub fn new(token: Option<&str>, method: Method, path: &str, body: Option<&Value>) -> Self {
        Self {
            method,
            path: path.to_owned(),
            token: token.map(str::to_owned),
            headers: Vec::new(),
            body: body.map(|body| serde_json::to_vec(body).unwrap()),
        }
    }

    pub fn post(who: &impl Caller, path: &str, body: &Value) -> Self {
        Self::new(who.token(), Method::POST, path, Some(body))
    }

    /// A POST with an empty body.
    pub fn act(who: &impl Caller, path: &str) -> Self {
        Self::new(who.token(), Method::POST, path, None)
    }

    pub fn delete(who: &impl Caller, path: &str) -> Self {
        Self::new(who.token(), Method::DELETE, path, None)
    }

    /// A PATCH of the version that was seen.
    pub fn patch(who: &impl Caller, path: &str, etag: &str, body: &Value) -> Self {
        Self::new(who.token(), Method::PATCH, path, Some(body)).with("if-match", etag)
    }

    /// Stripe's delivery of an event.
    pub fn webhook(app: &TestApp, event: &Value) -> Self {
        let shot = Self::new(None, Method::POST, "/payments/webhook", Some(event));
        let body = shot.body.as_deref().unwrap_or_default();
        let signature = stripe_fake::sign(WEBHOOK_SECRET, app.now().timestamp(), body);
        shot.with("stripe-signature", &signature)
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// So many of the same.
    pub fn times(&self, count: usize) -> Vec<Self> {
        vec![self.clone(); count]
    }
}

/// Carries requests over the network; it runs on the callers' threads alone.
#[derive(Clone)]
pub struct Courier {
    http: reqwest::Client,
    base: String,
}

impl Courier {
    pub async fn send(&self, shot: Shot) -> Answer {
        let url = format!("{}{BASE}{}", self.base, shot.path);
        let mut request = self.http.request(shot.method, url);
        if let Some(token) = shot.token {
            request = request.bearer_auth(token);
        }
        for (name, value) in shot.headers {
            request = request.header(name, value);
        }
        if let Some(body) = shot.body {
            request = request
                .header("content-type", "application/json")
                .body(body);
        }
        let response = request.send().await.unwrap();
        let headers = response.headers().iter().map(|(name, value)| {
            let value = value.to_str().unwrap_or_default();
            (name.to_string(), value.to_owned())
        });
        Answer {
            status: response.status().as_u16(),
            headers: headers.collect(),
            text: response.text().await.unwrap(),
        }
    }

    async fn walk(&self, reader: &Option<String>, list: &str) -> Vec<Value> {
        let (mut rows, mut cursor) = (Vec::new(), String::new());
        loop {
            let mark = if list.contains('?') { '&' } else { '?' };
            let path = format!("{list}{mark}limit=3{cursor}");
            let page = self
                .send(Shot::new(reader.token(), Method::GET, &path, None))
                .await;
            let page = page.expect(200);
            rows.extend(page["items"].as_array().unwrap().iter().cloned());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return rows,
            }
        }
    }
}

/// How many answers there are of each status.
pub fn tally(answers: &[Answer]) -> BTreeMap<u16, usize> {
    let mut tally = BTreeMap::new();
    for answer in answers {
        *tally.entry(answer.status).or_default() += 1;
    }
    tally
}

/// That all answers are the same good one, and all but one of them a replay.
#[track_caller]
pub fn assert_one_and_its_replays(answers: &[Answer], status: u16) -> Value {
    let first = answers[0].expect(status);
    for answer in answers {
        assert_eq!(answer.expect(status), first);
        assert_eq!(answer.header("etag"), answers[0].header("etag"));
        assert_eq!(answer.header("location"), answers[0].header("location"));
    }
    let is_replay = |answer: &&Answer| answer.header("idempotency-replayed") == Some("true");
    assert_eq!(answers.iter().filter(is_replay).count(), answers.len() - 1);
    first
}

/// That no walk shows a row twice, and each shows all that were there from first to last.
#[track_caller]
pub fn assert_steady(walks: &[Vec<Value>], untouched: &[String]) {
    for walk in walks {
        let mut seen = BTreeMap::<&str, usize>::new();
        for row in walk {
            *seen.entry(row["id"].as_str().unwrap()).or_default() += 1;
        }
        let twice: Vec<_> = seen.iter().filter(|(_, times)| **times > 1).collect();
        assert!(twice.is_empty(), "shown twice: {twice:?}");
        let is_missing = |id: &&String| !seen.contains_key(id.as_str());
        let missing: Vec<_> = untouched.iter().filter(is_missing).collect();
        assert!(missing.is_empty(), "missing: {missing:?}");
    }
}
