//! Whoever holds a connection and sends nothing keeps nobody else waiting, and not for long.

use std::time::Duration;

use chrono::TimeDelta;
use reqwest::Method;
use timing::Wait;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{Shot, TestApp};

#[actix_web::test]
async fn a_body_that_drips_is_given_up_after_ten_seconds() {
    let app = TestApp::new().await;
    let served = app.serve();
    for path in ["/auth/login", "/payments/webhook"] {
        let mut dripping = TcpStream::connect(served.address()).await.unwrap();
        let head = format!(
            "POST /api/v1{path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n\
             content-length: 100\r\n\r\n{{"
        );
        dripping.write_all(head.as_bytes()).await.unwrap();
        app.clock.until_waiting(Wait::Limit).await;
        let shot = Shot::new(None, Method::GET, "/subjects", None);
        assert_eq!(served.at_once(vec![shot]).await[0].status, 200);
        app.advance(TimeDelta::seconds(9));
        dripping.write_all(b"\"").await.unwrap();
        app.advance(TimeDelta::seconds(1));
        let mut answer = vec![0; 4_096];
        let read = tokio::time::timeout(Duration::from_secs(30), dripping.read(&mut answer));
        let read = read.await.expect("no answer").unwrap();
        let answer = String::from_utf8_lossy(&answer[..read]).into_owned();
        assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
        assert!(answer.contains("request_timeout"), "{answer}");
    }
}
