//! Replies good and bad, as models have been seen to write them.

use super::super::{MAX_MOVE, settle};
use super::*;

/// What the nonsense below was asked about.
const COUNT: usize = 6;

fn long(item: &str, times: usize) -> String {
    vec![item; times].join(",")
}

/// Replies, and what is to be read in them.
fn replies() -> Vec<(String, Result<Vec<usize>, BadReply>)> {
    use BadReply::{NotARanking, NothingUsable};
    let thousand: Vec<String> = (1..=1_000).rev().map(|n| format!("\"c{n}\"")).collect();
    let literal: Vec<(&str, Result<Vec<usize>, BadReply>)> = vec![
        // As asked for, or nearly.
        (r#"{"ranking": ["c2", "c1", "c3"]}"#, Ok(vec![1, 0, 2])),
        ("\r\n  {\"ranking\":[\"c6\"]}\n\n", Ok(vec![5])),
        (r#"{"ranking": ["c1"], "why": "лучший"}"#, Ok(vec![0])),
        (r#"{"ranking": ["\u0063\u0033"]}"#, Ok(vec![2])),
        // Fenced.
        (
            "```json\n{\"ranking\": [\"c3\", \"c1\"]}\n```",
            Ok(vec![2, 0]),
        ),
        ("```\n{\"ranking\": [\"c3\"]}\n```", Ok(vec![2])),
        ("```{\"ranking\": [\"c3\"]}```", Ok(vec![2])),
        ("```json\n{\"ranking\": [\"c3\"]}", Err(NotARanking)),
        ("``````", Err(NotARanking)),
        ("`````", Err(NotARanking)),
        // Handles that are none, or come again.
        (r#"{"ranking": ["c9", "c2", "tutor", "c0"]}"#, Ok(vec![1])),
        (r#"{"ranking": ["c2", "c2", "c1", "c2"]}"#, Ok(vec![1, 0])),
        (
            r#"{"ranking": ["C1", "c01", "c+1", " c1", "c1 ", "с1"]}"#,
            Err(NothingUsable),
        ),
        (
            r#"{"ranking": ["c١", "c１", "ｃ1", "c1\u0000"]}"#,
            Err(NothingUsable),
        ),
        (
            r#"{"ranking": ["c-1", "c1.0", "c1e0", "c", ""]}"#,
            Err(NothingUsable),
        ),
        (
            r#"{"ranking": ["c99999999999999999999999999", "c4"]}"#,
            Ok(vec![3]),
        ),
        (
            r#"{"ranking": ["c18446744073709551615"]}"#,
            Err(NothingUsable),
        ),
        (
            r#"{"ranking": ["第一", "最好的老师", "先生"]}"#,
            Err(NothingUsable),
        ),
        (r#"{"ranking": ["‏c1‏", "المعلم الأول"]}"#, Err(NothingUsable)),
        (r#"{"ranking": []}"#, Err(NothingUsable)),
        // Words.
        ("", Err(NotARanking)),
        (" \n\t ", Err(NotARanking)),
        ("I'm sorry, but I can't help with that.", Err(NotARanking)),
        ("Извините, я не могу оценивать людей.", Err(NotARanking)),
        ("c3, c1, c2", Err(NotARanking)),
        ("1. c3\n2. c1\n3. c2", Err(NotARanking)),
        (r#"Sure! {"ranking": ["c1"]}"#, Err(NotARanking)),
        (r#"{"ranking": ["c1"]} Hope this helps!"#, Err(NotARanking)),
        (
            "Вот ответ:\n```json\n{\"ranking\": [\"c1\"]}\n```",
            Err(NotARanking),
        ),
        ("最適な順番は c1、c2 です。", Err(NotARanking)),
        ("<ranking>c1</ranking>", Err(NotARanking)),
        // JSON that was cut off or is none.
        (r#"{"ranking": ["c1", "c"#, Err(NotARanking)),
        (r#"{"ranking": ["c1", "c2""#, Err(NotARanking)),
        (r#"{"ranking": ["c1",]}"#, Err(NotARanking)),
        ("{'ranking': ['c1']}", Err(NotARanking)),
        (r#"{ranking: ["c1"]}"#, Err(NotARanking)),
        (
            "{\"ranking\": [\"c1\"]}{\"ranking\": [\"c2\"]}",
            Err(NotARanking),
        ),
        ("\u{feff}{\"ranking\": [\"c1\"]}", Err(NotARanking)),
        ("\0", Err(NotARanking)),
        // JSON of another shape.
        ("null", Err(NotARanking)),
        ("{}", Err(NotARanking)),
        ("42", Err(NotARanking)),
        (r#""c1""#, Err(NotARanking)),
        (r#"["c1", "c2"]"#, Err(NotARanking)),
        (r#"{"ranking": null}"#, Err(NotARanking)),
        (r#"{"ranking": "c1"}"#, Err(NotARanking)),
        (r#"{"ranking": {"1": "c1"}}"#, Err(NotARanking)),
        (r#"{"ranking": [1, 2, 3]}"#, Err(NotARanking)),
        (r#"{"ranking": ["c1", 1e999]}"#, Err(NotARanking)),
        (r#"{"ranking": ["c1", null, "c2"]}"#, Err(NotARanking)),
        (r#"{"ranking": [["c1"], ["c2"]]}"#, Err(NotARanking)),
        (r#"{"ranking": [{"handle": "c1"}]}"#, Err(NotARanking)),
        (r#"{"Ranking": ["c1"]}"#, Err(NotARanking)),
        (r#"{"answer": {"ranking": ["c1"]}}"#, Err(NotARanking)),
        (
            r#"{"ranking": ["c1"], "ranking": ["c2"]}"#,
            Err(NotARanking),
        ),
    ];
    let mut replies: Vec<_> = literal
        .into_iter()
        .map(|(text, read)| (text.to_owned(), read))
        .collect();
    replies.extend([
        (
            format!("{{\"ranking\": [{}]}}", thousand.join(",")),
            Ok(vec![5, 4, 3, 2, 1, 0]),
        ),
        (
            format!("{{\"ranking\": [{}]}}", long("\"c4\"", 1_000)),
            Ok(vec![3]),
        ),
        (
            format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)),
            Err(NotARanking),
        ),
        (
            format!(
                "{{\"ranking\": [\"c1\"], \"x\": {}",
                "{\"x\":".repeat(5_000)
            ),
            Err(NotARanking),
        ),
        (
            format!("{{\"ranking\": [\"{}\"]}}", "c".repeat(100_000)),
            Err(NothingUsable),
        ),
    ]);
    replies
}

#[test]
fn every_reply_is_read_as_places_or_refused() {
    for (reply, expected) in replies() {
        let start: String = reply.chars().take(80).collect();
        assert_eq!(read_ranking(&reply, COUNT), expected, "{start}");
    }
}

#[test]
fn whatever_the_reply_all_candidates_stay_and_nobody_moves_far() {
    let replies = replies();
    assert!(replies.len() >= 50);
    for (reply, _) in replies {
        let wish = read_ranking(&reply, COUNT).unwrap_or_default();
        let settled = settle(COUNT, &wish);
        let mut places = settled.clone();
        places.sort_unstable();
        assert_eq!(places, (0..COUNT).collect::<Vec<_>>());
        for (place, old) in settled.into_iter().enumerate() {
            assert!(old.abs_diff(place) <= MAX_MOVE);
        }
    }
}

#[test]
fn a_handle_names_the_place_that_it_was_made_of() {
    assert_eq!(handle(0), "c1");
    for place in 0..200 {
        let reply = format!("{{\"ranking\": [\"{}\"]}}", handle(place));
        assert_eq!(read_ranking(&reply, 200), Ok(vec![place]));
    }
}

#[test]
fn what_is_wrong_with_a_reply_is_told_without_its_words() {
    let bad = read_ranking("Иванов Пётр, +7 912 345-67-89", COUNT).unwrap_err();
    assert_eq!(
        format!("{bad} {bad:?}"),
        "the reply is not a ranking NotARanking"
    );
}
