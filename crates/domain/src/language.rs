//! The languages that we speak to people in, and how a caller asks for one.
//!
//! Source: RFC 9110, section 12.5.4 (`Accept-Language`) and 12.4.2 (quality values).

use std::cmp::Reverse;

use crate::text_enum::{TextEnum, text_enum};

text_enum! {
    /// A language of our sentences.
    Language { Ru = "ru", En = "en" }
}

impl Default for Language {
    /// The home market's.
    fn default() -> Self {
        Self::Ru
    }
}

impl Language {
    /// The language that the header wants most: the highest quality, then the earlier range.
    /// Without a range that we speak it is the default; ranges that can't be read are skipped.
    #[must_use]
    pub fn from_accept_language(header: &str) -> Self {
        let ranges: Vec<Range<'_>> = header.split(',').filter_map(Range::parse).collect();
        Self::ALL
            .iter()
            .copied()
            .filter_map(|language| language.wish_in(&ranges).map(|wish| (language, wish)))
            .filter(|(_, (quality, _))| *quality > 0)
            // `min_by_key` keeps the first of equals, which is the default language.
            .min_by_key(|(_, (quality, position))| (Reverse(*quality), *position))
            .map_or_else(Self::default, |(language, _)| language)
    }

    /// Quality and position of the best range for this language; `*` counts only where no range
    /// names the language itself.
    fn wish_in(self, ranges: &[Range<'_>]) -> Option<(u16, usize)> {
        let best = |matches: &dyn Fn(&str) -> bool| {
            ranges
                .iter()
                .enumerate()
                .filter(|(_, range)| matches(range.primary))
                .map(|(position, range)| (range.quality, position))
                .min_by_key(|(quality, position)| (Reverse(*quality), *position))
        };
        best(&|primary| primary.eq_ignore_ascii_case(self.as_str())).or_else(|| best(&|p| p == "*"))
    }
}

/// One range of the header: its primary subtag (`en` of `en-US`) and its quality in thousandths.
struct Range<'a> {
    primary: &'a str,
    quality: u16,
}

impl<'a> Range<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.split(';').map(str::trim);
        let tag = parts.next().filter(|tag| !tag.is_empty())?;
        let quality = match parts.next() {
            None => 1_000,
            Some(parameter) => {
                let (name, value) = parameter.split_once('=')?;
                name.trim()
                    .eq_ignore_ascii_case("q")
                    .then(|| thousandths(value.trim()))??
            }
        };
        Some(Self {
            primary: tag.split('-').next().unwrap_or(tag),
            quality,
        })
    }
}

/// `0`, `1`, `0.7`, `0.125`: at most three digits after the point and never above 1.
fn thousandths(text: &str) -> Option<u16> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.len() > 3 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let fraction: u16 = format!("{fraction:0<3}").parse().ok()?;
    match whole {
        "0" => Some(fraction),
        "1" if fraction == 0 => Some(1_000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_language_of_the_highest_quality_is_taken() {
        let cases = [
            ("en", Language::En),
            ("EN-us", Language::En),
            ("ru-RU,ru;q=0.9,en;q=0.8", Language::Ru),
            ("en-US,en;q=0.9,ru;q=0.8", Language::En),
            ("ru;q=0.3, en;q=0.7", Language::En),
            ("ru; q=0.35 , en; Q=0.351", Language::En),
            ("de, en;q=0.1", Language::En),
            ("en, ru", Language::En),
            ("en-GB;q=0, en;q=0.5, ru;q=0.4", Language::En),
        ];
        for (header, language) in cases {
            assert_eq!(
                Language::from_accept_language(header),
                language,
                "{header:?}"
            );
        }
    }

    #[test]
    fn a_header_that_names_no_language_of_ours_means_russian() {
        for header in ["", "*", "de,fr;q=0.5", ",;,=", "en;q=0", "en;q=9", "en;q=x"] {
            assert_eq!(
                Language::from_accept_language(header),
                Language::Ru,
                "{header:?}"
            );
        }
    }

    #[test]
    fn a_wildcard_stands_only_for_languages_that_are_not_named() {
        assert_eq!(Language::from_accept_language("ru;q=0, *"), Language::En);
        assert_eq!(
            Language::from_accept_language("*;q=0.5, en;q=0.1"),
            Language::Ru
        );
    }

    proptest! {
        #[test]
        fn any_header_is_answered_with_a_language(header in "\\PC*") {
            let _ = Language::from_accept_language(&header);
        }
    }
}
