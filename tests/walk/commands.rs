//! The other commands: each does what its help says, and its errors say what to do.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use super::process::{run, run_with_input};
use super::serving::Server;
use crate::support::TestDatabase;

const SQLITE: (&str, &str) = ("DATABASE_URL", "sqlite://market.sqlite?mode=rwc");

#[actix_web::test]
async fn the_help_names_every_command_and_where_to_begin() {
    let folder = tempfile::tempdir().unwrap();
    let help = run(folder.path(), &["--help"], &[]).await;
    let help = help.succeeded();
    for part in [
        "demo",
        "serve",
        "worker",
        "migrate",
        "seed",
        "openapi",
        "admin",
        "tutors demo",
    ] {
        assert!(help.contains(part), "{part} is not in {help}");
    }
}

#[actix_web::test]
async fn the_schema_goes_up_and_down_step_by_step() {
    let folder = tempfile::tempdir().unwrap();
    let migrate = async |args: &[&str]| {
        let args = [&["migrate"], args].concat();
        let ended = run(folder.path(), &args, &[SQLITE]).await;
        let lines = ended.succeeded().lines();
        let (applied, missing): (Vec<_>, Vec<_>) =
            lines.partition(|line| line.starts_with("applied "));
        assert!(
            missing.iter().all(|line| line.starts_with("missing ")),
            "{missing:?}"
        );
        (applied.len(), missing.len())
    };
    let (none, all) = migrate(&["status"]).await;
    assert!(none == 0 && all > 1, "{none} applied, {all} missing");
    assert_eq!(migrate(&["up"]).await, (all, 0));
    assert_eq!(migrate(&["down"]).await, (all - 1, 1));
    assert_eq!(migrate(&["status"]).await, (all - 1, 1));
    assert_eq!(
        migrate(&["down", "--steps", &(all - 1).to_string()]).await,
        (0, all)
    );
    assert_eq!(migrate(&["up"]).await, (all, 0));
}

#[actix_web::test]
async fn the_document_printed_is_the_one_in_the_repository() {
    let folder = tempfile::tempdir().unwrap();
    let printed = run(folder.path(), &["openapi"], &[]).await;
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../openapi/openapi.json");
    let kept = std::fs::read_to_string(file).unwrap();
    assert!(printed.succeeded() == kept, "run `just openapi`");
}

#[actix_web::test]
async fn an_administrator_is_made_once_by_the_command_line() {
    let (folder, database) = (tempfile::tempdir().unwrap(), TestDatabase::empty().await);
    let env = [("DATABASE_URL", database.url())];
    let create = [
        "admin",
        "create",
        "--email",
        "x@example.org",
        "--password-stdin",
    ];
    let password = "лампа-и-сова";
    let create = async |input: &str| run_with_input(folder.path(), &create, &env, input).await;
    let short = create("short\n").await;
    assert!(short.failed().contains("password"), "{}", short.stderr);
    create(&format!("{password}\n")).await.succeeded();
    let second = create(&format!("{password}\n")).await;
    assert!(
        second
            .failed()
            .contains("an account with this e-mail already"),
        "{}",
        second.stderr
    );

    let made = ["admin", "create", "--email", "y@example.org"];
    let made = run(folder.path(), &made, &env).await;
    let (_, made) = made.succeeded().trim().rsplit_once(' ').unwrap();
    let server = Server::start(database.url()).await;
    for (email, password) in [("x@example.org", password), ("y@example.org", made)] {
        let admin = server.anonymous.login(email, password).await;
        assert_eq!(admin.user["role"], "admin");
    }
}

/// A market of one tutor and one student.
fn fixture() -> Value {
    json!({
        "tutors": [{
            "key": "t01", "email": "tutor@example.com", "first_name": "Мария",
            "last_name": "Иванова", "bio": "Готовлю к ЕГЭ по математике.", "experience_years": 12,
            "hourly_rate": 180_000, "subjects": ["matematika"], "city": "Москва",
            "region": "Москва", "time_zone": "Europe/Moscow", "formats": ["online"],
            "availability": { "monday": ["16:00-21:00"] }, "verified": true, "premium": false,
            "joined_day": -40,
        }],
        "students": [{
            "key": "s01", "email": "student@example.com", "first_name": "Пётр",
            "last_name": "Иванов", "time_zone": "Europe/Moscow", "joined_day": -30,
        }],
        "orders": [{
            "key": "o01", "student": "s01", "subject": "matematika", "title": "ЕГЭ по математике",
            "description": "Нужна геометрия.", "budget_min": 100_000, "budget_max": 180_000,
            "formats": ["online"], "placed": { "day": -1, "time": "12:00" },
        }],
    })
}

#[actix_web::test]
async fn a_fixture_is_loaded_as_a_whole_or_not_at_all() {
    let (folder, database) = (tempfile::tempdir().unwrap(), TestDatabase::empty().await);
    let env = [("DATABASE_URL", database.url())];
    let load = async |name: &str, fixture: &Value| {
        std::fs::write(folder.path().join(name), fixture.to_string()).unwrap();
        run(folder.path(), &["seed", "load", name], &env).await
    };
    let mut broken = fixture();
    broken["orders"][0]["budget_max"] = json!(1);
    let refused = load("broken.json", &broken).await;
    assert!(
        refused.failed().contains(r#"orders[0] "o01""#),
        "{}",
        refused.stderr
    );
    assert!(refused.stderr.contains("budget_max"), "{}", refused.stderr);
    let mut misspelt = fixture();
    misspelt["tutors"][0]["hourly_rat"] = json!(1);
    let refused = load("misspelt.json", &misspelt).await;
    assert!(
        refused.failed().contains("hourly_rat"),
        "{}",
        refused.stderr
    );
    let missing = run(folder.path(), &["seed", "load", "no-such.json"], &env).await;
    assert!(
        missing.failed().contains("no-such.json"),
        "{}",
        missing.stderr
    );
    let server = Server::start(database.url()).await;
    let tutors = server.anonymous.get("/tutors").await.expect(200);
    assert_eq!(tutors["items"], json!([]));

    let loaded = load("good.json", &fixture()).await;
    let said = "Loaded 1 tutors, 1 students, 1 orders, 0 bookings, 0 reviews.";
    assert!(loaded.succeeded().contains(said), "{}", loaded.stdout);
    let tutors = server.anonymous.get("/tutors").await.expect(200);
    assert_eq!(tutors["items"].as_array().unwrap().len(), 1, "{tutors}");
}

async fn refused_to_serve(folder: &Path, env: &[(&str, &str)]) -> String {
    let ended = run(folder, &["serve"], env).await;
    // It takes milliseconds; the rest is for a busy machine.
    assert!(ended.took < Duration::from_secs(5), "{:?}", ended.took);
    ended.failed().to_owned()
}

#[actix_web::test]
async fn a_server_says_at_once_all_that_its_environment_lacks() {
    let folder = tempfile::tempdir().unwrap();
    let complaint = refused_to_serve(folder.path(), &[]).await;
    let missing = [
        "JWT_SECRET",
        "FRONTEND_URL",
        "ALLOWED_HOSTS",
        "STRIPE_SECRET_KEY",
        "STRIPE_WEBHOOK_SECRET",
    ];
    for name in missing {
        let line = complaint
            .lines()
            .find(|line| line.trim().starts_with(&format!("{name}:")));
        assert!(line.is_some(), "{name} is not in {complaint}");
    }
    assert_eq!(
        complaint.matches("is missing").count(),
        missing.len(),
        "{complaint}"
    );
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        0,
        "it left something"
    );
}

#[actix_web::test]
async fn a_configuration_can_be_checked_without_starting_anything() {
    let folder = tempfile::tempdir().unwrap();
    let args = ["config", "check"];
    let checked = run(folder.path(), &args, &[]).await;
    let complaint = checked.failed();
    let served = refused_to_serve(folder.path(), &[]).await;
    let faults = |text: &str| {
        let lines = text.lines().filter(|line| line.contains("is missing"));
        lines.map(|line| line.trim().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(faults(complaint), faults(&served));
    let env = [
        ("DEBUG", "true"),
        ("STRIPE", "fake"),
        ("JWT_SECRET", "a secret of at least thirty-two bytes"),
    ];
    let checked = run(folder.path(), &args, &env).await;
    let shown = checked.succeeded();
    assert!(shown.contains("JWT_SECRET=***\n"), "{shown}");
    assert!(!shown.contains("thirty-two"), "{shown}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

/// Another database than the one that was meant would be made, and nothing said.
#[actix_web::test]
async fn a_command_finds_its_database_in_a_file_as_the_server_does() {
    let folder = tempfile::tempdir().unwrap();
    let args = ["migrate", "status"];
    let env = [("DATABASE_URL_FILE", "nowhere")];
    let ended = run(folder.path(), &args, &env).await;
    assert!(
        ended.failed().contains("DATABASE_URL_FILE: "),
        "{}",
        ended.stderr
    );
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[actix_web::test]
async fn a_complaint_names_variables_and_never_values() {
    let folder = tempfile::tempdir().unwrap();
    let env = [
        ("DEBUG", "value-1"),
        ("BIND_ADDR", "value-2"),
        ("OPS_ADDR", "value-3"),
        ("FRONTEND_URL", "value-4"),
        ("DATABASE_URL", "value-5"),
        ("JWT_SECRET", "value-6"),
        ("STRIPE", "value-7"),
        ("STRIPE_SECRET_KEY", "value-8"),
        ("STRIPE_API_BASE", "value-9"),
    ];
    let complaint = refused_to_serve(folder.path(), &env).await;
    for (name, value) in env {
        assert!(
            name == "STRIPE_SECRET_KEY" || complaint.contains(&format!("{name}: ")),
            "{name}"
        );
        assert!(!complaint.contains(value), "{complaint}");
    }
}

#[actix_web::test]
async fn the_fake_takes_no_payments_of_a_real_server() {
    let folder = tempfile::tempdir().unwrap();
    let env = [
        ("STRIPE", "fake"),
        ("FRONTEND_URL", "https://tutors.example.org"),
        ("JWT_SECRET", "a secret of at least thirty-two bytes"),
        ("BIND_ADDR", "127.0.0.1:0"),
    ];
    let complaint = refused_to_serve(folder.path(), &env).await;
    assert!(
        complaint.contains("STRIPE: ") && complaint.contains("DEBUG=true"),
        "{complaint}"
    );
}
