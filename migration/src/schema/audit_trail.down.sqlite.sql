DROP TRIGGER tg_audit_events_delete;
DROP TRIGGER tg_audit_events_update;
