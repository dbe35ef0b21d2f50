//! Who joins: accounts without a password, which nobody can sign in to until they are given one.

use persistence::{Actor, Tx};
use services::{ServiceError, accounts, tutors};

use crate::fixture::{Student, Tutor};
use crate::teller::{JoinedTutor, Teller};

impl<'f> Teller<'f> {
    pub(crate) async fn join_as_tutor(
        &mut self,
        tx: &mut Tx,
        tutor: &'f Tutor,
    ) -> Result<(), ServiceError> {
        let account = tutor.account().parse_without_password()?;
        let user = accounts::create(tx, &account, None).await?;
        tx.move_to(tx.now(), Actor::User(user.id));
        let card = tutors::create(tx, user.id, tutor.profile()).await?;
        let joined = JoinedTutor {
            user_id: user.id,
            profile_id: card.profile.id,
        };
        self.tutors.insert(&tutor.key, joined);
        Ok(())
    }

    pub(crate) async fn join_as_student(
        &mut self,
        tx: &Tx,
        student: &'f Student,
    ) -> Result<(), ServiceError> {
        let account = student.account().parse_without_password()?;
        let user = accounts::create(tx, &account, None).await?;
        self.students.insert(&student.key, user.id);
        Ok(())
    }
}
