//! Access tokens that aren't ours are refused everywhere, where nobody needs one as well.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use crate::support::{Client, TestApp};

/// The claims of a token, and the name of its key.
fn parts(client: &Client) -> (Value, String) {
    let token = client.token.as_deref().unwrap();
    let claims = token.split('.').nth(1).unwrap();
    let claims = URL_SAFE_NO_PAD.decode(claims).unwrap();
    let kid = jsonwebtoken::decode_header(token).unwrap().kid.unwrap();
    (serde_json::from_slice(&claims).unwrap(), kid)
}

/// A token with these claims, signed by a secret that isn't ours.
fn forged(claims: &Value, kid: &str) -> String {
    let mut header = Header::new(Algorithm::HS256);
    header.kid = Some(kid.to_owned());
    let key = EncodingKey::from_secret(b"another secret of thirty-two bytes");
    jsonwebtoken::encode(&header, claims, &key).unwrap()
}

async fn is_refused_everywhere(client: &Client, token: &str) {
    let client = client.with_token(token);
    for path in ["/me", "/subjects", "/tutors", "/nowhere"] {
        client.get(path).await.refused(401, "unauthenticated");
    }
}

#[actix_web::test]
async fn a_token_that_is_none_is_refused_on_public_routes_too() {
    let app = TestApp::new().await;
    for token in ["nonsense", "a.b.c", ".."] {
        is_refused_everywhere(&app.anonymous(), token).await;
    }
}

#[actix_web::test]
async fn a_forged_token_is_refused_on_public_routes_too() {
    let app = TestApp::new().await;
    let student = app.student().await;
    let (claims, kid) = parts(&student);
    is_refused_everywhere(&student, &forged(&claims, &kid)).await;
}

#[actix_web::test]
async fn a_token_of_a_key_that_we_do_not_know_is_refused_on_public_routes_too() {
    let app = TestApp::new().await;
    let student = app.student().await;
    let (claims, _) = parts(&student);
    is_refused_everywhere(&student, &forged(&claims, "0123456789abcdef")).await;
}

#[actix_web::test]
async fn an_unsigned_token_is_refused_on_public_routes_too() {
    let app = TestApp::new().await;
    let student = app.student().await;
    let (claims, kid) = parts(&student);
    for alg in ["none", "None"] {
        let header = json!({ "alg": alg, "typ": "JWT", "kid": kid });
        let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let token = format!("{}.{}.", encode(&header), encode(&claims));
        is_refused_everywhere(&student, &token).await;
    }
}

#[actix_web::test]
async fn a_token_whose_claims_were_changed_is_refused() {
    let app = TestApp::new().await;
    let student = app.student().await;
    let (mut claims, _) = parts(&student);
    claims["role"] = json!("admin");
    let token = student.token.clone().unwrap();
    let mut pieces: Vec<&str> = token.split('.').collect();
    let changed = URL_SAFE_NO_PAD.encode(claims.to_string());
    pieces[1] = &changed;
    is_refused_everywhere(&student, &pieces.join(".")).await;
}

#[actix_web::test]
async fn another_scheme_than_bearer_is_refused() {
    let app = TestApp::new().await;
    let client = app.anonymous().with("authorization", "Basic YTpi");
    let answer = client.get("/subjects").await;
    answer.refused(401, "unauthenticated");
}
