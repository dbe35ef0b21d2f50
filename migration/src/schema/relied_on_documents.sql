-- Since when a tutor is verified by the document: it stays while they are, for whoever asks why they were.
ALTER TABLE tutor_documents ADD COLUMN relied_on_at {time};
-- Which documents those were isn't known of tutors who are verified already, so all stay that are there.
UPDATE tutor_documents SET relied_on_at = created_at
    WHERE tutor_id IN (SELECT id FROM tutor_profiles WHERE is_verified);
