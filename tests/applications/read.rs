//! Who sees which bids.

use serde_json::{Value, json};

use crate::support::{TestApp, id};

#[actix_web::test]
async fn the_owner_of_an_order_sees_every_bid_and_how_many_there_are() {
    let app = TestApp::new().await;
    let student = app.student().await;
    let order = app.order(&student).await;
    let mut bids = Vec::new();
    for price in [150_000, 160_000, 170_000] {
        let (tutor, _) = app.tutor().await;
        bids.push(app.bid(&tutor, &order, price).await);
    }
    let path = format!("/orders/{order}/applications?limit=2");
    let page = student.get(&path).await.expect(200);
    assert_eq!(page["total_count"], 3);
    let cursor = page["next_cursor"].as_str().unwrap();
    let rest = student.get(&format!("{path}&cursor={cursor}")).await;
    let rest = rest.expect(200);
    assert_eq!(
        (&rest["total_count"], &rest["next_cursor"]),
        (&json!(3), &Value::Null)
    );
    let pages = [&page, &rest];
    let items = pages
        .iter()
        .flat_map(|page| page["items"].as_array().unwrap());
    let mut seen: Vec<String> = items.map(id).collect();
    seen.sort_unstable();
    bids.sort_unstable();
    assert_eq!(seen, bids);
}

#[actix_web::test]
async fn a_tutor_sees_only_the_own_bid_among_those_of_an_order() {
    let app = TestApp::new().await;
    let order = app.order(&app.student().await).await;
    let ((one, _), (other, _)) = (app.tutor().await, app.tutor().await);
    let own = app.bid(&one, &order, 150_000).await;
    let path = format!("/orders/{order}/applications");
    let list = other.get(&path).await.expect(200);
    assert_eq!(
        (&list["items"], &list["total_count"]),
        (&json!([]), &json!(0))
    );
    app.bid(&other, &order, 140_000).await;
    let list = one.get(&path).await.expect(200);
    assert_eq!(
        (
            list["items"].as_array().unwrap().len(),
            &list["total_count"]
        ),
        (1, &json!(1))
    );
    assert_eq!(id(&list["items"][0]), own);
    let list = one.get("/me/applications").await.expect(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    assert_eq!(id(&list["items"][0]), own);
}

#[actix_web::test]
async fn a_foreign_students_order_shows_no_bids() {
    let app = TestApp::new().await;
    let order = app.order(&app.student().await).await;
    let path = format!("/orders/{order}/applications");
    app.student()
        .await
        .get(&path)
        .await
        .refused(404, "not_found");
    app.anonymous()
        .get(&path)
        .await
        .refused(401, "unauthenticated");
}

#[actix_web::test]
async fn a_bid_exists_only_for_its_tutor_and_the_owner_of_its_order() {
    let app = TestApp::new().await;
    let student = app.student().await;
    let order = app.order(&student).await;
    let (tutor, _) = app.tutor().await;
    let path = format!("/applications/{}", app.bid(&tutor, &order, 150_000).await);
    tutor.get(&path).await.expect(200);
    student.get(&path).await.expect(200);
    app.anonymous()
        .get(&path)
        .await
        .refused(401, "unauthenticated");
    for stranger in [
        app.student().await,
        app.tutor().await.0,
        app.newcomer().await,
    ] {
        stranger.get(&path).await.refused(404, "not_found");
    }
}

#[actix_web::test]
async fn a_bid_is_changed_and_withdrawn_by_its_tutor_alone() {
    let app = TestApp::new().await;
    let student = app.student().await;
    let order = app.order(&student).await;
    let (tutor, _) = app.tutor().await;
    let path = format!("/applications/{}", app.bid(&tutor, &order, 150_000).await);
    let (stranger, _) = app.tutor().await;
    for (who, status, code) in [
        (app.anonymous(), 401, "unauthenticated"),
        (student, 403, "forbidden"),
        (stranger, 404, "not_found"),
    ] {
        // A wrong body and a missing version are looked at later.
        let change = who.patch(&path, json!({ "price": 0 })).await;
        change.refused(status, code);
        who.delete(&path).await.refused(status, code);
    }
    assert_eq!(tutor.get(&path).await.expect(200)["status"], "submitted");
}
