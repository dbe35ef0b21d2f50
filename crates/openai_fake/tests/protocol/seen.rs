//! What the fake remembers.

use openai_fake::{Fault, Operation};

use crate::client::{KEY, chat, client, embed, start};

#[tokio::test]
async fn every_request_is_remembered_whatever_became_of_it() {
    let fake = start();
    embed(&fake).await.unwrap();
    fake.fail_next(1, Fault::Garbage, None).await.unwrap();
    chat(&fake).await.unwrap();
    let url = format!("{}/files?name=x", fake.base_url());
    client().get(url).send().await.unwrap();

    let seen = fake.requests();
    let found: Vec<_> = seen
        .iter()
        .map(|r| (r.operation, r.target.as_str()))
        .collect();
    assert_eq!(
        found,
        [
            (Operation::Embeddings, "POST /v1/embeddings"),
            (Operation::Chat, "POST /v1/chat/completions"),
            (Operation::Other, "GET /v1/files?name=x"),
        ]
    );
    assert!(seen[0].body.contains("физика"));
    let key = ("authorization".to_owned(), format!("Bearer {KEY}"));
    assert!(seen[0].headers.contains(&key));
}

#[tokio::test]
async fn requests_can_be_waited_for_and_forgotten() {
    let fake = start();
    let (_, _, ()) = tokio::join!(embed(&fake), embed(&fake), fake.until_seen(2));
    assert_eq!(fake.requests().len(), 2);
    fake.forget();
    assert!(fake.requests().is_empty());
}

#[tokio::test]
async fn a_request_is_seen_as_soon_as_it_is_read() {
    let fake = start();
    fake.fail(Fault::Hang, None).await.unwrap();
    tokio::select! {
        answered = embed(&fake) => panic!("answered: {answered:?}"),
        () = fake.until_seen(1) => {}
    }
    assert_eq!(fake.requests()[0].operation, Operation::Embeddings);
}
