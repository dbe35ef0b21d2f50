//! Which proxies are believed, and what follows: where a request really comes from, and how.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

use actix_web::http::header::{HeaderMap, HeaderName};
use ipnet::IpNet;

use super::forwarded::{Hop, forwarded, forwarded_for};

/// The networks of the proxies whose headers are believed; none at first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

/// How a request arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival {
    /// The nearest sender whom no proxy of ours vouches for as one of its own.
    pub client: IpAddr,
    pub is_https: bool,
}

impl TrustedProxies {
    /// Networks, and single addresses.
    ///
    /// # Errors
    /// One of them is neither.
    pub fn parse<'a>(
        raw: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, ipnet::AddrParseError> {
        let network = |text: &str| match text.parse::<IpAddr>() {
            Ok(address) => Ok(address.into()),
            Err(_) => text.parse(),
        };
        let networks: Result<Vec<IpNet>, _> = raw.into_iter().map(network).collect();
        networks.map(Self)
    }

    /// Whether everybody is believed, and so anybody's word on where they are.
    #[must_use]
    pub fn trusts_everybody(&self) -> bool {
        self.0.iter().any(|network| network.prefix_len() == 0)
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// Headers count only if the peer is a proxy of ours. If `Forwarded` and `X-Forwarded-*` both
    /// stand there and disagree, somebody has written one of them whom we don't know: then the
    /// request came in plain text, from the peer.
    #[must_use]
    pub fn arrival(&self, peer: Option<IpAddr>, headers: &HeaderMap) -> Arrival {
        let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ip| ip.to_canonical());
        if !self.trusts(peer) {
            return Arrival {
                client: peer,
                is_https: false,
            };
        }
        let standard = joined(headers, "forwarded").map(|value| forwarded(&value));
        let proto = agreed(
            standard.as_ref().map(|hops| last_proto(hops.as_deref())),
            joined(headers, "x-forwarded-proto").map(|value| last_of_list(&value)),
        );
        let client = agreed(
            standard.map(|hops| {
                let senders: Vec<Option<IpAddr>> =
                    hops?.into_iter().map(|hop| hop.sender).collect();
                Some(self.first_stranger(peer, &senders))
            }),
            joined(headers, "x-forwarded-for")
                .map(|value| Some(self.first_stranger(peer, &forwarded_for(&value)))),
        );
        Arrival {
            client: client.unwrap_or(peer),
            is_https: proto.as_deref() == Some("https"),
        }
    }

    /// From the nearest hop outwards: the first that is not a proxy of ours. An entry that is no
    /// address ends the way at the proxy that wrote it.
    fn first_stranger(&self, peer: IpAddr, senders: &[Option<IpAddr>]) -> IpAddr {
        let mut nearest = peer;
        for sender in senders.iter().rev() {
            let Some(sender) = *sender else {
                return nearest;
            };
            nearest = sender;
            if !self.trusts(sender) {
                return nearest;
            }
        }
        nearest
    }
}

impl fmt::Display for TrustedProxies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let texts: Vec<String> = self.0.iter().map(IpNet::to_string).collect();
        f.write_str(if texts.is_empty() { "none" } else { "" })?;
        f.write_str(&texts.join(","))
    }
}

/// All lines of a header as one list; none if there are none.
fn joined(headers: &HeaderMap, name: &'static str) -> Option<String> {
    let lines: Vec<&[u8]> = headers
        .get_all(HeaderName::from_static(name))
        .map(|value| value.as_bytes())
        .collect();
    (!lines.is_empty()).then(|| String::from_utf8_lossy(&lines.join(&b","[..])).into_owned())
}

fn last_proto(hops: Option<&[Hop]>) -> Option<String> {
    hops?.last()?.proto.clone()
}

fn last_of_list(value: &str) -> Option<String> {
    value
        .rsplit(',')
        .next()
        .map(|proto| proto.trim().to_ascii_lowercase())
}

/// What both say, or what the one says that stands there.
fn agreed<T: PartialEq>(one: Option<Option<T>>, other: Option<Option<T>>) -> Option<T> {
    match (one, other) {
        (Some(one), Some(other)) if one == other => one,
        (Some(_), Some(_)) => None,
        (one, other) => one.or(other).flatten(),
    }
}
