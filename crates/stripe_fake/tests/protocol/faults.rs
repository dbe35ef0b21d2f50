//! The API on a bad day.

use std::time::Duration;

use reqwest::Method;
use stripe::StripeError;
use stripe_fake::Fault;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::shop::{KEY, Shop, lesson, send_with_key};

#[tokio::test]
async fn the_next_calls_fail_as_often_as_told() {
    let shop = Shop::open().await;
    shop.fake.fail_next(Fault::ServerError, 2, None);
    for _ in 0..2 {
        let failed = lesson("Урок").send(&shop.client).await;
        assert!(matches!(failed, Err(StripeError::Stripe(_, 500))));
    }
    lesson("Урок").send(&shop.client).await.unwrap();
}

#[tokio::test]
async fn a_call_that_failed_has_done_nothing() {
    let shop = Shop::open().await;
    let charge = shop.paid_lesson().await;
    let form = format!("charge={}", charge["id"].as_str().unwrap());
    shop.fake.fail_next(Fault::ServerError, 1, None);
    assert_eq!(shop.post("v1/refunds", &form).await.0, 500);
    let (_, page) = shop.get("v1/refunds").await;
    assert!(page["data"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn too_many_calls_are_refused_with_stripes_code() {
    let shop = Shop::open().await;
    shop.fake.fail_next(Fault::RateLimited, 1, None);
    let refused = lesson("Урок").send(&shop.client).await;
    let Err(StripeError::Stripe(error, 429)) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!(error.code.unwrap().as_str(), "rate_limit");
}

#[tokio::test]
async fn a_fault_of_one_path_leaves_the_others_alone() {
    let shop = Shop::open().await;
    shop.fake
        .fail_next(Fault::ServerError, 1, Some("/v1/refunds"));
    assert_eq!(shop.get("v1/events").await.0, 200);
    assert_eq!(shop.get("v1/refunds/re_none").await.0, 500);
    assert_eq!(shop.get("v1/refunds/re_none").await.0, 404);
}

#[tokio::test]
async fn a_call_that_hangs_is_given_up_by_a_client_with_a_deadline() {
    let shop = Shop::open().await;
    let hour = Fault::Hang(Duration::from_secs(3_600));
    // Of one path that is not asked again: on a slow day the client gives up before it is heard.
    shop.fake.fail_next(hour, 1, Some("/v1/events"));
    let request = shop
        .request(Method::GET, "v1/events")
        .timeout(Duration::from_millis(200));
    assert!(request.send().await.unwrap_err().is_timeout());
    assert_eq!(shop.get("v1/refunds").await.0, 200);
}

#[tokio::test]
async fn a_call_that_hung_long_enough_is_cut_off_and_not_done() {
    let shop = Shop::open().await;
    let charge = shop.paid_lesson().await;
    shop.fake.fail_next(Fault::Hang(Duration::ZERO), 1, None);
    let request = shop
        .request(Method::POST, "v1/refunds")
        .body(format!("charge={}", charge["id"].as_str().unwrap()));
    assert!(request.send().await.is_err());
    let (_, page) = shop.get("v1/refunds").await;
    assert!(page["data"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn after_a_lost_answer_the_same_key_gives_what_was_done() {
    let shop = Shop::open().await;
    shop.fake.fail_next(Fault::LostAnswer, 1, None);
    let lost = send_with_key(&lesson("Урок"), "pay:1", &shop.client).await;
    assert!(matches!(lost, Err(StripeError::ClientError(_))), "{lost:?}");
    // Were it not done, another request under its key would be none.
    let other = send_with_key(&lesson("Другой урок"), "pay:1", &shop.client).await;
    assert!(matches!(other, Err(StripeError::Stripe(_, 400))));
    let found = send_with_key(&lesson("Урок"), "pay:1", &shop.client).await;
    assert!(found.is_ok());
}

#[tokio::test]
async fn of_a_lost_answer_not_one_byte_arrives() {
    let shop = Shop::open().await;
    shop.fake.fail_next(Fault::LostAnswer, 1, None);
    let address = shop.fake.base_url();
    let address = address.trim_start_matches("http://").trim_end_matches('/');
    let mut connection = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "POST /v1/customers HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {KEY}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 0\r\n\r\n"
    );
    connection.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // Closed or reset: either way there was no answer.
    let _ = connection.read_to_end(&mut answer).await;
    assert_eq!(String::from_utf8_lossy(&answer), "");
}

#[tokio::test]
async fn the_pages_work_on_a_bad_day_too() {
    let shop = Shop::open().await;
    let session = shop.lesson().await;
    shop.fake.fail_next(Fault::ServerError, 1, None);
    assert_eq!(shop.post(&format!("pay/{}", session.id), "").await.0, 200);
}
