//! Access tokens that aren't ours are refused everywhere, where nobody needs one as well.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use super::{refresh, registered, text};
use crate::support::{Client, Deployment, TestApp};

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

/// A token with these claims, signed by the application's own key.
fn signed(app: &TestApp, algorithm: Algorithm, claims: &Value) -> String {
    let secret = app.secrets().current();
    let mut header = Header::new(algorithm);
    header.kid = Some(secret.kid().to_owned());
    let key = EncodingKey::from_secret(&secret.access_token_key().unwrap());
    jsonwebtoken::encode(&header, claims, &key).unwrap()
}

#[actix_web::test]
async fn a_token_of_our_own_key_is_refused_unless_every_claim_is_ours() {
    let app = TestApp::new().await;
    let student = app.student().await;
    let (claims, _) = parts(&student);
    let ours = student.with_token(&signed(&app, Algorithm::HS256, &claims));
    ours.get("/me").await.expect(200);
    for (claim, value) in [
        ("iss", json!("another-platform")),
        ("aud", json!("another-api")),
        ("aud", json!(["another-api"])),
        ("exp", json!(app.now().timestamp() - 5)),
        ("iat", json!(app.now().timestamp() + 6)),
        ("sub", json!("0193f2c4-7b1e-7c3a-9a55-3d1f0a6f1b2c")),
        ("sid", json!("0193f2c4-7b1e-7c3a-9a55-3d1f0a6f1b2c")),
    ] {
        let mut claims = claims.clone();
        claims[claim] = value;
        let token = signed(&app, Algorithm::HS256, &claims);
        is_refused_everywhere(&student, &token).await;
    }
    for claim in ["iss", "aud", "exp", "sub", "sid", "role"] {
        let mut claims = claims.clone();
        claims.as_object_mut().unwrap().remove(claim);
        let token = signed(&app, Algorithm::HS256, &claims);
        is_refused_everywhere(&student, &token).await;
    }
}

#[actix_web::test]
async fn another_algorithm_is_refused_with_our_own_key_as_well() {
    let app = TestApp::new().await;
    let student = app.student().await;
    let (claims, _) = parts(&student);
    for algorithm in [Algorithm::HS384, Algorithm::HS512] {
        let token = signed(&app, algorithm, &claims);
        is_refused_everywhere(&student, &token).await;
    }
}

#[actix_web::test]
async fn a_header_that_says_another_algorithm_is_refused() {
    let app = TestApp::new().await;
    let student = app.student().await;
    let (_, kid) = parts(&student);
    let token = student.token.clone().unwrap();
    let rest = token.split_once('.').unwrap().1;
    for algorithm in ["RS256", "ES256", "HS512", "none", "hs256"] {
        let header = json!({ "alg": algorithm, "typ": "JWT", "kid": kid });
        let header = URL_SAFE_NO_PAD.encode(header.to_string());
        is_refused_everywhere(&student, &format!("{header}.{rest}")).await;
    }
}

#[actix_web::test]
async fn the_role_of_a_token_counts_for_nothing_beside_that_of_the_account() {
    let app = TestApp::new().await;
    let student = app.student().await;
    let (mut claims, _) = parts(&student);
    claims["role"] = json!("tutor");
    let token = signed(&app, Algorithm::HS256, &claims);
    let liar = student.with_token(&token);
    liar.get("/orders").await.refused(403, "forbidden");
    assert_eq!(liar.get("/me").await.expect(200)["role"], "student");
}

const OLD: &str = "an older secret of thirty-two bytes or more";
const NEW: &str = "a newer secret of thirty-two bytes or more";

async fn app_of(secrets: &[&'static str]) -> TestApp {
    TestApp::deployed(Deployment {
        secrets: secrets.to_vec(),
        ..Deployment::default()
    })
    .await
}

#[actix_web::test]
async fn tokens_of_an_older_secret_are_good_while_it_is_in_force_and_new_ones_are_of_the_newer() {
    let before = app_of(&[OLD]).await;
    let signed_in = registered(&before).await;
    let after = before.restarted(&[NEW, OLD]).await;
    let old = after
        .anonymous()
        .with_token(&text(&signed_in, "access_token"));
    old.get("/me").await.expect(200);
    let next = refresh(&after, &text(&signed_in, "refresh_token")).await;
    let next = next.expect(200);
    let new = after.anonymous().with_token(&text(&next, "access_token"));
    assert_ne!(parts(&new).1, parts(&old).1);
    new.get("/me").await.expect(200);

    let later = after.restarted(&[NEW]).await;
    let old = later
        .anonymous()
        .with_token(&text(&signed_in, "access_token"));
    old.get("/me").await.refused(401, "unauthenticated");
    let new = later.anonymous().with_token(&text(&next, "access_token"));
    new.get("/me").await.expect(200);
    later.advance(TimeDelta::minutes(1));
    refresh(&later, &text(&next, "refresh_token"))
        .await
        .expect(200);
}
