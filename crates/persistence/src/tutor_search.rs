//! What can be found of a tutor: our own stems, the same on both databases.

use domain::search::SearchDocument;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait, OnConflict, SimpleExpr};
use std::collections::BTreeSet;

use crate::{Reader, StoreError, Tx};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "tutor_search")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tutor_id: Uuid,
    pub name_stems: String,
    pub subject_stems: String,
    pub city_stems: String,
    pub bio_stems: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

pub use Model as TutorSearch;

/// What a tutor can be found by, as a row.
#[must_use]
pub fn row(tutor_id: Uuid, document: &SearchDocument) -> TutorSearch {
    TutorSearch {
        tutor_id,
        name_stems: padded(&document.name),
        subject_stems: padded(&document.subjects),
        city_stems: padded(&document.city),
        bio_stems: padded(&document.bio),
    }
}

/// Stores what a tutor can be found by, in place of what was stored before.
///
/// # Errors
/// The database failed.
pub async fn put(tx: &Tx, tutor_id: Uuid, document: &SearchDocument) -> Result<(), StoreError> {
    let columns = [
        Column::NameStems,
        Column::SubjectStems,
        Column::CityStems,
        Column::BioStems,
    ];
    Entity::insert(
        sea_orm::IntoActiveModel::into_active_model(row(tutor_id, document)).reset_all(),
    )
    .on_conflict(
        OnConflict::column(Column::TutorId)
            .update_columns(columns)
            .to_owned(),
    )
    .exec_without_returning(&tx.executor())
    .await?;
    Ok(())
}

/// `' stem stem '`, so that `' stem '` is found in it at the ends too.
fn padded(stems: &BTreeSet<String>) -> String {
    if stems.is_empty() {
        return String::from(" ");
    }
    let words: Vec<&str> = stems.iter().map(String::as_str).collect();
    format!(" {} ", words.join(" "))
}

/// The rows that have every one of the stems, by each database's own index.
pub(crate) fn has_all(reader: &impl Reader, stems: &[String]) -> SimpleExpr {
    // Stems are letters and digits, so that quoting them is enough; they are bound all the same.
    if reader.is_postgres() {
        let query: Vec<String> = stems.iter().map(|stem| format!("'{stem}'")).collect();
        Expr::cust_with_values("tutor_search.stems @@ $1::tsquery", [query.join(" & ")])
    } else {
        let query: Vec<String> = stems.iter().map(|stem| format!("\"{stem}\"")).collect();
        Expr::cust_with_values(
            "tutor_search.search_id IN (SELECT rowid FROM tutor_search_index WHERE stems MATCH ?)",
            [query.join(" AND ")],
        )
    }
}

/// How well a row answers the stems: the same integer as `domain::search::relevance`, a function of
/// row and query alone, so that a page can begin where the one before it ended.
pub(crate) fn relevance(stems: &[String]) -> SimpleExpr {
    let fields = [
        (Column::NameStems, domain::search::NAME_WEIGHT),
        (Column::SubjectStems, domain::search::SUBJECT_WEIGHT),
        (Column::CityStems, domain::search::CITY_WEIGHT),
        (Column::BioStems, domain::search::BIO_WEIGHT),
    ];
    let mut sum: SimpleExpr = Expr::val(0_i64);
    for stem in stems {
        for (field, weight) in fields {
            let hit = Expr::col((Entity, field)).like(format!("% {stem} %"));
            sum = sum.add(CaseStatement::new().case(hit, weight).finally(0_i64));
        }
    }
    sum
}
