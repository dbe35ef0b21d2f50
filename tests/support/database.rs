//! A database for one test: a copy of one that was migrated once, gone afterwards.

use std::path::PathBuf;
use std::sync::OnceLock;

use persistence::{Db, DbConfig, Patience};
use uuid::Uuid;

/// A migrated database that nobody else uses.
pub struct TestDatabase {
    pub db: Db,
    url: String,
    cleanup: Cleanup,
}

enum Cleanup {
    File(PathBuf),
    Postgres { admin_url: String, name: String },
}

impl TestDatabase {
    /// A migrated one.
    pub async fn new() -> Self {
        Self::with(Patience::SERVING).await
    }

    /// A migrated one, for somebody who waits longer or shorter than a server.
    pub async fn with(patience: Patience) -> Self {
        match postgres_url() {
            Some(admin_url) => {
                let template = postgres_template(&admin_url);
                Self::postgres(&admin_url, Some(template), patience).await
            }
            None => {
                let file = fresh_file();
                std::fs::copy(sqlite_template(), &file).unwrap();
                Self::sqlite(file, patience).await
            }
        }
    }

    /// One without a table.
    pub async fn empty() -> Self {
        Self::empty_with(Patience::SERVING).await
    }

    /// One without a table, for somebody who waits longer or shorter than a server.
    pub async fn empty_with(patience: Patience) -> Self {
        match postgres_url() {
            Some(admin_url) => Self::postgres(&admin_url, None, patience).await,
            None => Self::sqlite(fresh_file(), patience).await,
        }
    }

    /// Where it is, for a process of its own.
    pub fn url(&self) -> &str {
        &self.url
    }

    async fn sqlite(file: PathBuf, patience: Patience) -> Self {
        let url = format!("sqlite://{}?mode=rwc", file.display());
        Self {
            db: connect_with(&url, patience).await,
            url,
            cleanup: Cleanup::File(file),
        }
    }

    async fn postgres(admin_url: &str, template: Option<&str>, patience: Patience) -> Self {
        let name = format!("t_{}", Uuid::now_v7().simple());
        let template = template.unwrap_or("template0");
        run_on(
            admin_url,
            &format!("CREATE DATABASE {name} TEMPLATE {template}"),
        )
        .await;
        let url = with_database(admin_url, &name);
        Self {
            db: connect_with(&url, patience).await,
            url,
            cleanup: Cleanup::Postgres {
                admin_url: admin_url.to_owned(),
                name,
            },
        }
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        match &self.cleanup {
            Cleanup::File(file) => {
                for ending in ["", "-wal", "-shm"] {
                    let _ = std::fs::remove_file(format!("{}{ending}", file.display()));
                }
            }
            Cleanup::Postgres { admin_url, name } => {
                let sql = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
                block_on_own_thread(admin_url.clone(), sql);
            }
        }
    }
}

fn postgres_url() -> Option<String> {
    std::env::var("TEST_POSTGRES_URL")
        .ok()
        .filter(|url| !url.is_empty())
}

async fn connect(url: &str) -> Db {
    connect_with(url, Patience::SERVING).await
}

async fn connect_with(url: &str, patience: Patience) -> Db {
    let config = DbConfig {
        url: url.to_owned(),
        max_connections: 8,
        schema: None,
    };
    Db::connect_with(&config, patience).await.unwrap()
}

fn fresh_file() -> PathBuf {
    std::env::temp_dir().join(format!("tutors-test-{}.sqlite", Uuid::now_v7().simple()))
}

/// Migrated once in a process.
fn sqlite_template() -> &'static PathBuf {
    static TEMPLATE: OnceLock<PathBuf> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let file = fresh_file();
        let url = format!("sqlite://{}?mode=rwc", file.display());
        on_own_thread(async move {
            let db = connect(&url).await;
            migration::up(db.connection()).await.unwrap();
            // Folds the log into the file, so that the file alone is the database.
            db.close().await.unwrap();
        });
        file
    })
}

/// Migrated once in a process; named by the process, and dropped by the next one's first test.
fn postgres_template(admin_url: &str) -> &'static str {
    static TEMPLATE: OnceLock<String> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let name = format!("template_{}", std::process::id());
        let (admin_url, made) = (admin_url.to_owned(), name.clone());
        on_own_thread(async move {
            run_on(&admin_url, &format!("DROP DATABASE IF EXISTS {made}")).await;
            run_on(
                &admin_url,
                &format!("CREATE DATABASE {made} TEMPLATE template0"),
            )
            .await;
            let db = connect(&with_database(&admin_url, &made)).await;
            migration::up(db.connection()).await.unwrap();
            db.close().await.unwrap();
        });
        name
    })
}

fn with_database(admin_url: &str, name: &str) -> String {
    let mut url = url::Url::parse(admin_url).unwrap();
    url.set_path(name);
    url.to_string()
}

async fn run_on(url: &str, sql: &str) {
    let db = connect(url).await;
    persistence::execute_for_tests(&db, sql).await.unwrap();
    db.close().await.unwrap();
}

fn block_on_own_thread(url: String, sql: String) {
    on_own_thread(async move { run_on(&url, &sql).await });
}

/// A test's own runtime can't be blocked on from within it.
fn on_own_thread(work: impl Future<Output = ()> + Send + 'static) {
    std::thread::spawn(move || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
            .block_on(work);
    })
    .join()
    .unwrap();
}
