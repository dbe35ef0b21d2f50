//! A cursor that somebody made up: it is refused, or belongs to the list that it is read for.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(request) = api::request::page_request("tutors", None, Some(text)) {
        assert_eq!(request.list, "tutors");
        assert!(request.after.is_none_or(|cursor| cursor.list == "tutors"));
    }
});
