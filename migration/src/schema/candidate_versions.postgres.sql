CREATE FUNCTION add_candidates(tutors uuid[]) RETURNS void LANGUAGE sql AS $$
    INSERT INTO tutor_candidates
    SELECT p.id, s.subject_id, p.rating_milli, p.rating_count, p.experience_years, p.hourly_rate_minor,
        p.teaches_online, p.teaches_offline, p.city_folded, p.embedded_with, p.version
    FROM tutor_profiles p JOIN tutor_subjects s ON s.tutor_id = p.id
    WHERE p.id = ANY (tutors) AND p.is_verified AND p.hidden_at IS NULL AND p.deleted_at IS NULL
    ON CONFLICT DO NOTHING
$$;

CREATE FUNCTION tg_tutor_subjects_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM add_candidates((SELECT array_agg(DISTINCT tutor_id) FROM added));
    RETURN NULL;
END $$;
CREATE TRIGGER tg_tutor_subjects_insert AFTER INSERT ON tutor_subjects
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION tg_tutor_subjects_insert();

CREATE FUNCTION tg_tutor_subjects_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM tutor_candidates c USING removed r WHERE c.tutor_id = r.tutor_id AND c.subject_id = r.subject_id;
    RETURN NULL;
END $$;
CREATE TRIGGER tg_tutor_subjects_delete AFTER DELETE ON tutor_subjects
    REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION tg_tutor_subjects_delete();

CREATE FUNCTION tg_tutor_profiles_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM tutor_candidates WHERE tutor_id = NEW.id;
    PERFORM add_candidates(ARRAY[NEW.id]);
    RETURN NULL;
END $$;
CREATE TRIGGER tg_tutor_profiles_update AFTER UPDATE ON tutor_profiles FOR EACH ROW
    WHEN ((OLD.is_verified, OLD.hidden_at, OLD.deleted_at, OLD.rating_milli, OLD.rating_count, OLD.experience_years,
        OLD.hourly_rate_minor, OLD.teaches_online, OLD.teaches_offline, OLD.city_folded, OLD.embedded_with, OLD.version)
        IS DISTINCT FROM
        (NEW.is_verified, NEW.hidden_at, NEW.deleted_at, NEW.rating_milli, NEW.rating_count, NEW.experience_years,
        NEW.hourly_rate_minor, NEW.teaches_online, NEW.teaches_offline, NEW.city_folded, NEW.embedded_with, NEW.version))
    EXECUTE FUNCTION tg_tutor_profiles_update();
