//! Who joins, and what they can be found by.

use chrono::{DateTime, Utc};
use persistence::subjects::Subject;
use persistence::tutor_subjects::TutorSubject;
use persistence::{tutor_hours, tutor_search};
use services::accounts::{self, RegistrationDraft};
use services::{ServiceError, tutors};

use super::Scribe;
use crate::fixture::{Student, Tutor};

impl<'f> Scribe<'f> {
    pub(super) fn join_as_tutor(
        &mut self,
        at: DateTime<Utc>,
        tutor: &'f Tutor,
    ) -> Result<(), ServiceError> {
        self.join(at, &tutor.key, &tutor.account())?;
        let user = self.users.get(&tutor.key.as_str())?;
        let terms = tutor.profile().parse()?;
        let profile = tutors::new_profile(self.ids.stamp(at), user.id, &terms)?;
        // In the order of the catalogue, as the public card names them.
        let taught = |subject: &&Subject| terms.subjects.contains(&subject.slug);
        let subjects: Vec<Subject> = self.catalogue.iter().filter(taught).cloned().collect();
        let links = subjects.iter().map(|subject| TutorSubject {
            tutor_id: profile.id,
            subject_id: subject.id,
        });
        self.written.tutor_subjects.extend(links);
        let hours = tutor_hours::rows_of(profile.id, &terms.availability);
        self.written.tutor_hours.extend(hours);
        let document = tutors::search_document(user, &profile, &subjects);
        let search = tutor_search::row(profile.id, &document);
        self.written.tutor_search.push(search);
        self.tutors.add(&tutor.key, profile);
        Ok(())
    }

    pub(super) fn join_as_student(
        &mut self,
        at: DateTime<Utc>,
        student: &'f Student,
    ) -> Result<(), ServiceError> {
        self.join(at, &student.key, &student.account())
    }

    fn join(
        &mut self,
        at: DateTime<Utc>,
        key: &'f str,
        account: &RegistrationDraft,
    ) -> Result<(), ServiceError> {
        let account = account.parse_without_password()?;
        let stamp = self.ids.stamp(at);
        let user = accounts::new_user(stamp, &account, self.password_hash.clone());
        self.users.add(key, user);
        Ok(())
    }

    pub(super) fn verify_tutor(
        &mut self,
        at: DateTime<Utc>,
        tutor: &'f Tutor,
    ) -> Result<(), ServiceError> {
        let profile = self.tutors.get_mut(&tutor.key.as_str())?;
        profile.is_verified = true;
        profile.version += 1;
        profile.updated_at = at;
        Ok(())
    }
}
