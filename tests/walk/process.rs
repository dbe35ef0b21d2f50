//! The built binary as a process: started in a folder of its own, heard, stopped, never left over.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

const BINARY: &str = env!("CARGO_BIN_EXE_tutors");
/// Far beyond what anything here takes: reached only when something hangs.
const DEADLINE: Duration = Duration::from_secs(60);

/// `tutors …` in the folder, with these variables and no others.
fn tutors(folder: &Path, args: &[&str], env: &[(&str, &str)]) -> Command {
    let mut command = Command::new(BINARY);
    command
        .args(args)
        .env_clear()
        .envs(env.iter().copied())
        .current_dir(folder)
        .stdin(Stdio::null())
        .kill_on_drop(true);
    command
}

/// What a command that ended has said.
pub struct Ended {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
    pub took: Duration,
}

impl Ended {
    /// The standard output of a command that went well.
    #[track_caller]
    pub fn succeeded(&self) -> &str {
        assert_eq!(self.code, Some(0), "{}", self.stderr);
        &self.stdout
    }

    /// The complaint of a command that failed, as a command should.
    #[track_caller]
    pub fn failed(&self) -> &str {
        assert_eq!(self.code, Some(1), "{}{}", self.stdout, self.stderr);
        assert!(self.stderr.contains("error: "), "{}", self.stderr);
        assert!(!self.stderr.contains("panicked"), "{}", self.stderr);
        &self.stderr
    }
}

/// Runs a command to its end.
pub async fn run(folder: &Path, args: &[&str], env: &[(&str, &str)]) -> Ended {
    run_with_input(folder, args, env, "").await
}

pub async fn run_with_input(
    folder: &Path,
    args: &[&str],
    env: &[(&str, &str)],
    input: &str,
) -> Ended {
    let started = Instant::now();
    let mut child = tutors(folder, args, env)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that doesn't read its input may be gone already.
    let _ = child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .await;
    let output = timeout(DEADLINE, child.wait_with_output()).await;
    let output = output
        .unwrap_or_else(|_| panic!("`tutors {}` does not end", args.join(" ")))
        .unwrap();
    Ended {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
        took: started.elapsed(),
    }
}

/// A server that runs until it is stopped; killed when it is dropped.
pub struct Running {
    child: Child,
    stdout: Lines<BufReader<ChildStdout>>,
    log: PathBuf,
    pub started: Instant,
}

impl Running {
    pub fn start(folder: &Path, args: &[&str], env: &[(&str, &str)]) -> Self {
        let log = folder.join(format!("log-{}", uuid::Uuid::now_v7().simple()));
        let started = Instant::now();
        let mut child = tutors(folder, args, env)
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap()).lines();
        Self {
            child,
            stdout,
            log,
            started,
        }
    }

    /// What it has logged so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    /// Its standard output, up to the line that begins so.
    pub async fn said_until(&mut self, last: &str) -> Vec<String> {
        let mut lines = Vec::new();
        while !lines
            .last()
            .is_some_and(|line: &String| line.starts_with(last))
        {
            let line = timeout(DEADLINE, self.stdout.next_line()).await;
            let line = line.unwrap_or_else(|_| panic!("silent after {lines:?}; {}", self.log()));
            match line.unwrap() {
                Some(line) => lines.push(line),
                None => panic!("ended after {lines:?}; {}", self.log()),
            }
        }
        lines
    }

    /// Where its log says that it serves.
    pub async fn logged_address(&mut self) -> String {
        self.logged_after("serving on http://").await
    }

    /// The address that follows these words in its log.
    pub async fn logged_after(&mut self, words: &str) -> String {
        wait_for("the line that says where it is", async || {
            let log = self.log();
            let address = log.split_once(words)?.1;
            let end = address.find([',', '"', ' '])?;
            Some(format!("http://{}", address.get(..end)?))
        })
        .await
    }

    /// Ends it as a power cut does: nothing of it runs any more.
    pub async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// Ends it as an orchestrator does, and gives its exit code.
    pub async fn terminate(mut self) -> Option<i32> {
        let pid = self.child.id().expect("it has ended by itself").to_string();
        let told = Command::new("kill").args(["-TERM", &pid]).status().await;
        assert!(told.unwrap().success());
        let ended = timeout(DEADLINE, self.child.wait()).await;
        ended.expect("it ignores SIGTERM").unwrap().code()
    }
}

/// Looks again and again, until it is there or the deadline is reached. For the readiness of a
/// process, and for what it does by itself: what a request has done is done when it is answered.
pub async fn wait_for<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + DEADLINE;
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(Instant::now() < deadline, "no sign of {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// What the operations listener at an address answers.
pub async fn asked(operations: &str, path: &str) -> String {
    let response = reqwest::get(format!("{operations}{path}")).await.unwrap();
    assert!(response.status().is_success(), "{response:?}");
    response.text().await.unwrap()
}
