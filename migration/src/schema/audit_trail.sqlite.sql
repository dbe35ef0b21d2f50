-- The trail is only ever added to. What a seed made up is not a trail of anything, and goes with it.
CREATE TRIGGER tg_audit_events_update BEFORE UPDATE ON audit_events BEGIN
    SELECT RAISE(ABORT, 'audit_events is append only');
END;
CREATE TRIGGER tg_audit_events_delete BEFORE DELETE ON audit_events WHEN old.seed_run_id IS NULL BEGIN
    SELECT RAISE(ABORT, 'audit_events is append only');
END;
