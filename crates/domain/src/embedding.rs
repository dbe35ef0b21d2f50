//! What a text means, as a direction in space: vectors that a model makes, and what must hold of
//! them before one is stored or compared.
//!
//! Vectors of two models, or of two sizes of one, have nothing in common. So each carries the model
//! that made it, and none is compared with another's.

use std::fmt;

/// pgvector indexes no longer ones.
pub const MAX_DIMENSIONS: u16 = 2_000;
/// Longer names are nobody's.
const MAX_NAME_BYTES: usize = 128;

/// A model that makes vectors, and how long it is told to make them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EmbeddingModel {
    name: String,
    dimensions: u16,
}

impl EmbeddingModel {
    /// # Errors
    /// A name that is not of 1 to 128 letters, digits and `-._:/@+`, or dimensions that are not 1
    /// to [`MAX_DIMENSIONS`].
    pub fn new(name: &str, dimensions: u16) -> Result<Self, EmbeddingError> {
        let is_fine = |c: char| c.is_ascii_alphanumeric() || "-._:/@+".contains(c);
        if name.is_empty() || name.len() > MAX_NAME_BYTES || !name.chars().all(is_fine) {
            return Err(EmbeddingError::Name);
        }
        if !(1..=MAX_DIMENSIONS).contains(&dimensions) {
            return Err(EmbeddingError::Dimensions(dimensions));
        }
        Ok(Self {
            name: name.to_owned(),
            dimensions,
        })
    }

    /// As the provider knows it. Nothing in it needs to be quoted in SQL.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    #[must_use]
    pub fn dimensions(&self) -> u16 {
        self.dimensions
    }

    /// Name and size in one, such as `text-embedding-3-small/512`: what is stored to say by which
    /// model a text has been embedded. It never changes and no two models share one.
    #[must_use]
    pub fn key(&self) -> String {
        self.to_string()
    }
}

impl fmt::Display for EmbeddingModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.name, self.dimensions)
    }
}

/// A text's vector: of its model's length, finite, and with a direction.
#[derive(Debug, Clone, PartialEq)]
pub struct Embedding {
    model: EmbeddingModel,
    values: Vec<f32>,
}

impl Embedding {
    /// # Errors
    /// What is wrong with the vector. Nothing that is refused here could be compared: a database
    /// would fail on it, or leave it out without a word.
    pub fn new(model: &EmbeddingModel, values: Vec<f32>) -> Result<Self, EmbeddingError> {
        if values.len() != usize::from(model.dimensions) {
            return Err(EmbeddingError::Length {
                expected: model.dimensions,
                found: values.len(),
            });
        }
        if !values.iter().all(|value| value.is_finite()) {
            return Err(EmbeddingError::NotFinite);
        }
        // In single precision, as pgvector adds them up.
        let squares: f32 = values.iter().map(|value| value * value).sum();
        if !squares.is_normal() {
            return Err(EmbeddingError::NoDirection);
        }
        Ok(Self {
            model: model.clone(),
            values,
        })
    }

    #[must_use]
    pub fn model(&self) -> &EmbeddingModel {
        &self.model
    }

    #[must_use]
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// How alike two texts are, from -1 to 1; none if they are of different models.
    #[must_use]
    pub fn cosine(&self, other: &Self) -> Option<f64> {
        (self.model == other.model).then(|| cosine(&self.values, &other.values))
    }
}

fn cosine(a: &[f32], b: &[f32]) -> f64 {
    let (mut product, mut a_squares, mut b_squares) = (0.0, 0.0, 0.0);
    for (a, b) in a.iter().zip(b) {
        let (a, b) = (f64::from(*a), f64::from(*b));
        product += a * b;
        a_squares += a * a;
        b_squares += b * b;
    }
    // One root of a product and not the product of two roots: of a vector with itself exactly 1.
    (product / (a_squares * b_squares).sqrt()).clamp(-1.0, 1.0)
}

/// Why something is no model or no vector of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EmbeddingError {
    #[error("a model's name is 1 to {MAX_NAME_BYTES} letters, digits and -._:/@+")]
    Name,
    #[error("a vector has 1 to {MAX_DIMENSIONS} dimensions, not {0}")]
    Dimensions(u16),
    #[error("a vector of {expected} dimensions has {found}")]
    Length { expected: u16, found: usize },
    #[error("a vector has a number that is not finite")]
    NotFinite,
    #[error("a vector is too short or too long to have a direction")]
    NoDirection,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(dimensions: u16) -> EmbeddingModel {
        EmbeddingModel::new("text-embedding-3-small", dimensions).unwrap()
    }

    fn embedding(values: &[f32]) -> Embedding {
        let dimensions = u16::try_from(values.len()).unwrap();
        Embedding::new(&model(dimensions), values.to_vec()).unwrap()
    }

    #[test]
    fn a_key_is_the_name_and_the_size() {
        assert_eq!(model(512).key(), "text-embedding-3-small/512");
    }

    #[test]
    fn a_name_that_would_need_quoting_is_refused() {
        let long = "m".repeat(129);
        for name in ["", "a'b", "a b", "a\\b", "a;b", "модель", &long] {
            assert_eq!(EmbeddingModel::new(name, 8), Err(EmbeddingError::Name));
        }
        for name in ["BAAI/bge-m3", "nomic-embed-text:v1.5", "a@b+c_d"] {
            assert_eq!(EmbeddingModel::new(name, 8).unwrap().name(), name);
        }
    }

    #[test]
    fn dimensions_are_1_to_2000() {
        for dimensions in [0, 2_001] {
            let refused = EmbeddingModel::new("m", dimensions);
            assert_eq!(refused, Err(EmbeddingError::Dimensions(dimensions)));
        }
        for dimensions in [1, 2_000] {
            assert!(EmbeddingModel::new("m", dimensions).is_ok());
        }
    }

    #[test]
    fn a_vector_of_another_length_is_refused() {
        let refused = Embedding::new(&model(3), vec![1.0; 2]);
        let why = EmbeddingError::Length {
            expected: 3,
            found: 2,
        };
        assert_eq!(refused, Err(why));
    }

    #[test]
    fn a_number_that_is_not_finite_is_refused() {
        for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let refused = Embedding::new(&model(2), vec![1.0, value]);
            assert_eq!(refused, Err(EmbeddingError::NotFinite));
        }
    }

    #[test]
    fn a_vector_without_a_direction_is_refused() {
        for value in [0.0, 1e-30, 3e38] {
            let refused = Embedding::new(&model(2), vec![value; 2]);
            assert_eq!(refused, Err(EmbeddingError::NoDirection));
        }
    }

    #[test]
    fn the_cosine_is_of_the_angle_alone() {
        let vector = embedding(&[0.3, 0.4]);
        for (other, cosine) in [
            ([0.3, 0.4], 1.0),
            ([30.0, 40.0], 1.0),
            ([-0.3, -0.4], -1.0),
            ([-0.4, 0.3], 0.0),
            ([0.3, 0.0], 0.6),
        ] {
            let found = vector.cosine(&embedding(&other)).unwrap();
            assert!((found - cosine).abs() < 1e-7, "{other:?}: {found}");
        }
    }

    #[test]
    fn vectors_of_two_models_are_not_compared() {
        let values = vec![1.0, 2.0];
        let other = EmbeddingModel::new("another", 2).unwrap();
        let other = Embedding::new(&other, values.clone()).unwrap();
        assert_eq!(embedding(&values).cosine(&other), None);
    }
}
