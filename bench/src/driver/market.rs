//! What of the generated market the calls are about, read from the database.

use anyhow::{Context, Result, ensure};
use serde_json::json;
use sqlx::PgPool;
use uuid::Uuid;

use crate::connection::{Call, Connection};

pub struct Market {
    pool: PgPool,
    password: String,
}

/// Somebody who is signed in.
pub struct SignedIn {
    pub access_token: String,
}

impl Market {
    pub async fn open(url: &str, password: String) -> Result<Self> {
        let pool = PgPool::connect(url).await?;
        // What autovacuum would do by itself after a while; here it would fall into a slice.
        sqlx::query("VACUUM ANALYZE").execute(&pool).await?;
        Ok(Self { pool, password })
    }

    /// Some visible tutors, spread over all.
    pub async fn tutors(&self, count: i64) -> Result<Vec<Uuid>> {
        let ids = sqlx::query_scalar(
            "SELECT id FROM tutor_profiles WHERE hidden_at IS NULL AND deleted_at IS NULL \
             ORDER BY md5(id::text) LIMIT $1",
        );
        Ok(ids.bind(count).fetch_all(&self.pool).await?)
    }

    /// Open orders and their students' e-mails, one a student.
    pub async fn open_orders(&self, count: i64) -> Result<Vec<(Uuid, String)>> {
        let orders = sqlx::query_as(
            "SELECT DISTINCT ON (u.id) o.id, u.email FROM orders o JOIN users u ON u.id = o.student_id \
             WHERE o.status = 'open' AND o.expires_at > now() ORDER BY u.id, o.id LIMIT $1",
        );
        let orders: Vec<_> = orders.bind(count).fetch_all(&self.pool).await?;
        ensure!(!orders.is_empty(), "the market has no open order");
        Ok(orders)
    }

    /// E-mails of tutors who never paid for anything.
    pub async fn unpaid_tutors(&self, count: i64) -> Result<Vec<String>> {
        let emails = sqlx::query_scalar(
            "SELECT u.email FROM tutor_profiles t JOIN users u ON u.id = t.user_id \
             WHERE t.stripe_customer_id IS NULL \
             AND NOT EXISTS (SELECT FROM payments p WHERE p.tutor_id = t.id) \
             ORDER BY t.id LIMIT $1",
        );
        Ok(emails.bind(count).fetch_all(&self.pool).await?)
    }

    pub async fn sign_in(&self, connection: &mut Connection, email: &str) -> Result<SignedIn> {
        let body = json!({ "email": email, "password": self.password });
        let answer = connection
            .json(&Call::post("/auth/login", body.to_string()))
            .await?;
        let access_token = answer.get("access_token").and_then(|token| token.as_str());
        Ok(SignedIn {
            access_token: access_token.context("no access token")?.to_owned(),
        })
    }
}
