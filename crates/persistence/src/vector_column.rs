//! How vectors lie in columns: as pgvector's type on PostgreSQL, as little-endian float32 in a blob
//! on SQLite.

use domain::embedding::{Embedding, EmbeddingModel};
use sea_orm::QueryResult;
use sea_orm::entity::prelude::PgVector;
use sea_orm::sea_query::{Expr, SimpleExpr, Value};

use crate::{Reader, StoreError};

/// A vector as a value of a statement.
pub(crate) fn bound(reader: &impl Reader, embedding: &Embedding) -> SimpleExpr {
    let values = embedding.values();
    if reader.is_postgres() {
        Expr::val(pg_value(embedding))
    } else {
        let bytes: Vec<u8> = values
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect();
        Expr::val(bytes)
    }
}

/// A vector as pgvector takes it.
pub(crate) fn pg_value(embedding: &Embedding) -> Value {
    PgVector::from(embedding.values().to_vec()).into()
}

/// The vector in a column of a row that names the model.
pub(crate) fn read(
    reader: &impl Reader,
    row: &QueryResult,
    column: &str,
    model: &EmbeddingModel,
) -> Result<Embedding, StoreError> {
    let values = if reader.is_postgres() {
        row.try_get::<PgVector>("", column)?.into()
    } else {
        let bytes: Vec<u8> = row.try_get("", column)?;
        let (numbers, rest) = bytes.as_chunks::<4>();
        if !rest.is_empty() {
            return Err(corrupt(model, "bytes of half a number"));
        }
        numbers
            .iter()
            .map(|four| f32::from_le_bytes(*four))
            .collect()
    };
    Embedding::new(model, values).map_err(|error| corrupt(model, error))
}

fn corrupt(model: &EmbeddingModel, error: impl std::fmt::Display) -> StoreError {
    StoreError::Corrupt(format!("a vector of {model}: {error}"))
}
