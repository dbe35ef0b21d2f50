//! Orders placed, changed, chosen from and read at the same time, on a real port.

use persistence::integer_for_tests;
use serde_json::{Value, json};

use crate::support::{
    Client, Served, Shot, TestApp, assert_one_and_its_replays, assert_steady, id, order_body, tally,
};

#[actix_web::test]
async fn fifty_orders_at_once_under_one_key_are_one_order() {
    let app = TestApp::new().await;
    let student = app.student().await;
    let served = app.serve();
    let shot = Shot::post(&student, "/orders", &order_body()).with("idempotency-key", "once");
    let answers = served.at_once(shot.times(50)).await;
    assert_one_and_its_replays(&answers, 201);
    let list = student.get("/me/orders").await.expect(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn of_two_changes_of_one_version_of_an_order_one_is_made() {
    let app = TestApp::new().await;
    let student = app.student().await;
    let path = format!("/orders/{}", app.order(&student).await);
    let served = app.serve();
    for round in 1..=5 {
        let etag = format!("\"{round}\"");
        let rename = |title: &str| Shot::patch(&student, &path, &etag, &json!({ "title": title }));
        let answers = served.at_once(vec![rename("Одно"), rename("Другое")]).await;
        assert_eq!(tally(&answers), [(200, 1), (412, 1)].into());
        let made = answers.iter().find(|answer| answer.status == 200).unwrap();
        assert_eq!(made.json(), student.get(&path).await.expect(200));
    }
}

#[actix_web::test]
async fn an_order_cancelled_while_it_is_chosen_from_ends_with_its_booking() {
    let app = TestApp::new().await;
    let student = app.student().await;
    let served = app.serve();
    for _ in 0..8 {
        let order = app.order(&student).await;
        let (tutor, _) = app.tutor().await;
        let bid = app.bid(&tutor, &order, 150_000).await;
        let choice = Shot::act(&student, &format!("/applications/{bid}/choose"));
        let cancel = Shot::act(&student, &format!("/orders/{order}/cancel"));
        let answers = served.at_once(vec![choice, cancel]).await;
        assert_eq!(answers[1].expect(200)["status"], "cancelled");
        assert!([201, 409].contains(&answers[0].status), "{:?}", answers[0]);
        let order = student.get(&format!("/orders/{order}")).await.expect(200);
        assert_eq!(order["status"], "cancelled");
    }
    let live = "SELECT count(*) FROM bookings WHERE status <> 'cancelled'";
    assert_eq!(integer_for_tests(app.db(), live).await.unwrap(), 0);
}

/// Places and cancels so many orders, one after another.
fn coming_and_going(
    served: &Served,
    student: &Client,
    count: usize,
) -> impl Future<Output = ()> + Send + use<> {
    let (courier, student) = (served.courier.clone(), student.token.clone());
    async move {
        for _ in 0..count {
            let place = Shot::post(&student, "/orders", &order_body());
            let order = id(&courier.send(place).await.expect(201));
            let cancel = Shot::act(&student, &format!("/orders/{order}/cancel"));
            courier.send(cancel).await.expect(200);
        }
    }
}

fn ids(list: &Value) -> Vec<String> {
    let items = list["items"].as_array().unwrap().iter();
    items
        .map(|row| row["id"].as_str().unwrap().to_owned())
        .collect()
}

#[actix_web::test]
async fn pages_of_orders_neither_repeat_nor_hide_while_others_come_and_go() {
    let app = TestApp::new().await;
    let student = app.student().await;
    let (tutor, _) = app.tutor().await;
    for _ in 0..12 {
        app.order(&student).await;
    }
    let served = app.serve();
    for (reader, list) in [(&tutor, "/orders"), (&student, "/me/orders")] {
        let untouched = ids(&tutor.get("/orders?limit=100").await.expect(200));
        assert_eq!(untouched.len(), 12);
        let writing = coming_and_going(&served, &student, 15);
        let walks = served.walks_while(reader, list, writing).await;
        assert_steady(&walks, &untouched);
    }
}
