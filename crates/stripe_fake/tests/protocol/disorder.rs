//! Deliveries on a bad network. What chance does is tested beside it.

use std::time::Duration;

use stripe_fake::{DeliveryPolicy, Disorder};

use crate::shop::Shop;

async fn disorderly(disorder: Disorder) -> Shop {
    let shop = Shop::open().await;
    shop.fake.set_delivery(DeliveryPolicy::Disorderly(disorder));
    shop
}

/// Whether the webhook acknowledged all that came of it.
async fn pay(shop: &Shop) -> bool {
    let session = shop.premium().await;
    shop.fake.pay(&session.id).await.unwrap().delivered
}

#[tokio::test]
async fn events_are_repeated_as_often_as_told() {
    let shop = disorderly(Disorder {
        repeats: 2,
        ..Disorder::default()
    })
    .await;
    assert!(pay(&shop).await);
    let each = shop.kinds_since(0);
    let thrice: Vec<String> = each.iter().flat_map(|kind| vec![kind.clone(); 3]).collect();
    assert_eq!(shop.webhook.kinds(), thrice);
}

#[tokio::test]
async fn events_come_out_of_order() {
    let shop = disorderly(Disorder {
        seed: 1,
        window: 7,
        ..Disorder::default()
    })
    .await;
    assert!(pay(&shop).await);
    let (made, mut came) = (shop.kinds_since(0), shop.webhook.kinds());
    assert_ne!(made, came);
    came.sort();
    let mut all = made;
    all.sort();
    assert_eq!(all, came);
}

#[tokio::test]
async fn a_dropped_event_is_listed_and_never_posted() {
    let shop = disorderly(Disorder {
        dropped_percent: 100,
        ..Disorder::default()
    })
    .await;
    assert!(!pay(&shop).await);
    assert!(shop.webhook.kinds().is_empty());
    let (_, page) = shop.get("v1/events").await;
    assert_eq!(page["data"].as_array().unwrap().len(), shop.mark());
    assert_eq!(page["data"][0]["pending_webhooks"], 1);
}

#[tokio::test]
async fn a_partly_dropped_action_is_not_called_delivered() {
    let shop = disorderly(Disorder {
        seed: 3,
        dropped_percent: 50,
        ..Disorder::default()
    })
    .await;
    assert!(!pay(&shop).await);
    let came = shop.webhook.kinds().len();
    assert!((1..shop.mark()).contains(&came), "{came}");
}

#[tokio::test]
async fn events_wait_as_long_as_told() {
    let shop = disorderly(Disorder {
        delay: Duration::from_secs(3_600),
        ..Disorder::default()
    })
    .await;
    let (delayed, prompt) = (shop.lesson().await, shop.lesson().await);
    let at_once = async {
        shop.fake.set_delivery(DeliveryPolicy::Automatic);
        shop.fake.pay(&prompt.id).await.unwrap()
    };
    tokio::select! {
        biased;
        _ = shop.fake.let_expire(&delayed.id) => panic!("it did not wait"),
        paid = at_once => assert!(paid.delivered),
    }
    assert_eq!(shop.webhook.kinds(), shop.kinds_since(1));
}
