DROP TRIGGER tg_tutor_embeddings_subject_ids ON tutor_embeddings;
DROP FUNCTION tg_tutor_embeddings_subject_ids;
-- With it go the indexes that ask for it.
ALTER TABLE tutor_embeddings DROP COLUMN subject_ids;
