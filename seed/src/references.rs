//! Whether the entries of a fixture fit together: the keys that it uses, and what it cannot tell.

use std::collections::HashSet;

use domain::validation::FieldProblem;

use crate::error::{SeedError, entry_name};
use crate::fixture::{Fixture, Order};

/// # Errors
/// The first entry that repeats a key, names an unknown one or tells what no history can hold.
pub(crate) fn check(fixture: &Fixture) -> Result<(), SeedError> {
    let tutors = keys("tutors", fixture.tutors.iter().map(|tutor| &tutor.key))?;
    let students = keys("students", fixture.students.iter().map(|s| &s.key))?;
    keys("orders", fixture.orders.iter().map(|order| &order.key))?;
    for (i, order) in fixture.orders.iter().enumerate() {
        let entry = entry_name("orders", i, Some(&order.key));
        if !students.contains(order.student.as_str()) {
            return Err(SeedError::invalid(
                &entry,
                "/student",
                FieldProblem::Unknown,
            ));
        }
        check_applications(&entry, order, &tutors)?;
        check_end(&entry, order)?;
    }
    Ok(())
}

fn keys<'f>(
    list: &str,
    written: impl Iterator<Item = &'f String>,
) -> Result<HashSet<&'f str>, SeedError> {
    let mut known = HashSet::new();
    for (i, key) in written.enumerate() {
        if !known.insert(key.as_str()) {
            let entry = entry_name(list, i, Some(key));
            return Err(SeedError::invalid(&entry, "/key", FieldProblem::Duplicate));
        }
    }
    Ok(known)
}

fn check_applications(entry: &str, order: &Order, tutors: &HashSet<&str>) -> Result<(), SeedError> {
    let mut applied = HashSet::new();
    for (i, application) in order.applications.iter().enumerate() {
        let problem = if !tutors.contains(application.tutor.as_str()) {
            FieldProblem::Unknown
        } else if !applied.insert(application.tutor.as_str()) {
            FieldProblem::Duplicate
        } else {
            continue;
        };
        let pointer = format!("/applications/{i}/tutor");
        return Err(SeedError::invalid(entry, pointer, problem));
    }
    for (i, tutor) in order.withdrawn.iter().enumerate() {
        if !applied.contains(tutor.as_str()) {
            let pointer = format!("/withdrawn/{i}");
            return Err(SeedError::invalid(entry, pointer, FieldProblem::Unknown));
        }
    }
    match &order.booking {
        Some(booking) if !applied.contains(booking.tutor.as_str()) => Err(SeedError::invalid(
            entry,
            "/booking/tutor",
            FieldProblem::Unknown,
        )),
        _ => Ok(()),
    }
}

/// A cancellation of something paid would be refunded, and no provider knows the payments of a
/// seed: a refund of one could never be sent.
fn check_end(entry: &str, order: &Order) -> Result<(), SeedError> {
    let Some(booking) = &order.booking else {
        return Ok(());
    };
    if booking.paid.is_none() {
        return Ok(());
    }
    let paid = FieldProblem::Conflicts { other: "paid" };
    if booking.cancelled.is_some() {
        return Err(SeedError::invalid(entry, "/booking/cancelled", paid));
    }
    if order.cancelled.is_some() {
        return Err(SeedError::invalid(entry, "/cancelled", paid));
    }
    Ok(())
}
