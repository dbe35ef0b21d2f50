-- Each model has an index of vectors for each subject, since a match looks in one subject: in an index
-- of all tutors nine of ten that it reads teach something else. What a vector was made of names the
-- subjects, so a tutor who teaches others is embedded anew.
-- First those of all tutors, or each row that is written below would be put into one; the server makes the others.
DO $$
DECLARE
    found text;
BEGIN
    FOR found IN SELECT indexname FROM pg_indexes
        WHERE schemaname = current_schema() AND tablename = 'tutor_embeddings' AND indexdef LIKE '%USING hnsw%'
    LOOP
        EXECUTE format('DROP INDEX %I', found);
    END LOOP;
END $$;
ALTER TABLE tutor_embeddings ADD COLUMN subject_ids uuid[] NOT NULL DEFAULT '{}';
UPDATE tutor_embeddings e SET subject_ids = ARRAY(SELECT s.subject_id FROM tutor_subjects s WHERE s.tutor_id = e.tutor_id);
CREATE FUNCTION tg_tutor_embeddings_subject_ids() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.subject_ids := ARRAY(SELECT s.subject_id FROM tutor_subjects s WHERE s.tutor_id = NEW.tutor_id);
    RETURN NEW;
END $$;
CREATE TRIGGER tg_tutor_embeddings_subject_ids BEFORE INSERT OR UPDATE OF embedding ON tutor_embeddings
    FOR EACH ROW EXECUTE FUNCTION tg_tutor_embeddings_subject_ids();
