-- By which model (its key) the tutor's present text has been embedded; NULL once what is embedded has
-- changed. Bookkeeping beside the profile: neither a new version of it nor an update.
ALTER TABLE tutor_profiles ADD COLUMN embedded_with {text};
-- Who waits to be embedded with a model: NULL, and all before and after its key. Within each, by the
-- order of the candidates of a match.
CREATE INDEX ix_tutor_profiles_embedded_with ON tutor_profiles (embedded_with, rating_milli DESC, rating_count DESC, experience_years DESC, id) WHERE hidden_at IS NULL AND deleted_at IS NULL;
