//! A `Host`, and what proxies say of a request's way: read or refused, and a name that is let in is ours.
#![no_main]

use api::gate::{AllowedHosts, Authority, Origin, forwarded, forwarded_for};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = forwarded(text);
    let _ = forwarded_for(text);
    let _ = Origin::parse(text);
    let _ = AllowedHosts::parse([text]);
    if let Some(authority) = Authority::parse(text) {
        let again = Authority::parse(&authority.host).map(|again| again.host);
        assert_eq!(again.as_deref(), Some(authority.host.as_str()));
        if let Ok(ours) = AllowedHosts::parse([".tutors.test"])
            && ours.allows(&authority)
        {
            assert!(authority.host == "tutors.test" || authority.host.ends_with(".tutors.test"));
        }
    }
});
