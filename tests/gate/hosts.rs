//! Names: only requests to ours are looked at.

use actix_web::http::Method;
use api::gate::{AllowedHosts, Authority, Site};
use proptest::prelude::*;

use super::app_of;
use crate::support::{HOST, TestApp, operations};

async fn answering_to(names: &[&str]) -> TestApp {
    app_of(Site {
        allowed_hosts: AllowedHosts::parse(names.iter().copied()).unwrap(),
        ..Site::default()
    })
    .await
}

#[actix_web::test]
async fn only_our_names_are_answered_whatever_their_case_port_or_last_dot() {
    let app = answering_to(&["api.example.org", ".tutors.test", "::1", "203.0.113.7"]).await;
    let ours = [
        "api.example.org",
        "API.Example.ORG",
        "api.example.org:8443",
        "api.example.org:",
        "api.example.org.",
        "tutors.test",
        "api.tutors.test",
        "a.b.tutors.test:80",
        "[::1]",
        "[0:0::1]:8080",
        "203.0.113.7:80",
    ];
    let others = [
        "",
        "example.org",
        "evil.example.org",
        "api.example.org.evil.test",
        "api.example.org:80:80",
        "api.example.org:port",
        "api.example.org:99999",
        "api.example.org@evil.test",
        "evil.test@api.example.org",
        "api.example.org/",
        "api.example.org evil.test",
        "api.example.org,evil.test",
        "eviltutors.test",
        ".tutors.test",
        "..tutors.test",
        "tutors.test..",
        "[::2]",
        "[::1",
        "::1",
        "[::1]evil.test",
        "203.0.113.70",
        "*",
        "xn--nxasmq6b",
        "репетиторы.рф",
    ];
    for host in ours {
        let client = app.anonymous().with("host", host);
        assert_eq!(client.get("/subjects").await.status, 200, "{host}");
    }
    for host in others {
        let client = app.anonymous().with("host", host);
        let answer = client.get("/subjects").await;
        answer.refused(400, "unknown_host");
    }
}

#[actix_web::test]
async fn no_route_answers_to_another_name_not_even_to_say_that_it_is_none() {
    let app = answering_to(&[HOST]).await;
    let client = app.anonymous().with("host", "evil.test");
    let routes = operations()
        .iter()
        .map(|operation| (operation.method.clone(), operation.path.clone()));
    let pages = [
        "!/",
        "!/docs/",
        "!/docs/swagger-ui.css",
        "!/openapi.json",
        "/nowhere",
    ];
    let pages = pages.map(|path| (Method::GET, path.to_owned()));
    for (method, path) in routes.chain(pages).chain([(Method::PUT, "/me".to_owned())]) {
        let answer = client.send(method, &path, None).await;
        answer.refused(400, "unknown_host");
    }
}

#[actix_web::test]
async fn what_a_proxy_says_of_the_name_is_not_read() {
    let app = answering_to(&[HOST]).await;
    let lured = app.anonymous().with("x-forwarded-host", "evil.test");
    assert_eq!(lured.get("/subjects").await.status, 200);
    let lied = app.anonymous().with("host", "evil.test");
    let lied = lied
        .with("x-forwarded-host", HOST)
        .with("forwarded", &format!("host={HOST}"));
    lied.get("/subjects").await.refused(400, "unknown_host");
}

#[actix_web::test]
async fn a_name_that_is_said_twice_or_otherwise_in_the_target_is_refused() {
    let app = answering_to(&[HOST, "other.tutors.test"]).await;
    let twice = app.anonymous().with("host", HOST).with("host", HOST);
    twice.get("/subjects").await.refused(400, "unknown_host");
    let client = app.anonymous();
    let target = format!("!http://{HOST}/api/v1/subjects");
    assert_eq!(client.get(&target).await.status, 200);
    for other in ["other.tutors.test", "evil.test"] {
        let target = format!("!http://{other}/api/v1/subjects");
        client.get(&target).await.refused(400, "unknown_host");
    }
}

#[test]
fn a_list_of_names_takes_names_alone() {
    for wrong in [
        "",
        ".",
        "a b",
        "api.example.org:80",
        "https://api.example.org",
        "*.example.org",
        "[::1",
    ] {
        assert!(AllowedHosts::parse([wrong]).is_err(), "{wrong}");
    }
    assert!(AllowedHosts::parse(["*"]).unwrap().allows_any());
}

proptest! {
    #[test]
    fn no_text_breaks_the_reading_of_a_name(text in "\\PC{0,80}") {
        let _ = Authority::parse(&text);
    }

    #[test]
    fn a_name_is_read_as_it_is_compared(name in "[a-zA-Z0-9-]{1,20}(\\.[a-zA-Z0-9-]{1,20}){0,3}", port in proptest::option::of(any::<u16>())) {
        let text = port.map_or(name.clone(), |port| format!("{name}:{port}"));
        let read = Authority::parse(&text).unwrap();
        prop_assert_eq!(&read.host, &name.to_lowercase());
        prop_assert_eq!(read.port, port);
        prop_assert_eq!(Authority::parse(&read.host).map(|again| again.host), Some(read.host));
    }

    #[test]
    fn a_suffix_never_lets_in_what_does_not_end_in_it(host in "[a-z.-]{1,30}") {
        let hosts = AllowedHosts::parse([".tutors.test"]).unwrap();
        if let Some(authority) = Authority::parse(&host) {
            let is_below = authority.host == "tutors.test" || authority.host.ends_with(".tutors.test");
            prop_assert_eq!(hosts.allows(&authority), is_below);
        }
    }
}
