DROP TRIGGER tg_audit_events_truncate ON audit_events;
DROP TRIGGER tg_audit_events_delete ON audit_events;
DROP TRIGGER tg_audit_events_update ON audit_events;
DROP FUNCTION refuse_change_of_audit_events();
