ALTER TABLE tutor_documents DROP COLUMN relied_on_at;
