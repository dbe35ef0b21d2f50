//! Evidence that a tutor shows: a diploma, a certificate. Only what is known of it; the document
//! itself lies in an object store, under a key that whoever uploaded it was given there.

use crate::text_enum::{TextEnum, text_enum};
use crate::validation::{FieldProblem, Violations, text, within};

text_enum! {
    /// What a document shows.
    DocumentKind {
        Diploma = "diploma",
        Certificate = "certificate",
        Licence = "licence",
        Other = "other",
    }
}

text_enum! {
    /// What a document may be: what a person can look at, and nothing that runs.
    ContentType { Pdf = "application/pdf", Jpeg = "image/jpeg", Png = "image/png" }
}

/// The state of a document that its tutor is verified by.
pub const RELIED_ON: &str = "relied_on";

/// How many documents a tutor may have beside those that they are verified by, which stay.
pub const MAX_DOCUMENTS: usize = 20;
/// 20 MiB.
pub const MAX_BYTES: i64 = 20 * 1024 * 1024;

/// The name of a document in the object store. Neither a path nor a URL: 16 to 128 lower-case
/// letters, digits and hyphens, so that whoever joins it to a bucket's address stays in that bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StorageKey(String);

impl StorageKey {
    /// # Errors
    /// Anything else.
    pub fn parse(raw: &str) -> Result<Self, FieldProblem> {
        let is_plain = raw
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if is_plain && (16..=128).contains(&raw.len()) {
            Ok(Self(raw.to_owned()))
        } else {
            Err(FieldProblem::InvalidFormat {
                expected: "16 to 128 of a-z, 0-9 and -",
            })
        }
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A document as somebody described it, unchecked.
#[derive(Debug, Clone)]
pub struct DocumentDraft {
    pub kind: String,
    pub file_name: String,
    pub content_type: String,
    pub size_bytes: i64,
    pub storage_key: String,
}

/// A document, checked.
#[derive(Debug, Clone)]
pub struct DocumentTerms {
    pub kind: DocumentKind,
    pub file_name: String,
    pub content_type: ContentType,
    pub size_bytes: i64,
    pub storage_key: StorageKey,
}

impl DocumentDraft {
    /// # Errors
    /// Everything that is wrong with it.
    pub fn parse(&self) -> Result<DocumentTerms, Violations> {
        let mut wrong = Violations::default();
        let kind = wrong.take("/kind", one_of(&self.kind));
        let file_name = wrong.take("/file_name", file_name(&self.file_name));
        let content_type = wrong.take("/content_type", one_of(&self.content_type));
        let size_bytes = wrong.take("/size_bytes", within(self.size_bytes, 1, MAX_BYTES));
        let storage_key = wrong.take("/storage_key", StorageKey::parse(&self.storage_key));
        match (kind, file_name, content_type, size_bytes, storage_key) {
            (
                Some(kind),
                Some(file_name),
                Some(content_type),
                Some(size_bytes),
                Some(storage_key),
            ) => Ok(DocumentTerms {
                kind,
                file_name,
                content_type,
                size_bytes,
                storage_key,
            }),
            _ => Err(wrong),
        }
    }
}

fn one_of<T: TextEnum>(text: &str) -> Result<T, FieldProblem> {
    T::from_text(text).ok_or_else(|| FieldProblem::NotOneOf {
        allowed: T::texts(),
    })
}

/// A name to be shown, and never one of a place.
fn file_name(raw: &str) -> Result<String, FieldProblem> {
    let name = text(raw, 1, 255)?;
    if name.contains(['/', '\\', '<', '>']) || name.chars().any(char::is_control) {
        return Err(FieldProblem::InvalidFormat {
            expected: "a file's name, without a path",
        });
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_storage_key_is_neither_a_path_nor_a_url() {
        for raw in [
            "",
            "short",
            "../../etc/passwd-and-more",
            "a/b/c/d/e/f/g/h/i/j/k",
            "https://example.org/diploma",
            "file:diploma-of-a-university",
            "diploma.pdf.of.a.university",
            "DIPLOMA-OF-A-UNIVERSITY",
            "diploma%2fof-a-university",
            "диплом-университета-мгу",
            "diploma of a university",
            "diploma-of-a-university\n",
            "\u{0}diploma-of-a-university",
            &"a".repeat(129),
        ] {
            assert!(StorageKey::parse(raw).is_err(), "{raw}");
        }
        for raw in ["0193f2c4-7b1e-7c3a-9a55-3d1f0a6f1b2c", &"a".repeat(128)] {
            assert!(StorageKey::parse(raw).is_ok(), "{raw}");
        }
    }

    #[test]
    fn a_file_name_names_no_place() {
        for raw in [
            "",
            "a/b.pdf",
            "..\\b.pdf",
            "a\u{0}.pdf",
            "<b>.pdf",
            &"a".repeat(256),
        ] {
            assert!(file_name(raw).is_err(), "{raw:?}");
        }
        assert_eq!(file_name(" Диплом МГУ.pdf "), Ok("Диплом МГУ.pdf".into()));
    }
}
