//! Whether the baseline is one: the same statements to the database, the same bytes to the caller.

use std::path::Path;
use std::time::Duration;

use anyhow::{Result, ensure};

use crate::connection::{Call, Connection};
use crate::server::Server;

/// Compares what both answer, byte by byte.
pub async fn bodies(ours: &Server, baseline: &Server, calls: &[Call]) -> Result<()> {
    let mut ours = Connection::open(ours.address).await?;
    let mut baseline = Connection::open(baseline.address).await?;
    for call in calls {
        let (said, expected) = (ours.succeed(call).await?, baseline.succeed(call).await?);
        ensure!(
            said == expected,
            "{} differs:\n  ours      {}\n  baseline  {}",
            call.path,
            String::from_utf8_lossy(&said),
            String::from_utf8_lossy(&expected)
        );
    }
    Ok(())
}

/// Compares the statements that each sends for a call. Both must have been started with
/// `Log::Statements`. Gives ours back.
pub async fn statements(ours: &Server, baseline: &Server, call: &Call) -> Result<Vec<String>> {
    let (said, expected) = (sent(ours, call).await?, sent(baseline, call).await?);
    ensure!(
        said == expected,
        "{} sends other statements:\n  ours      {said:#?}\n  baseline  {expected:#?}",
        call.path
    );
    ensure!(!said.is_empty(), "{} was seen to send nothing", call.path);
    Ok(said)
}

async fn sent(server: &Server, call: &Call) -> Result<Vec<String>> {
    let before = settled(&server.log).await?;
    Connection::open(server.address)
        .await?
        .succeed(call)
        .await?;
    let after = settled(&server.log).await?;
    Ok(after
        .lines()
        .skip(before.lines().count())
        .filter_map(statement)
        .collect())
}

/// The log once nothing has been added to it for a while: what the server does by itself when it
/// starts is over then.
async fn settled(log: &Path) -> Result<String> {
    let mut text = std::fs::read_to_string(log)?;
    loop {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let later = std::fs::read_to_string(log)?;
        if later == text {
            return Ok(text);
        }
        text = later;
    }
}

/// `… execute sqlx_s_1: SELECT …`
fn statement(line: &str) -> Option<String> {
    let (_, execution) = line.split_once("execute ")?;
    let (_, statement) = execution.split_once(": ")?;
    Some(statement.trim().to_owned())
}
