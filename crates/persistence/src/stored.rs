//! How the enums of `domain` lie in columns.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Deref;

use domain::lesson_format::LessonFormat;
use domain::text_enum::TextEnum;
use sea_orm::sea_query::{ArrayType, ColumnType, Nullable, StringLen, ValueType, ValueTypeErr};
use sea_orm::{
    ActiveValue, ColIdx, DbErr, IntoActiveValue, QueryResult, TryGetError, TryGetable, Value,
};

/// A [`TextEnum`] in a text column with a CHECK list.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Stored<T>(pub T);

impl<T> Deref for Stored<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> From<T> for Stored<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<T: TextEnum> fmt::Debug for Stored<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<T: TextEnum> From<Stored<T>> for Value {
    fn from(value: Stored<T>) -> Self {
        value.0.as_str().into()
    }
}

impl<T: TextEnum> TryGetable for Stored<T> {
    fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
        let text = String::try_get_by(row, index)?;
        T::from_text(&text).map(Self).ok_or_else(|| {
            TryGetError::DbErr(DbErr::Type(format!("{text} is none of {:?}", T::texts())))
        })
    }
}

impl<T: TextEnum> ValueType for Stored<T> {
    fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
        let text = <String as ValueType>::try_from(value)?;
        T::from_text(&text).map(Self).ok_or(ValueTypeErr)
    }

    fn type_name() -> String {
        std::any::type_name::<T>().to_owned()
    }

    fn array_type() -> ArrayType {
        ArrayType::String
    }

    fn column_type() -> ColumnType {
        ColumnType::String(StringLen::None)
    }
}

impl<T: TextEnum> Nullable for Stored<T> {
    fn null() -> Value {
        Value::String(None)
    }
}

impl<T: TextEnum> IntoActiveValue<Self> for Stored<T> {
    fn into_active_value(self) -> ActiveValue<Self> {
        ActiveValue::Set(self)
    }
}

/// The lesson formats that two columns stand for.
pub(crate) fn formats_of(online: bool, offline: bool) -> BTreeSet<LessonFormat> {
    [
        (online, LessonFormat::Online),
        (offline, LessonFormat::Offline),
    ]
    .into_iter()
    .filter(|(is_offered, _)| *is_offered)
    .map(|(_, format)| format)
    .collect()
}
