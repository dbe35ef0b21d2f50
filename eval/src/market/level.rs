//! What students learn for, and how they like to be taught.

/// For whom and to what end somebody teaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    School,
    Exam,
    Olympiad,
    University,
    Adults,
    Beginners,
}

/// How often each is taught and asked for.
pub(super) const LEVELS: [(Level, u32); 6] = [
    (Level::School, 25),
    (Level::Exam, 29),
    (Level::Olympiad, 9),
    (Level::University, 12),
    (Level::Adults, 12),
    (Level::Beginners, 13),
];

impl Level {
    /// Whether who teaches the one manages with the other.
    pub(super) fn is_near(self, other: Self) -> bool {
        self.neighbours().contains(&other) || other.neighbours().contains(&self)
    }

    pub(super) fn neighbours(self) -> &'static [Self] {
        match self {
            Self::School => &[Self::Exam, Self::Beginners],
            Self::Exam => &[Self::School, Self::Olympiad],
            Self::Olympiad => &[Self::University, Self::Exam],
            Self::University => &[Self::Adults, Self::Olympiad],
            Self::Adults => &[Self::Beginners, Self::University],
            Self::Beginners => &[Self::School, Self::Adults],
        }
    }

    /// What an hour costs at an ordinary tutor, in roubles.
    pub(super) fn usual_rate(self) -> f64 {
        match self {
            Self::School => 1_100.0,
            Self::Exam => 1_500.0,
            Self::Olympiad => 1_900.0,
            Self::University | Self::Adults => 1_600.0,
            Self::Beginners => 1_000.0,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    Calm,
    Strict,
    Lively,
}

pub(super) const MANNERS: [Manner; 3] = [Manner::Calm, Manner::Strict, Manner::Lively];
