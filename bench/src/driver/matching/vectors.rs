//! The vectors of tutors. The server's own job joins each to the index by itself, which for 100,000 of
//! them takes far longer than to make the index of all at once. So all but a few are put there by SQL,
//! as the provider would have made them; the job makes the index over them and embeds the last.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use openai_fake::trigrams;
use uuid::Uuid;

use super::provider::{DIMENSIONS, MODEL, Provider};
use super::sized_market::SizedMarket;
use crate::server::{Kind, Log, Server, Stripe};

/// How many are left to the job.
const LEFT: i64 = 32;
const AT_A_TIME: usize = 1_000;
const LONGEST: Duration = Duration::from_secs(30 * 60);

/// Embeds every tutor of the market.
pub async fn embed(
    market: &SizedMarket,
    program: &Path,
    stripe: &Stripe,
    logs: &Path,
) -> Result<()> {
    put(market).await?;
    let provider = Provider::start()?;
    // In PostgreSQL's default of 64 MB there is no room for the index while it is made.
    let url = format!("{}?options[maintenance_work_mem]=1GB", market.url);
    let kind = Kind::Ours {
        program,
        stripe,
        openai: Some(&provider.settings),
        takes_jobs: true,
    };
    let server = Server::start(kind, &url, Log::Warnings, logs).await?;
    let began = Instant::now();
    while market.pending().await? > 0 {
        ensure!(began.elapsed() < LONGEST, "tutors still wait: see {logs:?}");
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    drop(server);
    sqlx::query("VACUUM ANALYZE").execute(&market.pool).await?;
    Ok(())
}

/// As the server would say it, but that nothing is masked: subjects, and the tutor's own words.
async fn put(market: &SizedMarket) -> Result<()> {
    let tutors: Vec<(Uuid, String)> = sqlx::query_as(
        "SELECT p.id, string_agg(s.name_ru, ', ') || '. ' || p.bio AS text \
         FROM tutor_profiles p JOIN tutor_subjects t ON t.tutor_id = p.id \
         JOIN subjects s ON s.id = t.subject_id \
         WHERE p.is_verified AND p.hidden_at IS NULL AND p.deleted_at IS NULL \
         AND p.embedded_with IS NULL \
         GROUP BY p.id ORDER BY p.id OFFSET $1",
    )
    .bind(LEFT)
    .fetch_all(&market.pool)
    .await?;
    for some in tutors.chunks(AT_A_TIME) {
        let ids: Vec<Uuid> = some.iter().map(|(id, _)| *id).collect();
        let texts: Vec<&str> = some.iter().map(|(_, text)| text.as_str()).collect();
        let vectors: Vec<String> = texts.iter().map(|text| vector(text)).collect();
        sqlx::query(
            "WITH put AS (INSERT INTO tutor_embeddings \
             (tutor_id, model, dimensions, text_hash, embedding, created_at) \
             SELECT id, $4, $5, sha256(convert_to(text, 'UTF8')), vector::vector, now() \
             FROM unnest($1::uuid[], $2::text[], $3::text[]) AS t (id, text, vector)) \
             UPDATE tutor_profiles SET embedded_with = $4 || '/' || $5::text WHERE id = ANY ($1)",
        )
        .bind(ids)
        .bind(texts)
        .bind(vectors)
        .bind(MODEL)
        .bind(i64::from(DIMENSIONS))
        .execute(&market.pool)
        .await?;
    }
    Ok(())
}

/// As pgvector reads it.
fn vector(text: &str) -> String {
    let numbers = trigrams::embed(text, usize::from(DIMENSIONS));
    let numbers: Vec<String> = numbers.iter().map(f32::to_string).collect();
    format!("[{}]", numbers.join(","))
}
