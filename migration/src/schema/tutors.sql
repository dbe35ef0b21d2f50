CREATE TABLE subjects (
    id {id} NOT NULL PRIMARY KEY,
    slug {text} NOT NULL,
    name_ru {text} NOT NULL,
    name_en {text} NOT NULL,
    category {text} NOT NULL,
    icon {text} NOT NULL,
    position {int} NOT NULL,
    CONSTRAINT uq_subjects_slug UNIQUE (slug),
    CONSTRAINT uq_subjects_position UNIQUE (position)
) {strict};

CREATE TABLE tutor_profiles (
    id {id} NOT NULL PRIMARY KEY,
    user_id {id} NOT NULL CONSTRAINT fk_tutor_profiles_user_id REFERENCES users (id),
    bio {text} NOT NULL,
    experience_years {int} NOT NULL,
    hourly_rate_minor {int} NOT NULL,
    currency {text} NOT NULL,
    city {text},
    city_folded {text},
    region {text},
    region_folded {text},
    time_zone {text} NOT NULL,
    teaches_online {bool} NOT NULL,
    teaches_offline {bool} NOT NULL,
    availability {json} NOT NULL,
    is_verified {bool} NOT NULL,
    rating_sum {int} NOT NULL,
    rating_count {int} NOT NULL,
    -- The mean in thousandths, 0 without reviews: a sort key that is never NULL and never a float.
    rating_milli {int} NOT NULL,
    stripe_customer_id {text},
    -- Derived from Stripe's facts and from nothing else; see domain::premium.
    premium_until {time},
    premium_expires_at {time},
    -- premium_until and the grace; is_premium is `now < premium_active_until`, read from the clock.
    premium_active_until {time},
    version {int} NOT NULL,
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL,
    hidden_at {time},
    deleted_at {time},
    seed_run_id {id} CONSTRAINT fk_tutor_profiles_seed_run_id REFERENCES seed_runs (id),
    CONSTRAINT uq_tutor_profiles_user_id UNIQUE (user_id),
    CONSTRAINT uq_tutor_profiles_stripe_customer_id UNIQUE (stripe_customer_id),
    CONSTRAINT ck_tutor_profiles_experience_years CHECK (experience_years BETWEEN 0 AND 80),
    CONSTRAINT ck_tutor_profiles_hourly_rate CHECK (hourly_rate_minor BETWEEN 1 AND 99999999),
    CONSTRAINT ck_tutor_profiles_currency CHECK (currency = 'RUB'),
    CONSTRAINT ck_tutor_profiles_formats CHECK (teaches_online OR teaches_offline),
    CONSTRAINT ck_tutor_profiles_rating CHECK (rating_count >= 0 AND rating_sum BETWEEN rating_count AND 5 * rating_count),
    CONSTRAINT ck_tutor_profiles_rating_milli CHECK (rating_milli BETWEEN 0 AND 5000),
    CONSTRAINT ck_tutor_profiles_version CHECK (version >= 1)
) {strict};
-- The orders of the public list, which shows nobody who is hidden or gone.
CREATE INDEX ix_tutor_profiles_rating ON tutor_profiles (rating_milli, id) WHERE hidden_at IS NULL AND deleted_at IS NULL;
CREATE INDEX ix_tutor_profiles_rate ON tutor_profiles (hourly_rate_minor, id) WHERE hidden_at IS NULL AND deleted_at IS NULL;
CREATE INDEX ix_tutor_profiles_experience ON tutor_profiles (experience_years, id) WHERE hidden_at IS NULL AND deleted_at IS NULL;
CREATE INDEX ix_tutor_profiles_created ON tutor_profiles (created_at, id) WHERE hidden_at IS NULL AND deleted_at IS NULL;
-- That of the candidates of a match: many tutors have equal ratings and would have to be sorted.
CREATE INDEX ix_tutor_profiles_best ON tutor_profiles (rating_milli DESC, rating_count DESC, experience_years DESC, id) WHERE hidden_at IS NULL AND deleted_at IS NULL;
-- In which zones tutors live, for the filter by free time.
CREATE INDEX ix_tutor_profiles_time_zone ON tutor_profiles (time_zone) WHERE hidden_at IS NULL AND deleted_at IS NULL;
CREATE INDEX ix_tutor_profiles_city ON tutor_profiles (city_folded);
-- The few that the public may not see are left out of the counts of tutors by subject.
CREATE INDEX ix_tutor_profiles_invisible ON tutor_profiles (id) WHERE hidden_at IS NOT NULL OR deleted_at IS NOT NULL;
CREATE INDEX ix_tutor_profiles_seed_run_id ON tutor_profiles (seed_run_id);

CREATE TABLE tutor_subjects (
    tutor_id {id} NOT NULL CONSTRAINT fk_tutor_subjects_tutor_id REFERENCES tutor_profiles (id) ON DELETE CASCADE,
    subject_id {id} NOT NULL CONSTRAINT fk_tutor_subjects_subject_id REFERENCES subjects (id),
    CONSTRAINT pk_tutor_subjects PRIMARY KEY (tutor_id, subject_id)
) {strict};
CREATE INDEX ix_tutor_subjects_subject_id ON tutor_subjects (subject_id, tutor_id);

-- The availability of tutor_profiles as rows, in the tutor's own zone, for the filter of the list.
CREATE TABLE tutor_hours (
    tutor_id {id} NOT NULL CONSTRAINT fk_tutor_hours_tutor_id REFERENCES tutor_profiles (id) ON DELETE CASCADE,
    -- 0 is Monday.
    weekday {int} NOT NULL,
    start_minute {int} NOT NULL,
    end_minute {int} NOT NULL,
    CONSTRAINT pk_tutor_hours PRIMARY KEY (tutor_id, weekday, start_minute),
    CONSTRAINT ck_tutor_hours_weekday CHECK (weekday BETWEEN 0 AND 6),
    CONSTRAINT ck_tutor_hours_minutes CHECK (0 <= start_minute AND start_minute < end_minute AND end_minute <= 1440)
) {strict};
CREATE INDEX ix_tutor_hours_weekday ON tutor_hours (weekday, start_minute, end_minute);

-- Metadata only; the document itself lies in the object store under storage_key.
CREATE TABLE tutor_documents (
    id {id} NOT NULL PRIMARY KEY,
    tutor_id {id} NOT NULL CONSTRAINT fk_tutor_documents_tutor_id REFERENCES tutor_profiles (id) ON DELETE CASCADE,
    kind {text} NOT NULL,
    file_name {text} NOT NULL,
    content_type {text} NOT NULL,
    size_bytes {int} NOT NULL,
    storage_key {text} NOT NULL,
    created_at {time} NOT NULL,
    CONSTRAINT uq_tutor_documents_storage_key UNIQUE (storage_key),
    CONSTRAINT ck_tutor_documents_size_bytes CHECK (size_bytes > 0)
) {strict};

CREATE TABLE favourites (
    user_id {id} NOT NULL CONSTRAINT fk_favourites_user_id REFERENCES users (id) ON DELETE CASCADE,
    tutor_id {id} NOT NULL CONSTRAINT fk_favourites_tutor_id REFERENCES tutor_profiles (id) ON DELETE CASCADE,
    created_at {time} NOT NULL,
    CONSTRAINT pk_favourites PRIMARY KEY (user_id, tutor_id)
) {strict};
