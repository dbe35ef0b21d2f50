//! Rows in the order of their making, found again by what the fixture calls them.

use std::collections::HashMap;
use std::hash::Hash;

use services::ServiceError;

#[derive(Debug)]
pub(super) struct Shelf<K, R> {
    rows: Vec<R>,
    places: HashMap<K, usize>,
}

impl<K, R> Default for Shelf<K, R> {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            places: HashMap::new(),
        }
    }
}

/// Of a step that comes before the one that it follows from.
const MISSING: ServiceError = ServiceError::Internal("a step is told before what it follows from");

impl<K: Eq + Hash, R> Shelf<K, R> {
    pub(super) fn add(&mut self, key: K, row: R) {
        self.places.insert(key, self.rows.len());
        self.rows.push(row);
    }

    pub(super) fn find(&self, key: &K) -> Option<&R> {
        self.rows.get(*self.places.get(key)?)
    }

    pub(super) fn get(&self, key: &K) -> Result<&R, ServiceError> {
        self.find(key).ok_or(MISSING)
    }

    pub(super) fn get_mut(&mut self, key: &K) -> Result<&mut R, ServiceError> {
        let place = self.places.get(key).copied().ok_or(MISSING)?;
        self.rows.get_mut(place).ok_or(MISSING)
    }

    pub(super) fn into_rows(self) -> Vec<R> {
        self.rows
    }
}
