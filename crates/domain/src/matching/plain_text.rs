//! Text as a reader sees it: without what hides in it.
//!
//! What looks alike to people should look alike to the rules that follow: fullwidth letters become
//! usual ones, digits in circles digits, and nothing invisible is left to break a word in two.

use unicode_normalization::UnicodeNormalization;

/// The text in Unicode's form NFKC, without control characters, invisible ones, accents that are
/// no part of a letter, and noncharacters. Blanks and line breaks stay. Doing it twice changes
/// nothing more.
#[must_use]
pub fn plain_text(text: &str) -> String {
    let seen: String = text.nfkc().filter(|c| !is_hidden(*c)).collect();
    // What was hidden may have kept two characters from being one.
    seen.nfkc().collect()
}

/// Everything that Unicode calls ignorable, besides direction marks, tags and the like.
fn is_hidden(c: char) -> bool {
    if c.is_control() {
        return !c.is_whitespace();
    }
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{2800}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
        | '\u{115f}'..='\u{1160}'
        | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}'
        // Accents and other marks that are put over a letter.
        | '\u{300}'..='\u{36f}'
        | '\u{1ab0}'..='\u{1aff}'
        | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}'
        | '\u{fe20}'..='\u{fe2f}')
        || is_noncharacter(c)
}

fn is_noncharacter(c: char) -> bool {
    matches!(c, '\u{fdd0}'..='\u{fdef}') || u32::from(c) & 0xfffe == 0xfffe
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_looks_alike_is_alike() {
        assert_eq!(plain_text("＋７ ９１２, ①②"), "+7 912, 12");
        assert_eq!(plain_text("9\u{fe0f}\u{20e3}1\u{fe0f}\u{20e3}"), "91");
        assert_eq!(
            plain_text("и\u{306}од, за\u{301}мок, е\u{308}лка"),
            "йод, замок, ёлка"
        );
    }

    #[test]
    fn nothing_hidden_is_left() {
        let hidden = "а\u{200b}б\u{ad}в\u{202e}г\u{2066}д\u{e0049}\u{feff}е\u{7}ж\u{fdd1}з";
        assert_eq!(plain_text(hidden), "абвгдежз");
    }

    #[test]
    fn blanks_and_line_breaks_stay() {
        assert_eq!(plain_text("а\u{a0}б\r\n\tв"), "а б\r\n\tв");
    }

    proptest! {
        #[test]
        fn what_is_plain_stays_as_it_is(text in any::<String>()) {
            let plain = plain_text(&text);
            prop_assert_eq!(plain_text(&plain), plain);
        }
    }
}
