-- The version of the profile, by which a server knows whether it has read the rest of it before. It is
-- the last column of each index, so that the best of a subject are found without a look at a row.
ALTER TABLE tutor_candidates ADD COLUMN version {int} NOT NULL DEFAULT 0;
UPDATE tutor_candidates SET version = (SELECT p.version FROM tutor_profiles p WHERE p.id = tutor_candidates.tutor_id);
DROP INDEX ix_tutor_candidates_best;
DROP INDEX ix_tutor_candidates_city;
DROP INDEX ix_tutor_candidates_embedded_with;
CREATE INDEX ix_tutor_candidates_best ON tutor_candidates
    (subject_id, rating_milli DESC, rating_count DESC, experience_years DESC, tutor_id, hourly_rate_minor, teaches_online, teaches_offline, city_folded, version);
CREATE INDEX ix_tutor_candidates_city ON tutor_candidates
    (subject_id, city_folded, rating_milli DESC, rating_count DESC, experience_years DESC, tutor_id, hourly_rate_minor, teaches_online, teaches_offline, version);
CREATE INDEX ix_tutor_candidates_embedded_with ON tutor_candidates
    (subject_id, embedded_with, rating_milli DESC, rating_count DESC, experience_years DESC, tutor_id, hourly_rate_minor, teaches_online, teaches_offline, city_folded, version);
