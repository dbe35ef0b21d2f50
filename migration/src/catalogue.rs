//! The catalogue of subjects: part of the product, so it comes with the schema.

use sea_orm_migration::sea_orm::{ConnectionTrait, DbErr, Statement, Value};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};
use uuid::Uuid;

pub(crate) struct Catalogue;

impl MigrationName for Catalogue {
    fn name(&self) -> &str {
        "m20261123_000006_catalogue"
    }
}

/// Slug, name in Russian, name in English, category, icon; in the order in which they are listed.
const SUBJECTS: [(&str, &str, &str, &str, &str); 14] = [
    (
        "matematika",
        "Математика",
        "Mathematics",
        "exact",
        "calculator",
    ),
    ("fizika", "Физика", "Physics", "natural", "atom"),
    ("himiya", "Химия", "Chemistry", "natural", "flask"),
    ("biologiya", "Биология", "Biology", "natural", "leaf"),
    (
        "anglijskij-yazyk",
        "Английский язык",
        "English",
        "languages",
        "globe",
    ),
    (
        "nemeckij-yazyk",
        "Немецкий язык",
        "German",
        "languages",
        "globe",
    ),
    (
        "russkij-yazyk",
        "Русский язык",
        "Russian",
        "languages",
        "pen",
    ),
    (
        "literatura",
        "Литература",
        "Literature",
        "humanities",
        "book",
    ),
    ("istoriya", "История", "History", "humanities", "scroll"),
    (
        "obshchestvoznanie",
        "Обществознание",
        "Social studies",
        "humanities",
        "people",
    ),
    ("geografiya", "География", "Geography", "natural", "map"),
    (
        "informatika",
        "Информатика",
        "Computer science",
        "exact",
        "code",
    ),
    ("ekonomika", "Экономика", "Economics", "exact", "chart"),
    (
        "filosofiya",
        "Философия",
        "Philosophy",
        "humanities",
        "columns",
    ),
];

/// The same on every installation, so that data can move between them.
fn subject_id(position: i64) -> Uuid {
    // A UUIDv7 of the epoch's first milliseconds.
    Uuid::from_u128(0x0000_0000_0000_7000_8000_0000_0000_0000 | u128::from(position.unsigned_abs()))
}

#[async_trait::async_trait]
impl MigrationTrait for Catalogue {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (position, (slug, name_ru, name_en, category, icon)) in (1_i64..).zip(SUBJECTS) {
            let values: [Value; 7] = [
                subject_id(position).into(),
                slug.into(),
                name_ru.into(),
                name_en.into(),
                category.into(),
                icon.into(),
                position.into(),
            ];
            manager
                .get_connection()
                .execute_raw(Statement::from_sql_and_values(
                    manager.get_database_backend(),
                    "INSERT INTO subjects (id, slug, name_ru, name_en, category, icon, position) \
                     VALUES ($1, $2, $3, $4, $5, $6, $7)",
                    values,
                ))
                .await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .get_connection()
            .execute_unprepared("DELETE FROM subjects")
            .await?;
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
