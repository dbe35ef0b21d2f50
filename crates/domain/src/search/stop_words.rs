//! Words so common that finding one says nothing about a text. In folded form (no ё), sorted.

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

/// Whether a folded word is one of them.
pub(super) fn is_stop_word(word: &str) -> bool {
    RUSSIAN.binary_search(&word).is_ok() || ENGLISH.binary_search(&word).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::fold;

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
