//! What holds of every text.

use proptest::prelude::*;

use super::*;

const PEOPLE: [&str; 4] = ["Пётр", "Иванов", "Anna", "Ли"];

/// Pieces that rules begin or end at, glued together.
fn tricky_text() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "@",
        ".",
        "://",
        "/",
        "+",
        "7",
        "8",
        "912",
        "345",
        "2015",
        "-",
        "–",
        " ",
        ", ",
        "(",
        ")",
        "[",
        "]",
        "ru",
        "t.me",
        "www",
        "mail",
        "Иванов",
        "Петру",
        "Ли",
        "ли",
        "anna",
        "[имя]",
        "[почта]",
        "[телефон",
        "собака",
        "(at)",
        "\u{200b}",
        "\u{fdd0}",
        "\u{202e}",
        "٣",
        "①",
        "½",
        "é",
        "00",
        "50",
        "код",
        "\n",
        "_",
        "'",
        "xn--",
        "рф",
        "10",
        "11",
        "12",
        "01",
        "😀",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![tricky_text(), any::<String>(), "[а-яё0-9 ,.@+-]{0,60}"]
}

fn email() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9][a-zA-Z0-9._+-]{0,12}@[a-z0-9][a-z0-9-]{0,10}(\\.[a-z]{2,6}){1,2}"
}

/// Eleven digits as people group them.
fn phone() -> impl Strategy<Value = String> {
    let first = prop::sample::select(vec!["8", "+7", "7", "+7 ", "8 ", "8-"]);
    let layout = prop::sample::select(vec![
        ["", "", "", ""],
        ["", " ", " ", " "],
        [" (", ") ", "-", "-"],
        ["(", ")", "-", "-"],
        ["-", "-", "-", "-"],
        [" ", " ", " ", " "],
        [".", ".", ".", "."],
        [" ", " ", "-", "-"],
        [" ", " - ", " - ", " - "],
        ["\u{200b}", "\u{a0}", "\u{2011}", "\u{2013}"],
        ["/", "/", "/", "/"],
    ]);
    (
        first,
        layout,
        "[3-9][0-9]{2}",
        "[0-9]{3}",
        "[0-9]{2}",
        "[0-9]{2}",
    )
        .prop_map(|(first, [a, b, c, d], code, x, y, z)| {
            format!("{first}{a}{code}{b}{x}{c}{y}{d}{z}")
        })
}

fn digits_of(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

proptest! {
    #[test]
    fn masking_twice_changes_nothing_more(text in any_text()) {
        let masked = mask(&text, &PEOPLE);
        prop_assert_eq!(mask(&masked, &PEOPLE), masked);
    }

    #[test]
    fn no_email_survives_in_whatever_text(
        before in any_text(), email in email(), after in any_text()
    ) {
        let masked = mask(&format!("{before}{email}{after}"), &PEOPLE);
        let count = |text: &str| plain_text(text).matches(&email).count();
        prop_assert_eq!(count(&masked), 0, "{}", masked);
        let host = email.split_once('@').unwrap().1;
        let around = format!("{before} {after}");
        prop_assert!(!masked.contains(host) || plain_text(&around).contains(host), "{}", masked);
    }

    #[test]
    fn no_phone_survives_in_whatever_text(
        before in "[а-яА-Яa-z ,.:;!?()\\[\\]\"@–—-]{0,30}", phone in phone(),
        after in "[а-яА-Яa-z ,.:;!?()\\[\\]\"@–—-]{0,30}"
    ) {
        let masked = mask(&format!("{before}{phone}{after}"), &PEOPLE);
        prop_assert_eq!(digits_of(&masked), "", "{}", masked);
    }

    #[test]
    fn no_phone_survives_among_other_numbers(
        before in any_text(), phone in phone(), after in any_text()
    ) {
        let masked = mask(&format!("{before}{phone}{after}"), &PEOPLE);
        let number = digits_of(&phone);
        let around = digits_of(&plain_text(&format!("{before}{after}")));
        prop_assert!(
            !digits_of(&masked).contains(&number) || around.contains(&number),
            "{}", masked
        );
    }

    #[test]
    fn no_name_survives_as_a_word(before in any_text(), after in any_text()) {
        let masked = mask(&format!("{before} Ивановой {after}"), &PEOPLE);
        prop_assert!(!masked.contains("Ивановой"), "{}", masked);
    }
}
