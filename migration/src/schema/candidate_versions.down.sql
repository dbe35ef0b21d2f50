DROP INDEX ix_tutor_candidates_best;
DROP INDEX ix_tutor_candidates_city;
DROP INDEX ix_tutor_candidates_embedded_with;
ALTER TABLE tutor_candidates DROP COLUMN version;
CREATE INDEX ix_tutor_candidates_best ON tutor_candidates
    (subject_id, rating_milli DESC, rating_count DESC, experience_years DESC, tutor_id, hourly_rate_minor, teaches_online, teaches_offline, city_folded);
CREATE INDEX ix_tutor_candidates_city ON tutor_candidates
    (subject_id, city_folded, rating_milli DESC, rating_count DESC, experience_years DESC, tutor_id, hourly_rate_minor, teaches_online, teaches_offline);
CREATE INDEX ix_tutor_candidates_embedded_with ON tutor_candidates
    (subject_id, embedded_with, rating_milli DESC, rating_count DESC, experience_years DESC, tutor_id, hourly_rate_minor, teaches_online, teaches_offline, city_folded);
