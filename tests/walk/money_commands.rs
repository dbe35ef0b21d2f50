//! What an accountant types: `tutors ledger` and `tutors payouts`.

use persistence::{execute_for_tests, texts_for_tests};

use super::process::{Ended, run};
use crate::support::TestApp;

struct Office {
    app: TestApp,
    folder: tempfile::TempDir,
}

impl Office {
    async fn new() -> Self {
        Self {
            app: TestApp::with_stripe().await,
            folder: tempfile::tempdir().unwrap(),
        }
    }

    async fn run(&self, args: &[&str]) -> Ended {
        let env = [("DATABASE_URL", self.app.database_url())];
        run(self.folder.path(), args, &env).await
    }

    async fn change(&self, sql: &str) {
        execute_for_tests(self.app.db(), sql).await.unwrap();
    }

    /// A lesson that took place, whose money is due by the clock of the machine.
    async fn owe(&self) {
        let (tutor, _) = self.app.tutor().await;
        self.app.completed_booking(&tutor).await;
        self.change("UPDATE payouts SET due_at = (SELECT min(created_at) FROM users)")
            .await;
    }
}

#[actix_web::test]
async fn a_ledger_that_is_right_is_shown_and_said_to_be_right() {
    let office = Office::new().await;
    let (tutor, _) = office.app.tutor().await;
    office.app.confirmed_booking(&tutor).await;
    let checked = office.run(&["ledger", "check"]).await;
    let lines: Vec<&str> = checked.succeeded().lines().collect();
    let balance = |account: &str| {
        let line = lines.iter().find(|line| line.starts_with(account));
        line.unwrap().split_whitespace().nth(1).unwrap()
    };
    assert_eq!(balance("escrow"), "1500.00");
    assert_eq!(balance("student"), "-1500.00");
    assert!(lines.last().unwrap().starts_with("The ledger is right"));
}

#[actix_web::test]
async fn a_row_that_somebody_changed_by_hand_is_named() {
    let changes = [
        (
            "UPDATE ledger_entries SET amount_minor = amount_minor + 1 WHERE account = 'escrow'",
            "ledger_transactions",
            "out of balance: transaction",
        ),
        (
            "UPDATE payments SET paid_at = NULL",
            "payments",
            "paid and not booked, or booked and not paid: payment",
        ),
        (
            "UPDATE payments SET refunded_minor = 5",
            "payments",
            "given back and not booked so, or the reverse: payment",
        ),
        (
            "UPDATE payments SET disputed_minor = 5",
            "payments",
            "disputed and not booked so, or the reverse: payment",
        ),
    ];
    for (sql, table, complaint) in changes {
        let office = Office::new().await;
        let (tutor, _) = office.app.tutor().await;
        office.app.confirmed_booking(&tutor).await;
        office.change(sql).await;
        let ids = format!("SELECT lower({}) FROM {table}", id_as_text(&office.app));
        let ids = texts_for_tests(office.app.db(), &ids).await.unwrap();
        let id = uuid::Uuid::parse_str(&ids[0]).unwrap();
        let checked = office.run(&["ledger", "check"]).await;
        let expected = format!("{complaint} {id}");
        assert!(checked.failed().contains(&expected), "{}", checked.stderr);
        assert!(!checked.stdout.contains("is right"), "{}", checked.stdout);
    }
}

/// SQLite keeps an id as its bytes.
fn id_as_text(app: &TestApp) -> &'static str {
    use persistence::Reader;
    if app.db().is_postgres() {
        "id::text"
    } else {
        "hex(id)"
    }
}

#[actix_web::test]
async fn an_empty_ledger_is_right() {
    let office = Office::new().await;
    let checked = office.run(&["ledger", "check"]).await;
    assert!(checked.succeeded().starts_with("The ledger is right"));
}

#[actix_web::test]
async fn without_anything_due_there_is_no_list() {
    let office = Office::new().await;
    let (tutor, _) = office.app.tutor().await;
    // Owed, and due only after a week.
    office.app.completed_booking(&tutor).await;
    let exported = office.run(&["payouts", "export", "--out", "due.csv"]).await;
    assert_eq!(exported.succeeded(), "Nothing is due.\n");
    assert!(!office.folder.path().join("due.csv").exists());
}

#[actix_web::test]
async fn what_is_due_is_put_on_one_list_in_a_file() {
    let office = Office::new().await;
    office.owe().await;
    let exported = office.run(&["payouts", "export", "--out", "due.csv"]).await;
    let said = exported.succeeded().trim_end();
    let list = said.strip_prefix("1 payouts are on the list ").unwrap();
    let list = list.trim_end_matches('.');
    let csv = std::fs::read_to_string(office.folder.path().join("due.csv")).unwrap();
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(
        lines[0],
        "export_id,payout_id,tutor_id,booking_id,amount,currency,due_at"
    );
    assert!(lines[1].starts_with(&format!("{list},")), "{csv}");
    assert!(lines[1].contains(",1350.00,RUB,"), "{csv}");
    assert_eq!(lines.len(), 2);
    let again = office.run(&["payouts", "export"]).await;
    assert_eq!(again.succeeded(), "Nothing is due.\n");
}

#[actix_web::test]
async fn a_list_is_printed_again_as_it_was_and_paid_once() {
    let office = Office::new().await;
    office.owe().await;
    let printed = office.run(&["payouts", "export"]).await;
    let csv = printed.succeeded();
    let (list, _) = csv.lines().nth(1).unwrap().split_once(',').unwrap();
    let shown = office.run(&["payouts", "show", list]).await;
    assert_eq!(shown.succeeded(), csv);
    let paid = office.run(&["payouts", "paid", list]).await;
    assert_eq!(paid.succeeded(), "1 payouts are paid.\n");
    let again = office.run(&["payouts", "paid", list]).await;
    assert_eq!(again.succeeded(), "0 payouts are paid.\n");
    let shown = office.run(&["payouts", "show", list]).await;
    assert_eq!(shown.succeeded(), csv);
}

#[actix_web::test]
async fn where_the_file_cannot_be_made_nothing_is_put_on_a_list() {
    let office = Office::new().await;
    office.owe().await;
    std::fs::write(office.folder.path().join("older.csv"), "an older list").unwrap();
    for file in ["no-such-folder/due.csv", "older.csv"] {
        let exported = office.run(&["payouts", "export", "--out", file]).await;
        assert!(exported.failed().contains(file), "{}", exported.stderr);
        assert_eq!(office.run(&["payouts", "lists"]).await.succeeded(), "");
    }
    let kept = std::fs::read_to_string(office.folder.path().join("older.csv"));
    assert_eq!(kept.unwrap(), "an older list");
    // What was not put on a list is put on the next one.
    let exported = office.run(&["payouts", "export"]).await;
    assert_eq!(exported.succeeded().lines().count(), 2);
    let lists = office.run(&["payouts", "lists"]).await;
    assert_eq!(lists.succeeded().lines().count(), 1);
}

#[actix_web::test]
async fn a_list_that_nobody_made_is_named_in_the_complaint() {
    let office = Office::new().await;
    let list = uuid::Uuid::now_v7().to_string();
    for action in ["show", "paid"] {
        let ended = office.run(&["payouts", action, &list]).await;
        let complaint = format!("there is no list {list}");
        assert!(ended.failed().contains(&complaint), "{}", ended.stderr);
        assert_eq!(ended.stdout, "");
    }
}
