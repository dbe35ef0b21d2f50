//! Connections that end otherwise than by an answer.

use std::{
    future::Future,
    time::{Duration, Instant},
};

use openai_fake::{Fault, OpenAiFake, Operation};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::client::{KEY, chat, embed, start};

/// What is awaited until so many are held: never answered.
async fn is_held<T>(fake: &OpenAiFake, count: usize, asking: impl Future<Output = T>) {
    tokio::select! {
        _ = asking => panic!("answered"),
        () = fake.until_holding(count) => {}
    }
    assert_eq!(fake.holding(), count);
}

/// A raw connection to the fake's port that asks for its models.
async fn asking_raw(fake: &OpenAiFake) -> TcpStream {
    let address = fake.base_url();
    let address = address
        .trim_start_matches("http://")
        .trim_end_matches("/v1");
    let mut connection = TcpStream::connect(address).await.unwrap();
    let request =
        format!("GET /v1/models HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\n\r\n");
    connection.write_all(request.as_bytes()).await.unwrap();
    connection
}

#[tokio::test]
async fn a_request_that_hangs_is_held_until_its_client_goes() {
    let fake = start();
    fake.fail(Fault::Hang, Some(Operation::Chat)).await.unwrap();
    is_held(&fake, 2, async { tokio::join!(chat(&fake), chat(&fake)) }).await;
    fake.until_released().await;
    assert_eq!(fake.requests().len(), 2);
    assert_eq!(embed(&fake).await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_silent_connection_is_accepted_and_never_read() {
    let fake = start();
    fake.fail_next(1, Fault::Silent, None).await.unwrap();
    is_held(&fake, 1, embed(&fake)).await;
    fake.until_released().await;
    assert!(fake.requests().is_empty());
    assert_eq!(embed(&fake).await.unwrap().status(), 200);
}

#[tokio::test]
async fn an_answer_drips_headers_first_and_then_a_byte_each_half_second() {
    let fake = start();
    fake.fail_next(1, Fault::Drip, None).await.unwrap();
    let began = Instant::now();
    let mut response = embed(&fake).await.unwrap();
    assert_eq!((response.status().as_u16(), fake.holding()), (200, 1));
    let length = response.content_length().unwrap();
    assert!(length > 100, "{length}");
    let first = response.chunk().await.unwrap().unwrap();
    assert_eq!(first.as_ref(), b"{");
    assert!(began.elapsed() >= Duration::from_millis(500));
    drop(response);
    fake.until_released().await;
}

#[tokio::test]
async fn a_connection_is_reset_after_the_request_was_read() {
    let fake = start();
    fake.fail_next(1, Fault::Reset, None).await.unwrap();
    let mut connection = asking_raw(&fake).await;
    let error = connection.read_u8().await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    assert_eq!(fake.requests().len(), 1);
    assert_eq!(embed(&fake).await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_closed_port_refuses_and_is_the_same_when_opened_again() {
    let fake = start();
    let before = fake.base_url();
    for _ in 0..3 {
        fake.fail(Fault::Refuse, None).await.unwrap();
        let refused = embed(&fake).await.unwrap_err();
        assert!(refused.is_connect(), "{refused:?}");
        fake.behave().await.unwrap();
        assert_eq!(embed(&fake).await.unwrap().status(), 200);
    }
    assert_eq!(fake.base_url(), before);
}

#[tokio::test]
async fn nobody_else_gets_the_port_while_it_refuses() {
    let fake = start();
    fake.fail(Fault::Refuse, None).await.unwrap();
    let address = fake.base_url();
    let address = address
        .trim_start_matches("http://")
        .trim_end_matches("/v1");
    // Without SO_REUSEADDR, as a client's own end of a connection is bound.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    let taken = socket.bind(address.parse().unwrap()).unwrap_err();
    assert_eq!(taken.kind(), std::io::ErrorKind::AddrInUse);
}

#[tokio::test]
async fn the_port_closes_once_what_was_planned_before_has_happened() {
    let fake = start();
    fake.fail_next(1, Fault::Garbage, None).await.unwrap();
    fake.fail(Fault::Refuse, None).await.unwrap();
    assert_eq!(embed(&fake).await.unwrap().status(), 200);
    assert!(embed(&fake).await.unwrap_err().is_connect());
}

#[tokio::test]
async fn the_port_closes_once_a_silent_connection_was_accepted() {
    let fake = start();
    fake.fail_next(1, Fault::Silent, None).await.unwrap();
    fake.fail(Fault::Refuse, None).await.unwrap();
    let _silent = asking_raw(&fake).await;
    fake.until_holding(1).await;
    assert!(embed(&fake).await.unwrap_err().is_connect());
}

#[tokio::test]
async fn a_connection_carries_one_request() {
    let fake = start();
    let mut connection = asking_raw(&fake).await;
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    assert!(
        answer.to_lowercase().contains("connection: close"),
        "{answer}"
    );
}

#[tokio::test]
async fn a_client_with_a_deadline_gives_up() {
    let fake = start();
    fake.fail(Fault::Hang, None).await.unwrap();
    let request = crate::client::client().get(format!("{}/models", fake.base_url()));
    let given_up = request.timeout(Duration::from_millis(50)).send().await;
    assert!(given_up.unwrap_err().is_timeout());
    fake.until_released().await;
}

#[tokio::test]
async fn stopping_ends_what_is_held() {
    let fake = start();
    fake.fail(Fault::Hang, None).await.unwrap();
    let mut connection = asking_raw(&fake).await;
    fake.until_holding(1).await;
    fake.stop().await;
    assert!(connection.read_u8().await.is_err());
}
