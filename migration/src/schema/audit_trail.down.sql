DROP INDEX ix_tutor_documents_tutor_id;
DROP INDEX ix_stripe_webhook_events_outcome;
DROP INDEX ix_audit_events_action;
DROP INDEX ix_audit_events_actor_id;
