//! The story of the README, pasted into a shell beside a demo.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use tokio::process::Command;

use super::demo::{ANY_PORT, Demo};

const README: &str = include_str!("../../README.md");
const ITS_ADDRESS: &str = "http://127.0.0.1:8080";

/// The block of shell commands under this heading.
fn block(heading: &str) -> &'static str {
    let (_, rest) = README.split_once(heading).expect(heading);
    let (_, rest) = rest.split_once("```sh\n").unwrap();
    rest.split_once("```").unwrap().0
}

#[actix_web::test]
async fn the_story_of_the_readme_works_as_pasted() {
    let curl = Command::new("curl").arg("--version").output().await;
    let bash = Command::new("bash").arg("--version").output().await;
    if curl.is_err() || bash.is_err() {
        println!("skipped: this needs bash and curl");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let demo = Demo::start(folder.path(), &[], &ANY_PORT).await;
    let story = block("## The whole story with curl");
    assert!(story.contains(ITS_ADDRESS));
    let story = story.replace(ITS_ADDRESS, &demo.anonymous.site);
    let shell = Command::new("bash").args(["-c", &story]).output().await;
    let printed = String::from_utf8(shell.unwrap().stdout).unwrap();
    assert!(!printed.contains("urn:tutors:error"), "{printed}");
    assert!(!printed.contains("\"error\""), "{printed}");
    assert!(printed.contains("\nconfirmed\n"), "{printed}");

    let said: Vec<Value> = printed
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    let [.., before, month, cancelled, premium] = said.as_slice() else {
        panic!("{printed}");
    };
    let until = |premium: &Value| -> DateTime<Utc> {
        premium["expires_at"].as_str().unwrap().parse().unwrap()
    };
    assert_eq!(month["delivered"], true, "{printed}");
    assert_eq!(cancelled["delivered"], true, "{printed}");
    assert_eq!(premium["is_premium"], true, "{printed}");
    assert_eq!(premium["cancel_at_period_end"], true, "{printed}");
    let more = until(premium) - until(before);
    assert!(more >= TimeDelta::days(28), "{printed}");
}
