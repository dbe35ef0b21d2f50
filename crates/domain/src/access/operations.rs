//! Which right each operation of the OpenAPI document asks for, by its `operationId`.

use super::Right;

/// One row for each operation: one without a row, and a row without an operation, fail a test.
pub const OPERATIONS: &[(&str, Right)] = &[
    // Auth and accounts.
    ("register", Right::Anyone),
    ("login", Right::Anyone),
    ("refresh", Right::Anyone),
    ("logout", Right::User),
    ("change_password", Right::User),
    ("forgot_password", Right::Anyone),
    ("reset_password", Right::Anyone),
    ("verify_email", Right::Anyone),
    ("resend_verification", Right::Anyone),
    ("list_own_sessions", Right::User),
    ("end_session", Right::OwnSession),
    ("get_me", Right::User),
    ("update_me", Right::User),
    ("export_me", Right::User),
    ("erase_me", Right::User),
    // Subjects and tutors.
    ("list_subjects", Right::Anyone),
    ("list_popular_subjects", Right::Anyone),
    ("list_tutors", Right::Anyone),
    ("get_tutor", Right::VisibleTutor),
    ("list_reviews", Right::VisibleTutor),
    ("reply_to_review", Right::ReviewOfOneself),
    ("create_tutor_profile", Right::Tutor),
    ("get_tutor_profile", Right::Tutor),
    ("update_tutor_profile", Right::OwnProfile),
    ("list_own_documents", Right::OwnProfile),
    ("create_document", Right::OwnProfile),
    ("delete_document", Right::OwnDocument),
    // Orders and matches.
    ("create_order", Right::Student),
    ("list_orders", Right::Tutor),
    ("list_own_orders", Right::Student),
    ("get_order", Right::VisibleOrder),
    ("update_order", Right::OwnOrder),
    ("cancel_order", Right::OwnOrder),
    ("complete_order", Right::OwnOrder),
    ("compute_matches", Right::OwnOrder),
    ("get_matches", Right::OwnOrder),
    // Applications.
    ("create_application", Right::ExistingOrder),
    ("list_applications", Right::VisibleOrder),
    ("list_own_applications", Right::Tutor),
    ("get_application", Right::ReadableApplication),
    ("update_application", Right::OwnApplication),
    ("withdraw_application", Right::OwnApplication),
    ("choose_application", Right::ChoosableApplication),
    // Bookings.
    ("list_own_bookings", Right::User),
    ("get_booking", Right::PartyBooking),
    ("reschedule_booking", Right::StudentBooking),
    ("cancel_booking", Right::PartyBooking),
    ("complete_booking", Right::TutorBooking),
    ("create_review", Right::StudentBooking),
    // Payments. Stripe proves who it is by its signature.
    ("open_checkout", Right::Payer),
    ("list_own_payments", Right::User),
    ("get_payment", Right::OwnPayment),
    ("explain_payment", Right::ExplainablePayment),
    ("get_premium", Right::Tutor),
    ("open_portal", Right::Payer),
    ("list_own_payouts", Right::OwnProfile),
    ("receive_stripe_event", Right::Anyone),
    // Administration.
    ("admin_list_tutors", Right::Admin),
    ("admin_verify_tutor", Right::Admin),
    ("admin_hide_tutor", Right::Admin),
    ("admin_restore_tutor", Right::Admin),
    ("admin_list_documents", Right::Admin),
    ("admin_list_webhook_events", Right::Admin),
    ("admin_get_webhook_event", Right::Admin),
    ("admin_replay_webhook_event", Right::Admin),
    ("admin_list_jobs", Right::Admin),
    ("admin_retry_job", Right::Admin),
    ("admin_list_audit_events", Right::Admin),
];

/// The right that an operation asks for; `None` if nobody has thought of it.
#[must_use]
pub fn right_of(operation_id: &str) -> Option<Right> {
    OPERATIONS
        .iter()
        .find(|(id, _)| *id == operation_id)
        .map(|(_, right)| *right)
}
