//! Enums that travel as text: in JSON, in the database and in its CHECK lists.

/// An enum with one fixed text for each of its values.
pub trait TextEnum: Copy + Eq + std::fmt::Debug + Send + Sync + 'static {
    /// Every value, in the order in which it is declared.
    const ALL: &'static [Self];

    /// The text that stands for it, everywhere.
    fn as_str(self) -> &'static str;

    /// The value that a text stands for.
    #[must_use]
    fn from_text(text: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|value| value.as_str() == text)
    }

    /// All the texts, for an error message or a CHECK list.
    #[must_use]
    fn texts() -> Vec<String> {
        Self::ALL.iter().map(|v| v.as_str().to_owned()).collect()
    }
}

/// Declares a [`TextEnum`] with its texts beside its values.
#[macro_export]
macro_rules! text_enum {
    ($(#[$meta:meta])* $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name {
            $($(#[$variant_meta])* $variant),+
        }

        impl $crate::text_enum::TextEnum for $name {
            const ALL: &'static [Self] = &[$(Self::$variant),+];

            fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        impl $crate::serde::Serialize for $name {
            fn serialize<S: $crate::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str($crate::text_enum::TextEnum::as_str(*self))
            }
        }

        impl<'de> $crate::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <String as $crate::serde::Deserialize>::deserialize(deserializer)?;
                <Self as $crate::text_enum::TextEnum>::from_text(&text)
                    .ok_or_else(|| $crate::serde::de::Error::custom($crate::text_enum::none_of::<Self>(&text)))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str($crate::text_enum::TextEnum::as_str(*self))
            }
        }
    };
}
pub use text_enum;

/// What is said of a text that stands for none of the values.
#[must_use]
pub fn none_of<T: TextEnum>(text: &str) -> String {
    format!("{text:?} is none of {}", T::texts().join(", "))
}

/// A move that a state machine does not have, and those that it has from there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidState {
    /// The state as it is.
    pub state: &'static str,
    /// The events that it allows and that a call makes.
    pub allowed: Vec<&'static str>,
}

/// What moves a state machine.
pub(crate) trait Event: TextEnum {
    /// Whether somebody makes it by a call. The others follow from the clock, from a payment or
    /// from a move of something else, and no refusal offers them.
    fn is_called(self) -> bool;
}

/// The events among `E` that a call makes and that lead somewhere from a state.
pub(crate) fn invalid_state<S: TextEnum, E: Event>(
    state: S,
    next: impl Fn(S, E) -> Option<S>,
) -> InvalidState {
    InvalidState {
        state: state.as_str(),
        allowed: E::ALL
            .iter()
            .filter(|event| event.is_called() && next(state, **event).is_some())
            .map(|event| event.as_str())
            .collect(),
    }
}
