//! Which jobs there are. Each has a line in [`JobKind`], in [`Job`], in [`Job::policy`] and in
//! [`perform`]; one that is missing somewhere doesn't compile.

use chrono::TimeDelta;
use domain::text_enum::{InvalidState, TextEnum};
use persistence::jobs::JobState;
use persistence::mails::MailTemplate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{embed_tutors, match_order};
use crate::{ServiceError, Tools, checkout, mail};

domain::text_enum! {
    /// What a job is about, for the database, the log and the metrics.
    JobKind {
        MatchOrder = "match_order",
        EmbedTutors = "embed_tutors",
        IssueMail = "issue_mail",
        SendMail = "send_mail",
        DeleteCustomer = "delete_customer",
    }
}

/// A job with what it needs to know: ids only, since rows outlive what they are about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Job {
    /// Matches an open order with tutors, and tells them.
    MatchOrder { order_id: Uuid },
    /// Embeds the tutors whose text has changed.
    EmbedTutors,
    /// Writes somebody a letter that was asked for; the id may be nobody's.
    IssueMail {
        user_id: Uuid,
        template: MailTemplate,
    },
    /// Sends a letter of the outbox.
    SendMail { mail_id: Uuid },
    /// Deletes, at the provider, the customer of somebody who is erased.
    DeleteCustomer { user_id: Uuid },
}

/// How a job is queued and tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    pub kind: JobKind,
    /// Jobs with the same key do the same work.
    pub dedup_key: String,
    /// After so many tries it is dead.
    pub max_attempts: i64,
    /// Before the second try; each pause is twice the one before it.
    pub first_pause: TimeDelta,
    pub longest_pause: TimeDelta,
    /// A try that takes longer hangs.
    pub time_limit: TimeDelta,
}

impl Job {
    /// The table of all jobs.
    #[must_use]
    pub fn policy(&self) -> Policy {
        match self {
            Self::MatchOrder { order_id } => Policy {
                kind: JobKind::MatchOrder,
                dedup_key: format!("match_order:{order_id}"),
                // The pauses come to some half an hour: a provider's bad day is not the order's.
                max_attempts: 10,
                first_pause: TimeDelta::seconds(5),
                longest_pause: TimeDelta::minutes(10),
                time_limit: TimeDelta::minutes(5),
            },
            Self::EmbedTutors => Policy {
                kind: JobKind::EmbedTutors,
                dedup_key: "embed_tutors".to_owned(),
                // Housekeeping asks for it again each minute while somebody waits, so a dead one
                // keeps nobody waiting for ever.
                max_attempts: 5,
                first_pause: TimeDelta::seconds(5),
                longest_pause: TimeDelta::minutes(1),
                time_limit: TimeDelta::minutes(5),
            },
            Self::IssueMail { user_id, template } => Policy {
                kind: JobKind::IssueMail,
                dedup_key: format!("issue_mail:{}:{user_id}", template.as_str()),
                max_attempts: 5,
                first_pause: TimeDelta::seconds(5),
                longest_pause: TimeDelta::minutes(1),
                time_limit: TimeDelta::minutes(1),
            },
            Self::SendMail { mail_id } => Policy {
                kind: JobKind::SendMail,
                dedup_key: format!("send_mail:{mail_id}"),
                // The pauses come to some forty minutes: a reset's link is good for an hour.
                max_attempts: 9,
                first_pause: TimeDelta::seconds(10),
                longest_pause: TimeDelta::minutes(15),
                time_limit: TimeDelta::minutes(1),
            },
            Self::DeleteCustomer { user_id } => Policy {
                kind: JobKind::DeleteCustomer,
                dedup_key: format!("delete_customer:{user_id}"),
                // The pauses come to some fifteen hours: nobody waits, and nobody else will ask again.
                max_attempts: 12,
                first_pause: TimeDelta::seconds(30),
                longest_pause: TimeDelta::hours(6),
                time_limit: TimeDelta::minutes(1),
            },
        }
    }
}

impl Policy {
    /// How long to wait after the try with this number, which failed.
    #[must_use]
    pub fn pause_after(&self, attempts: i64) -> TimeDelta {
        let mut pause = self.first_pause;
        for _ in 1..attempts {
            if pause >= self.longest_pause {
                break;
            }
            pause = pause * 2;
        }
        pause.min(self.longest_pause)
    }
}

/// Does a job; `id` is its row's.
pub(super) async fn perform(tools: Tools<'_>, job: Job, id: Uuid) -> Result<(), ServiceError> {
    // Boxed: a job is deep, and a worker's stack is no deeper than that of any thread.
    match job {
        Job::MatchOrder { order_id } => {
            Box::pin(match_order::match_order(tools, id, order_id)).await
        }
        Job::EmbedTutors => Box::pin(embed_tutors::embed_tutors(tools, id)).await,
        Job::IssueMail { user_id, template } => {
            Box::pin(mail::issue(tools, user_id, template)).await
        }
        Job::SendMail { mail_id } => Box::pin(mail::send(tools, mail_id)).await,
        Job::DeleteCustomer { user_id } => {
            Box::pin(checkout::delete_customer_of_erased(tools, user_id)).await
        }
    }
}

/// The refusal to try a job again that isn't dead: there is nothing to be done about it.
pub(super) fn not_dead(state: JobState) -> InvalidState {
    InvalidState {
        state: state.as_str(),
        allowed: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every_job() -> Vec<Job> {
        let id = Uuid::nil();
        vec![
            Job::MatchOrder { order_id: id },
            Job::EmbedTutors,
            Job::IssueMail {
                user_id: id,
                template: MailTemplate::VerifyEmail,
            },
            Job::SendMail { mail_id: id },
            Job::DeleteCustomer { user_id: id },
        ]
    }

    #[test]
    fn pauses_double_up_to_the_longest() {
        let policy = Job::MatchOrder {
            order_id: Uuid::nil(),
        }
        .policy();
        let seconds: Vec<i64> = (1..=10)
            .map(|n| policy.pause_after(n).num_seconds())
            .collect();
        assert_eq!(seconds, [5, 10, 20, 40, 80, 160, 320, 600, 600, 600]);
    }

    #[test]
    fn a_job_is_read_back_as_it_was_stored_under_the_kind_of_its_policy()
    -> Result<(), serde_json::Error> {
        for job in every_job() {
            let stored = serde_json::to_value(&job)?;
            let kind = stored.get("kind").and_then(|kind| kind.as_str());
            assert_eq!(kind, Some(job.policy().kind.as_str()));
            assert_eq!(serde_json::from_value::<Job>(stored)?, job);
        }
        assert_eq!(every_job().len(), JobKind::ALL.len());
        Ok(())
    }
}
