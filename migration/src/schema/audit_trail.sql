-- What administrators ask the trail and the events for.
CREATE INDEX ix_audit_events_actor_id ON audit_events (actor_id, at, id);
CREATE INDEX ix_audit_events_action ON audit_events (action, at, id);
CREATE INDEX ix_stripe_webhook_events_outcome ON stripe_webhook_events (outcome, received_at, id);
CREATE INDEX ix_tutor_documents_tutor_id ON tutor_documents (tutor_id, created_at, id);
