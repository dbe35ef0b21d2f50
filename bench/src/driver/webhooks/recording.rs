//! What a server says to PostgreSQL for a purchase's deliveries, read off PostgreSQL's own log.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use sqlx::PgPool;

use super::Args;
use super::customers::Range;
use super::deliveries::Purchase;
use crate::connection::Connection;
use crate::server::Server;

/// A statement, and its parameters as text.
#[derive(Debug)]
pub struct Statement {
    pub sql: String,
    pub parameters: Vec<Option<String>>,
}

/// Delivers the events of one copy, and gives the statements that this took.
pub async fn record(
    args: &Args,
    pool: &PgPool,
    server: &Server,
    purchase: &Purchase,
    range: Range,
) -> Result<Vec<Statement>> {
    log_statements(pool, "all").await?;
    let before = settled(args).await?;
    let mut connection = Connection::open(server.address).await?;
    for call in purchase.calls(range.first) {
        let answer = connection.json(&call).await?;
        let outcome = answer.get("outcome").and_then(Value::as_str);
        ensure!(outcome == Some("applied"), "a delivery came to {answer}");
    }
    let after = settled(args).await?;
    log_statements(pool, "none").await?;
    let mut statements = Vec::new();
    for line in after.lines().skip(before.lines().count()) {
        let entry: Value = serde_json::from_str(line).context("the log is not JSON")?;
        statements.extend(statement(&entry)?);
    }
    ensure!(!statements.is_empty(), "no statement was seen");
    Ok(statements)
}

/// The log once nothing has been added to it for a while.
async fn settled(args: &Args) -> Result<String> {
    let mut text = std::fs::read_to_string(&args.database_log)?;
    loop {
        tokio::time::sleep(Duration::from_millis(700)).await;
        let later = std::fs::read_to_string(&args.database_log)?;
        if later == text {
            return Ok(text);
        }
        text = later;
    }
}

/// For connections that are open already, too.
async fn log_statements(pool: &PgPool, which: &'static str) -> Result<()> {
    let set = format!("ALTER SYSTEM SET log_statement = '{which}'");
    sqlx::query(sqlx::AssertSqlSafe(set)).execute(pool).await?;
    sqlx::query("SELECT pg_reload_conf()").execute(pool).await?;
    Ok(())
}

/// `execute sqlx_s_1: SELECT …` with its parameters, or `statement: BEGIN`.
fn statement(entry: &Value) -> Result<Option<Statement>> {
    let field = |name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default();
    let message = field("message");
    let sql = match message.strip_prefix("execute ") {
        Some(execution) => execution.split_once(": ").map(|(_, sql)| sql),
        None => message.strip_prefix("statement: "),
    };
    let Some(sql) = sql else {
        return Ok(None);
    };
    let detail = field("detail");
    let parameters = match detail.split_once("arameters: ") {
        Some((_, list)) => parameters(list)?,
        None => Vec::new(),
    };
    Ok(Some(Statement {
        sql: sql.trim().to_owned(),
        parameters,
    }))
}

/// `$1 = 'it''s', $2 = NULL`
fn parameters(mut list: &str) -> Result<Vec<Option<String>>> {
    let mut parameters = Vec::new();
    while !list.is_empty() {
        let (_, rest) = list
            .split_once(" = ")
            .context("a parameter without a value")?;
        let rest = match rest.strip_prefix("NULL") {
            Some(rest) => {
                parameters.push(None);
                rest
            }
            None => {
                let (value, rest) = quoted(rest)?;
                parameters.push(Some(value));
                rest
            }
        };
        list = rest.strip_prefix(", ").unwrap_or(rest);
    }
    Ok(parameters)
}

fn quoted(text: &str) -> Result<(String, &str)> {
    let mut rest = text.strip_prefix('\'').context("a value without quotes")?;
    let mut value = String::new();
    loop {
        let Some((part, after)) = rest.split_once('\'') else {
            bail!("a value without an end");
        };
        value.push_str(part);
        match after.strip_prefix('\'') {
            Some(after) => {
                value.push('\'');
                rest = after;
            }
            None => return Ok((value, after)),
        }
    }
}
