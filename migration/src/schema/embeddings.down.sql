DROP INDEX ix_tutor_profiles_embedded_with;
ALTER TABLE tutor_profiles DROP COLUMN embedded_with;
