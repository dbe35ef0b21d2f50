//! How a lesson is held: the formats that a tutor offers and an order asks for.

use serde::{Deserialize, Serialize};

use crate::validation::FieldProblem;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LessonFormat {
    /// By video call, wherever both are.
    Online,
    /// At one place, so the city matters.
    Offline,
}

impl LessonFormat {
    pub const ALL: [Self; 2] = [Self::Online, Self::Offline];

    /// The name in the API and in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Online => "online",
            Self::Offline => "offline",
        }
    }

    /// # Errors
    /// Anything but the name of a format.
    pub fn parse(name: &str) -> Result<Self, FieldProblem> {
        Self::ALL
            .into_iter()
            .find(|format| format.as_str() == name)
            .ok_or_else(|| FieldProblem::NotOneOf {
                allowed: Self::ALL.map(|format| format.as_str().to_owned()).into(),
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_has_the_same_name_when_parsed_and_when_serialised() {
        for format in LessonFormat::ALL {
            assert_eq!(LessonFormat::parse(format.as_str()), Ok(format));
            assert_eq!(serde_json::to_value(format).unwrap(), format.as_str());
        }
    }

    #[test]
    fn an_unknown_format_is_answered_with_those_that_exist() {
        let allowed = vec!["online".to_owned(), "offline".to_owned()];
        assert_eq!(
            LessonFormat::parse("Online"),
            Err(FieldProblem::NotOneOf { allowed })
        );
    }
}
