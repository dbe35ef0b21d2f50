//! Several workers on one database, each with a thread and connections of its own, as processes have.

use std::collections::{BTreeMap, BTreeSet};
use std::future::pending;
use std::sync::{Arc, Barrier, Mutex};

use persistence::{Db, DbConfig};
use services::ServiceError;
use services::clock::VirtualClock;
use services::jobs::{Job, JobOutcome, LEASE, run_next};
use tokio::sync::oneshot;
use uuid::Uuid;

use super::{jobs, run_well, some_job};
use crate::support::{TestApp, never};

const WORKERS: usize = 4;
const JOBS: usize = 60;

/// Who runs what now, and how often each job was run.
#[derive(Default)]
struct Book {
    running: BTreeSet<Uuid>,
    runs: BTreeMap<Uuid, usize>,
}

impl Book {
    fn begin(&mut self, id: Uuid) {
        assert!(self.running.insert(id), "{id} is run twice at a time");
        *self.runs.entry(id).or_default() += 1;
    }
}

/// A worker on a thread of its own.
fn on_a_thread<T: Send + 'static>(
    app: &TestApp,
    work: impl AsyncFnOnce(Db, Arc<VirtualClock>) -> T + Send + 'static,
) -> oneshot::Receiver<T> {
    let clock = Arc::clone(&app.clock);
    let config = DbConfig {
        url: app.database_url().to_owned(),
        max_connections: 2,
        schema: None,
    };
    let (done, result) = oneshot::channel();
    std::thread::spawn(move || {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = runtime.enable_all().build().unwrap();
        let result = runtime.block_on(async {
            let db = Db::connect(&config).await.unwrap();
            work(db, clock).await
        });
        // A test that has failed already waits no more.
        let _ = done.send(result);
    });
    result
}

/// Runs everything that is due on all workers, which begin at once; what each job has come to.
async fn work_off(app: &TestApp, book: &Arc<Mutex<Book>>) {
    let start = Arc::new(Barrier::new(WORKERS));
    let workers: Vec<_> = (0..WORKERS)
        .map(|n| {
            let (book, start) = (Arc::clone(book), Arc::clone(&start));
            on_a_thread(app, async move |db, clock| {
                start.wait();
                let name = format!("worker-{n}");
                let work = async |_: Job, id| {
                    book.lock().unwrap().begin(id);
                    for _ in 0..10 {
                        tokio::task::yield_now().await;
                    }
                    book.lock().unwrap().running.remove(&id);
                    Ok::<_, ServiceError>(())
                };
                while let Some(run) = run_next(&db, &*clock, &name, never, work).await.unwrap() {
                    assert_eq!(run.outcome, JobOutcome::Done);
                }
                db.close().await.unwrap();
            })
        })
        .collect();
    for worker in workers {
        worker.await.unwrap();
    }
}

#[actix_web::test]
async fn of_many_workers_each_job_is_run_by_one() {
    let app = TestApp::new().await;
    for _ in 0..JOBS {
        app.enqueue(&some_job()).await;
    }
    let book = Arc::new(Mutex::new(Book::default()));
    work_off(&app, &book).await;
    let runs = &book.lock().unwrap().runs;
    assert_eq!(runs.len(), JOBS);
    assert!(runs.values().all(|times| *times == 1), "{runs:?}");
}

#[actix_web::test]
async fn what_a_killed_worker_leaves_is_taken_over_once_by_one_of_the_others() {
    let app = TestApp::new().await;
    for _ in 0..JOBS {
        app.enqueue(&some_job()).await;
    }
    let killed = on_a_thread(&app, async |db, clock| {
        let (begin, begun) = oneshot::channel();
        let work = async |_, id| {
            begin.send(id).unwrap();
            pending().await
        };
        tokio::select! {
            run = run_next(&db, &*clock, "killed", never, work) => unreachable!("{run:?}"),
            begun = begun => begun.unwrap(),
        }
    });
    let orphan = killed.await.unwrap();
    let book = Arc::new(Mutex::new(Book::default()));
    work_off(&app, &book).await;
    assert!(!book.lock().unwrap().runs.contains_key(&orphan));
    assert_eq!(book.lock().unwrap().runs.len(), JOBS - 1);
    assert_eq!(run_well(&app).await, None);

    app.advance(LEASE);
    work_off(&app, &book).await;
    assert_eq!(book.lock().unwrap().runs.get(&orphan), Some(&1));
    let rows = jobs(&app).await;
    let orphan = rows.iter().find(|job| job.id == orphan).unwrap();
    assert_eq!(orphan.attempts, 2);
}
