CREATE TRIGGER tg_tutor_subjects_insert AFTER INSERT ON tutor_subjects BEGIN
    INSERT INTO tutor_candidates
    SELECT p.id, new.subject_id, p.rating_milli, p.rating_count, p.experience_years, p.hourly_rate_minor,
        p.teaches_online, p.teaches_offline, p.city_folded, p.embedded_with, p.version
    FROM tutor_profiles p
    WHERE p.id = new.tutor_id AND p.is_verified AND p.hidden_at IS NULL AND p.deleted_at IS NULL;
END;
CREATE TRIGGER tg_tutor_subjects_delete AFTER DELETE ON tutor_subjects BEGIN
    DELETE FROM tutor_candidates WHERE tutor_id = old.tutor_id AND subject_id = old.subject_id;
END;
CREATE TRIGGER tg_tutor_profiles_update AFTER UPDATE ON tutor_profiles
    WHEN (old.is_verified, old.rating_milli, old.rating_count, old.experience_years, old.hourly_rate_minor,
        old.teaches_online, old.teaches_offline, old.version)
        <> (new.is_verified, new.rating_milli, new.rating_count, new.experience_years, new.hourly_rate_minor,
        new.teaches_online, new.teaches_offline, new.version)
        OR old.hidden_at IS NOT new.hidden_at OR old.deleted_at IS NOT new.deleted_at
        OR old.city_folded IS NOT new.city_folded OR old.embedded_with IS NOT new.embedded_with
BEGIN
    DELETE FROM tutor_candidates WHERE tutor_id = new.id;
    INSERT INTO tutor_candidates
    SELECT new.id, s.subject_id, new.rating_milli, new.rating_count, new.experience_years, new.hourly_rate_minor,
        new.teaches_online, new.teaches_offline, new.city_folded, new.embedded_with, new.version
    FROM tutor_subjects s
    WHERE s.tutor_id = new.id AND new.is_verified AND new.hidden_at IS NULL AND new.deleted_at IS NULL;
END;
