//! Vectors of texts that have been embedded before, by model and by the hash of the text.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use domain::embedding::{Embedding, EmbeddingModel};
use sea_orm::sea_query::{Condition, Expr, ExprTrait, OnConflict, Order, Query};
use sea_orm::{ConnectionTrait, DeriveIden};

use crate::{Reader, StoreError, Tx, vector_column};

/// SHA-256 of the text as it was embedded.
pub type TextHash = [u8; 32];

#[derive(DeriveIden)]
enum EmbeddingCache {
    Table,
    Model,
    Dimensions,
    TextHash,
    Embedding,
    CreatedAt,
    LastUsedAt,
}

/// More hashes are asked for in several statements.
const ASKED_AT_ONCE: usize = 1_000;
/// A use is noted once in that time: a search must not write each time.
const NOTED_EVERY: TimeDelta = TimeDelta::days(1);

/// Those of the texts that have been embedded by the model.
///
/// # Errors
/// The database failed.
pub async fn find(
    reader: &impl Reader,
    model: &EmbeddingModel,
    hashes: &[TextHash],
) -> Result<HashMap<TextHash, Embedding>, StoreError> {
    let mut found = HashMap::new();
    for some in hashes.chunks(ASKED_AT_ONCE) {
        let query = Query::select()
            .columns([EmbeddingCache::TextHash, EmbeddingCache::Embedding])
            .from(EmbeddingCache::Table)
            .cond_where(among(model, some))
            .to_owned();
        for row in reader.executor().query_all(&query).await? {
            let hash: Vec<u8> = row.try_get("", "text_hash")?;
            let hash = TextHash::try_from(hash)
                .map_err(|_| StoreError::Corrupt("a hash that is not of 32 bytes".into()))?;
            let embedding = vector_column::read(reader, &row, "embedding", model)?;
            found.insert(hash, embedding);
        }
    }
    Ok(found)
}

/// Keeps the vectors of texts; one that is kept already stays as it is.
///
/// # Errors
/// The database failed.
pub async fn put(tx: &Tx, embedded: &[(TextHash, Embedding)]) -> Result<(), StoreError> {
    for some in embedded.chunks(ASKED_AT_ONCE) {
        let mut insert = Query::insert();
        insert.into_table(EmbeddingCache::Table).columns([
            EmbeddingCache::Model,
            EmbeddingCache::Dimensions,
            EmbeddingCache::TextHash,
            EmbeddingCache::Embedding,
            EmbeddingCache::CreatedAt,
            EmbeddingCache::LastUsedAt,
        ]);
        // In one order, so that two who keep the same texts wait for each other in a line.
        let mut some: Vec<_> = some.iter().collect();
        some.sort_by_key(|(hash, _)| *hash);
        for (hash, embedding) in some {
            insert.values_panic([
                Expr::val(embedding.model().name()),
                Expr::val(i64::from(embedding.model().dimensions())),
                Expr::val(hash.to_vec()),
                vector_column::bound(tx, embedding),
                Expr::val(tx.now()),
                Expr::val(tx.now()),
            ]);
        }
        insert.on_conflict(OnConflict::new().do_nothing().to_owned());
        tx.executor().execute(&insert).await?;
    }
    Ok(())
}

/// Notes that the texts' vectors were used, unless that was noted within a day.
///
/// # Errors
/// The database failed.
pub async fn touch(tx: &Tx, model: &EmbeddingModel, hashes: &[TextHash]) -> Result<(), StoreError> {
    let update = Query::update()
        .table(EmbeddingCache::Table)
        .value(EmbeddingCache::LastUsedAt, tx.now())
        .cond_where(among(model, hashes))
        .and_where(Expr::col(EmbeddingCache::LastUsedAt).lte(tx.now() - NOTED_EVERY))
        .to_owned();
    tx.executor().execute(&update).await?;
    Ok(())
}

/// Removes what nobody has used since, at most `limit` of it; tells how many. Call it until it
/// removes fewer.
///
/// # Errors
/// The database failed.
pub async fn purge(tx: &Tx, unused_since: DateTime<Utc>, limit: u64) -> Result<u64, StoreError> {
    const KEY: [EmbeddingCache; 3] = [
        EmbeddingCache::Model,
        EmbeddingCache::Dimensions,
        EmbeddingCache::TextHash,
    ];
    let is_unused = || Expr::col(EmbeddingCache::LastUsedAt).lt(unused_since);
    let unused = Query::select()
        .columns(KEY)
        .from(EmbeddingCache::Table)
        .and_where(is_unused())
        .order_by(EmbeddingCache::LastUsedAt, Order::Asc)
        .limit(limit)
        .to_owned();
    let delete = Query::delete()
        .from_table(EmbeddingCache::Table)
        .and_where(Expr::tuple(KEY.map(Expr::col)).in_subquery(unused))
        // Again, for one that is used while it is waited for.
        .and_where(is_unused())
        .to_owned();
    let done = tx.executor().execute(&delete).await?;
    Ok(done.rows_affected())
}

fn among(model: &EmbeddingModel, hashes: &[TextHash]) -> Condition {
    let hashes = hashes.iter().map(|hash| hash.to_vec());
    Condition::all()
        .add(Expr::col(EmbeddingCache::Model).eq(model.name()))
        .add(Expr::col(EmbeddingCache::Dimensions).eq(i64::from(model.dimensions())))
        .add(Expr::col(EmbeddingCache::TextHash).is_in(hashes))
}
