-- The trail is only ever added to. What a seed made up is not a trail of anything, and goes with it.
CREATE FUNCTION refuse_change_of_audit_events() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit_events is append only';
END $$;
CREATE TRIGGER tg_audit_events_update BEFORE UPDATE ON audit_events
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_audit_events();
CREATE TRIGGER tg_audit_events_delete BEFORE DELETE ON audit_events
    FOR EACH ROW WHEN (OLD.seed_run_id IS NULL) EXECUTE FUNCTION refuse_change_of_audit_events();
CREATE TRIGGER tg_audit_events_truncate BEFORE TRUNCATE ON audit_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit_events();
