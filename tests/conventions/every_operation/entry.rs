//! Who may enter: 401, 403 and 404 come first, in this order, and before the body is looked at.

use super::{Scene, UNKNOWN, garbled};
use crate::support::operations;

#[actix_web::test]
async fn without_a_token_only_what_is_public_is_looked_at() {
    let scene = Scene::new().await;
    let nobody = scene.app.anonymous();
    for operation in operations() {
        let path = operation.path.replace("{id}", UNKNOWN);
        if operation.is_public() {
            let answer = scene.ask(&nobody, operation, "?colour=red").await;
            assert!([400, 422].contains(&answer.status), "{}", operation.name());
        } else {
            let answer = garbled(&nobody, operation, &path).await;
            answer.refused(401, "unauthenticated");
        }
    }
}

#[actix_web::test]
async fn a_bad_token_is_refused_everywhere_and_never_taken_for_none() {
    let scene = Scene::new().await;
    let gone = scene.app.student().await;
    gone.act("/auth/logout").await.expect(204);
    let ended = format!("Bearer {}", gone.token.unwrap());
    for header in ["Bearer nonsense", "Bearer", "", "Basic YTpi", &ended] {
        let client = scene.app.anonymous().with("authorization", header);
        for operation in operations() {
            let path = operation.path.replace("{id}", UNKNOWN);
            let answer = garbled(&client, operation, &path).await;
            let document = answer.refused(401, "unauthenticated");
            assert_eq!(document["status"], 401, "{}", operation.name());
            let how = answer.header("www-authenticate").unwrap();
            assert!(how.starts_with("Bearer"), "{how}");
        }
    }
}

#[actix_web::test]
async fn a_role_that_may_never_do_it_is_refused_before_anything_is_looked_for() {
    let scene = Scene::new().await;
    for operation in operations() {
        let roles = operation.roles();
        let path = operation.path.replace("{id}", UNKNOWN);
        for (role, client) in scene.everybody() {
            if roles.is_empty() || roles.contains(role) {
                continue;
            }
            let answer = garbled(client, operation, &path).await;
            answer.refused(403, "forbidden");
        }
    }
}

#[actix_web::test]
async fn a_role_that_may_is_not_refused_for_it() {
    let scene = Scene::new().await;
    for operation in operations()
        .iter()
        .filter(|operation| !operation.is_webhook())
    {
        let roles = operation.roles();
        for (role, client) in scene.everybody() {
            if roles.is_empty() || roles.contains(role) {
                let answer = scene.ask(client, operation, "?colour=red").await;
                let name = operation.name();
                assert!(
                    [404, 422].contains(&answer.status),
                    "{name} as {role}: {}",
                    answer.text
                );
            }
        }
    }
}

#[actix_web::test]
async fn what_is_not_there_is_not_found_whatever_else_is_wrong() {
    let scene = Scene::new().await;
    for operation in operations()
        .iter()
        .filter(|operation| operation.path.contains("{id}"))
    {
        let client = scene.caller(operation);
        for id in [UNKNOWN, "7", "%20", "%ff", "null"] {
            for query in ["", "?colour=red"] {
                let path = operation.path.replace("{id}", id) + query;
                garbled(&client, operation, &path)
                    .await
                    .refused(404, "not_found");
            }
        }
    }
}
