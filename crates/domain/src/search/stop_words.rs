//! Words so common that finding one says nothing about a text. In folded form (no ё), sorted.

use std::collections::BTreeSet;
use std::sync::LazyLock;

const RUSSIAN: [&str; 64] = [
    "а",
    "без",
    "бы",
    "в",
    "во",
    "вот",
    "все",
    "вы",
    "где",
    "да",
    "для",
    "до",
    "его",
    "ее",
    "если",
    "есть",
    "еще",
    "же",
    "за",
    "и",
    "из",
    "или",
    "им",
    "их",
    "к",
    "как",
    "ко",
    "когда",
    "ли",
    "мне",
    "мой",
    "моя",
    "мы",
    "на",
    "над",
    "не",
    "него",
    "нее",
    "нет",
    "но",
    "о",
    "об",
    "он",
    "она",
    "они",
    "от",
    "по",
    "под",
    "при",
    "про",
    "с",
    "со",
    "так",
    "также",
    "то",
    "тоже",
    "у",
    "уже",
    "что",
    "чтобы",
    "эта",
    "это",
    "этот",
    "я",
];

const ENGLISH: [&str; 32] = [
    "a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "have", "i", "in", "is", "it",
    "me", "my", "not", "of", "on", "or", "our", "that", "the", "this", "to", "we", "will", "with",
    "would", "you", "your",
];

/// The stems of what everybody in this market is or does, sorted: asked for beside other words,
/// they tell nobody from anybody.
const TRADE: [&str; 11] = [
    "lesson",
    "teacher",
    "tutor",
    "занят",
    "педагог",
    "подготовк",
    "преподавател",
    "репетитор",
    "урок",
    "учител",
    "учительниц",
];

/// Whether a stem is one of the trade's.
pub(super) fn is_of_the_trade(stem: &str) -> bool {
    TRADE.binary_search(&stem).is_ok()
}

/// Whether a stem is that of a word that says nothing.
pub(super) fn is_stop_stem(stem: &str) -> bool {
    static STEMS: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
        let words = RUSSIAN.into_iter().chain(ENGLISH);
        words.map(super::stem).collect()
    });
    STEMS.contains(stem)
}

/// Whether a folded word is one of them.
pub(super) fn is_stop_word(word: &str) -> bool {
    RUSSIAN.binary_search(&word).is_ok() || ENGLISH.binary_search(&word).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::{fold, stems};

    #[test]
    fn the_trade_is_known_by_every_form_of_its_words() {
        assert!(TRADE.is_sorted_by(|a, b| a < b));
        let forms = "занятие занятия занятий педагог педагога подготовка подготовку преподаватель \
             преподавателя репетитор репетиторы репетиторов урок уроки уроков учитель учителя \
             учительница lesson lessons teacher teachers tutor tutors";
        for stem in stems(forms) {
            assert!(is_of_the_trade(&stem), "{stem}");
        }
    }

    #[test]
    fn the_lists_are_folded_sorted_and_without_repetition() {
        assert!(RUSSIAN.is_sorted_by(|a, b| a < b));
        assert!(ENGLISH.is_sorted_by(|a, b| a < b));
        for word in RUSSIAN.into_iter().chain(ENGLISH) {
            assert_eq!(fold(word), word);
            assert!(is_stop_word(word));
        }
    }
}
