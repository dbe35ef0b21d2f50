//! How a lesson is held: the formats that a tutor offers and an order asks for.

use std::collections::BTreeSet;

use crate::text_enum::{TextEnum, text_enum};
use crate::validation::{FieldProblem, Violations};

text_enum! {
    LessonFormat {
        /// By video call, wherever both are.
        Online = "online",
        /// At one place, so the city matters.
        Offline = "offline",
    }
}

impl LessonFormat {
    /// # Errors
    /// Anything but the name of a format.
    pub fn parse(name: &str) -> Result<Self, FieldProblem> {
        Self::from_text(name).ok_or_else(|| FieldProblem::NotOneOf {
            allowed: Self::texts(),
        })
    }
}

/// The formats that somebody listed: at least one, each once.
pub(crate) fn parse_formats(
    names: &[String],
    wrong: &mut Violations,
) -> Option<BTreeSet<LessonFormat>> {
    if names.is_empty() {
        wrong.add("/formats", FieldProblem::TooFew { min: 1 });
        return None;
    }
    let mut formats = BTreeSet::new();
    for (i, name) in names.iter().enumerate() {
        let pointer = format!("/formats/{i}");
        let format = wrong.take(&pointer, LessonFormat::parse(name))?;
        if !formats.insert(format) {
            wrong.add(pointer, FieldProblem::Duplicate);
        }
    }
    Some(formats)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_has_the_same_name_when_parsed_and_when_serialised() {
        for &format in LessonFormat::ALL {
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
