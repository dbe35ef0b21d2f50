//! Where the application's letters go: a folder, or a mail server with a will of its own.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mailer::{Folder, Mailer, Sender, Smtp};
use services::Tools;
use services::jobs::run_due;
use services::mail::request_untried;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::app::TestApp;
use super::jobs::never;

fn sender() -> Sender {
    Sender::parse("Tutors <no-reply@tutors.test>").unwrap()
}

/// A letter as it arrived.
#[derive(Debug, Clone)]
pub struct Received(pub String);

impl Received {
    pub fn header(&self, name: &str) -> &str {
        let mut lines = self.0.lines().take_while(|line| !line.is_empty());
        let prefix = format!("{name}: ");
        lines.find_map(|line| line.strip_prefix(&prefix)).unwrap()
    }

    /// What a person reads.
    pub fn text(&self) -> String {
        let (_, body) = self.0.split_once("\r\n\r\n").unwrap();
        let body: String = body.split_whitespace().collect();
        String::from_utf8(STANDARD.decode(body).unwrap()).unwrap()
    }

    /// The link, and the token behind it.
    pub fn link(&self) -> (String, String) {
        let text = self.text();
        let link = text.lines().find(|line| line.contains("://")).unwrap();
        let (page, token) = link.split_once("#token=").unwrap();
        (page.to_owned(), token.to_owned())
    }
}

/// A folder that letters are put into.
pub struct Postbox(TempDir);

impl Postbox {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn mailer(&self) -> Mailer {
        Mailer::Folder(Folder::new(self.0.path().join("mail"), sender()))
    }

    /// What has arrived so far, the oldest first: the files are named by ids that sort by time.
    pub fn letters(&self) -> Vec<Received> {
        let Ok(files) = std::fs::read_dir(self.0.path().join("mail")) else {
            return Vec::new();
        };
        let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
        files.sort();
        let read = |file| Received(std::fs::read_to_string(file).unwrap());
        files.into_iter().map(read).collect()
    }

    pub fn last(&self) -> Received {
        self.letters().pop().expect("a letter has arrived")
    }
}

impl TestApp {
    /// Runs what is due, and gives the letters that are sent by it.
    pub async fn send_letters(&self) -> Vec<Received> {
        let postbox = Postbox::new();
        let post = self.post_office(postbox.mailer());
        let tools = Tools {
            post: &post,
            ..self.tools()
        };
        request_untried(tools, &self.scope()).await.unwrap();
        while run_due(tools, "of-the-letters", never)
            .await
            .unwrap()
            .is_some()
        {}
        postbox.letters()
    }

    /// The token of the only letter to this address.
    pub async fn mailed_token(&self, email: &str) -> String {
        let letters = self.send_letters().await;
        let to_them = letters.iter().filter(|letter| letter.header("To") == email);
        let pages: Vec<(String, String)> = to_them.map(Received::link).collect();
        pages.last().expect("a letter to them").1.clone()
    }
}

/// How a mail server treats a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behaviour {
    Takes,
    /// Refuses the recipient with this answer.
    Refuses(&'static str),
    /// Greets, and then says nothing any more.
    Hangs,
    /// Ends the connection once it has the letter, without an answer.
    Drops,
}

/// A mail server on a port of its own.
pub struct SmtpServer {
    port: u16,
    behaviour: Arc<Mutex<Behaviour>>,
    letters: Arc<Mutex<Vec<Received>>>,
}

impl SmtpServer {
    pub async fn start(behaviour: Behaviour) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            port: listener.local_addr().unwrap().port(),
            behaviour: Arc::new(Mutex::new(behaviour)),
            letters: Arc::default(),
        };
        let (behaviour, letters) = (Arc::clone(&server.behaviour), Arc::clone(&server.letters));
        actix_web::rt::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let behaviour = *behaviour.lock().unwrap();
                actix_web::rt::spawn(converse(stream, behaviour, Arc::clone(&letters)));
            }
        });
        server
    }

    pub fn behave(&self, behaviour: Behaviour) {
        *self.behaviour.lock().unwrap() = behaviour;
    }

    /// Gives up after so long.
    pub fn mailer(&self, timeout: Duration) -> Mailer {
        Mailer::Smtp(Smtp::new(&self.url().into(), sender(), timeout).unwrap())
    }

    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    pub fn letters(&self) -> Vec<Received> {
        self.letters.lock().unwrap().clone()
    }
}

/// One conversation (RFC 5321), as far as it is needed.
async fn converse(stream: TcpStream, behaviour: Behaviour, letters: Arc<Mutex<Vec<Received>>>) {
    let (reader, mut writer) = stream.into_split();
    let mut lines = BufReader::new(reader).lines();
    writer.write_all(b"220 ready\r\n").await.unwrap();
    while let Ok(Some(line)) = lines.next_line().await {
        let verb = line
            .split([' ', ':'])
            .next()
            .unwrap_or_default()
            .to_uppercase();
        let answer = match (verb.as_str(), behaviour) {
            (_, Behaviour::Hangs) => continue,
            ("RCPT", Behaviour::Refuses(answer)) => answer.to_owned(),
            ("DATA", _) => {
                writer.write_all(b"354 go on\r\n").await.unwrap();
                let mut text = String::new();
                while let Ok(Some(line)) = lines.next_line().await {
                    if line == "." {
                        break;
                    }
                    text.push_str(line.strip_prefix('.').unwrap_or(&line));
                    text.push_str("\r\n");
                }
                letters.lock().unwrap().push(Received(text));
                if behaviour == Behaviour::Drops {
                    return;
                }
                "250 taken".to_owned()
            }
            ("QUIT", _) => "221 bye".to_owned(),
            _ => "250 fine".to_owned(),
        };
        let answer = format!("{answer}\r\n");
        if writer.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}
