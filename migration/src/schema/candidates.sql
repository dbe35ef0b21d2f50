-- What the filters of a match ask of a tutor, a row for each subject taught, and only of those who
-- are verified and seen: the best of a subject are found in one index without a look at anybody else.
-- Kept by triggers on tutor_profiles and tutor_subjects; nothing else writes to it.
CREATE TABLE tutor_candidates (
    tutor_id {id} NOT NULL CONSTRAINT fk_tutor_candidates_tutor_id REFERENCES tutor_profiles (id) ON DELETE CASCADE,
    subject_id {id} NOT NULL CONSTRAINT fk_tutor_candidates_subject_id REFERENCES subjects (id),
    rating_milli {int} NOT NULL,
    rating_count {int} NOT NULL,
    experience_years {int} NOT NULL,
    hourly_rate_minor {int} NOT NULL,
    teaches_online {bool} NOT NULL,
    teaches_offline {bool} NOT NULL,
    city_folded {text},
    embedded_with {text},
    CONSTRAINT pk_tutor_candidates PRIMARY KEY (tutor_id, subject_id)
) {strict};
INSERT INTO tutor_candidates
    SELECT p.id, s.subject_id, p.rating_milli, p.rating_count, p.experience_years, p.hourly_rate_minor,
        p.teaches_online, p.teaches_offline, p.city_folded, p.embedded_with
    FROM tutor_profiles p JOIN tutor_subjects s ON s.tutor_id = p.id
    WHERE p.is_verified AND p.hidden_at IS NULL AND p.deleted_at IS NULL;
-- The last columns of each are there to be filtered by without a look at the row.
CREATE INDEX ix_tutor_candidates_best ON tutor_candidates
    (subject_id, rating_milli DESC, rating_count DESC, experience_years DESC, tutor_id, hourly_rate_minor, teaches_online, teaches_offline, city_folded);
CREATE INDEX ix_tutor_candidates_city ON tutor_candidates
    (subject_id, city_folded, rating_milli DESC, rating_count DESC, experience_years DESC, tutor_id, hourly_rate_minor, teaches_online, teaches_offline);
CREATE INDEX ix_tutor_candidates_embedded_with ON tutor_candidates
    (subject_id, embedded_with, rating_milli DESC, rating_count DESC, experience_years DESC, tutor_id, hourly_rate_minor, teaches_online, teaches_offline, city_folded);
