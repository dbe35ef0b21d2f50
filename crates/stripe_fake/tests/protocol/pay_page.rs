//! The pay page, for a browser and for a script.

use reqwest::header;
use serde_json::{Value, json};

use crate::shop::{Shop, browser, lesson};

#[tokio::test]
async fn a_script_pays_with_one_post() {
    let shop = Shop::open().await;
    let session = shop.lesson().await;
    let url = session.url.unwrap();
    let answer = browser().post(&url).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let paid = json!({
        "session_id": session.id,
        "status": "complete",
        "payment_status": "paid",
        "delivered": true,
    });
    assert_eq!(answer.json::<Value>().await.unwrap(), paid);

    let again = browser().post(&url).send().await.unwrap();
    assert_eq!(again.status(), 409);
    assert_eq!(
        again.json::<Value>().await.unwrap()["error"]["code"],
        "already_paid"
    );
}

#[tokio::test]
async fn a_browser_sees_what_it_pays_for_and_comes_back() {
    let shop = Shop::open().await;
    let session = lesson("Урок <b>алгебры</b>")
        .send(&shop.client)
        .await
        .unwrap();
    let url = session.url.unwrap();
    let page = browser()
        .get(&url)
        .header(header::ACCEPT, "text/html")
        .send()
        .await
        .unwrap();
    let page = page.text().await.unwrap();
    for shown in [
        "Урок &lt;b&gt;алгебры",
        "1 500,00 ₽",
        "тестовый платёж",
        "Оплатить",
        "Отменить",
    ] {
        assert!(page.contains(shown), "{shown}");
    }
    assert!(!page.contains("<b>"));

    let paid = browser()
        .post(&url)
        .header(header::ACCEPT, "text/html")
        .send()
        .await
        .unwrap();
    assert_eq!(paid.status(), 303);
    let back = format!("https://app.example/paid?session={}", session.id);
    assert_eq!(paid.headers()[header::LOCATION], back);
    let again = browser()
        .post(&url)
        .header(header::ACCEPT, "text/html")
        .send()
        .await
        .unwrap();
    assert_eq!(again.status(), 409);
    assert!(again.text().await.unwrap().contains("Уже оплачено"));
}

#[tokio::test]
async fn an_unknown_session_is_not_found() {
    let shop = Shop::open().await;
    let url = format!("{}pay/%3Cscript%3E", shop.fake.base_url());
    assert_eq!(browser().post(&url).send().await.unwrap().status(), 404);
    let page = browser()
        .get(&url)
        .header(header::ACCEPT, "text/html")
        .send()
        .await
        .unwrap();
    assert_eq!(page.status(), 404);
    assert!(!page.text().await.unwrap().contains("<script>"));
}
