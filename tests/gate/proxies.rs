//! Where a request comes from: the nearest sender whom no proxy of ours vouches for.

use std::net::IpAddr;

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use api::gate::{TrustedProxies, forwarded, forwarded_for};
use proptest::prelude::*;

use super::{PROXY, behind_a_proxy};

fn client(peer: &str, headers: &[(&str, &str)]) -> String {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        let name: HeaderName = name.parse().unwrap();
        map.append(name, HeaderValue::from_str(value).unwrap());
    }
    let proxies = behind_a_proxy().trusted_proxies;
    let arrival = proxies.arrival(Some(peer.parse().unwrap()), &map);
    arrival.client.to_string()
}

#[test]
fn from_a_stranger_nothing_is_believed() {
    for headers in [
        &[("x-forwarded-for", "192.0.2.1")][..],
        &[("forwarded", "for=192.0.2.1")],
        &[("x-forwarded-for", PROXY)],
        &[("x-real-ip", "192.0.2.1")],
    ] {
        assert_eq!(client("203.0.113.9", headers), "203.0.113.9");
    }
}

#[test]
fn behind_our_proxies_the_rightmost_stranger_is_the_client() {
    for (headers, expected) in [
        (&[][..], PROXY),
        (&[("x-forwarded-for", "192.0.2.1")], "192.0.2.1"),
        (
            &[("x-forwarded-for", "198.51.100.1, 192.0.2.1")],
            "192.0.2.1",
        ),
        (
            &[("x-forwarded-for", "198.51.100.1, 192.0.2.1, 10.9.9.9")],
            "192.0.2.1",
        ),
        (
            &[
                ("x-forwarded-for", "198.51.100.1"),
                ("x-forwarded-for", "192.0.2.1"),
            ],
            "192.0.2.1",
        ),
        (&[("x-forwarded-for", "192.0.2.1:4711")], "192.0.2.1"),
        (&[("x-forwarded-for", "[2001:db8::1]:4711")], "2001:db8::1"),
        (&[("x-forwarded-for", "::ffff:192.0.2.1")], "192.0.2.1"),
        (&[("x-forwarded-for", "10.9.9.9, 10.8.8.8")], "10.9.9.9"),
        // What is no address ends the way at the proxy that wrote it.
        (&[("x-forwarded-for", "192.0.2.1, unknown")], PROXY),
        (
            &[("x-forwarded-for", "192.0.2.1, nonsense, 10.9.9.9")],
            "10.9.9.9",
        ),
        (&[("x-forwarded-for", "")], PROXY),
        (
            &[("forwarded", "for=198.51.100.1, for=192.0.2.1")],
            "192.0.2.1",
        ),
        (
            &[("forwarded", "for=\"[2001:db8::1]:4711\";proto=https")],
            "2001:db8::1",
        ),
        (&[("forwarded", "for=_hidden, for=10.9.9.9")], "10.9.9.9"),
        (&[("forwarded", "for=\"")], PROXY),
        (
            &[
                ("forwarded", "for=192.0.2.1"),
                ("x-forwarded-for", "192.0.2.1"),
            ],
            "192.0.2.1",
        ),
        // One of the two was written by a stranger, and nobody knows which.
        (
            &[
                ("forwarded", "for=192.0.2.1"),
                ("x-forwarded-for", "198.51.100.1"),
            ],
            PROXY,
        ),
    ] {
        assert_eq!(client(PROXY, headers), expected, "{headers:?}");
    }
}

#[test]
fn a_network_of_everybody_is_known_for_one() {
    for everybody in ["0.0.0.0/0", "::/0"] {
        assert!(
            TrustedProxies::parse([everybody])
                .unwrap()
                .trusts_everybody()
        );
    }
    assert!(
        !TrustedProxies::parse(["10.0.0.0/8", "192.0.2.7"])
            .unwrap()
            .trusts_everybody()
    );
    assert!(TrustedProxies::parse(["10.0.0.0/33"]).is_err());
    assert!(TrustedProxies::parse(["proxy.example.org"]).is_err());
}

proptest! {
    #[test]
    fn no_text_breaks_the_reading_of_a_way(text in "\\PC{0,120}") {
        let _ = forwarded(&text);
        let _ = forwarded_for(&text);
    }

    /// Whatever a client writes stands left of what our proxy adds.
    #[test]
    fn what_a_client_writes_never_changes_where_it_is(lie in "[ -~]{0,60}") {
        let way = format!("{lie}, 192.0.2.1");
        prop_assert_eq!(client(PROXY, &[("x-forwarded-for", &way)]), "192.0.2.1");
    }

    #[test]
    fn an_address_is_read_back(address in any::<IpAddr>(), port in any::<u16>()) {
        let canonical = Some(address.to_canonical());
        let bracketed = if address.is_ipv6() { format!("[{address}]") } else { address.to_string() };
        for text in [address.to_string(), bracketed.clone(), format!("{bracketed}:{port}")] {
            prop_assert_eq!(forwarded_for(&text), vec![canonical]);
            let hops = forwarded(&format!("by=_x;for=\"{text}\"")).unwrap();
            prop_assert_eq!(hops[0].sender, canonical);
        }
    }
}
