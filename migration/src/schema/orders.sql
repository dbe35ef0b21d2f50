CREATE TABLE orders (
    id {id} NOT NULL PRIMARY KEY,
    student_id {id} NOT NULL CONSTRAINT fk_orders_student_id REFERENCES users (id),
    subject_id {id} NOT NULL CONSTRAINT fk_orders_subject_id REFERENCES subjects (id),
    title {text} NOT NULL,
    description {text} NOT NULL,
    goal {text},
    budget_min_minor {int} NOT NULL,
    budget_max_minor {int} NOT NULL,
    currency {text} NOT NULL,
    wants_online {bool} NOT NULL,
    wants_offline {bool} NOT NULL,
    city {text},
    city_folded {text},
    region {text},
    region_folded {text},
    availability {json},
    time_zone {text} NOT NULL,
    status {text} NOT NULL,
    expires_at {time} NOT NULL,
    version {int} NOT NULL,
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL,
    deleted_at {time},
    seed_run_id {id} CONSTRAINT fk_orders_seed_run_id REFERENCES seed_runs (id),
    CONSTRAINT ck_orders_budget CHECK (budget_min_minor BETWEEN 1 AND budget_max_minor AND budget_max_minor <= 99999999),
    CONSTRAINT ck_orders_currency CHECK (currency = 'RUB'),
    CONSTRAINT ck_orders_formats CHECK (wants_online OR wants_offline),
    CONSTRAINT ck_orders_status CHECK (status IN ('open', 'in_progress', 'completed', 'cancelled', 'expired')),
    CONSTRAINT ck_orders_version CHECK (version >= 1)
) {strict};
CREATE INDEX ix_orders_student_id ON orders (student_id, created_at, id);
CREATE INDEX ix_orders_open ON orders (created_at, id) WHERE status = 'open';
CREATE INDEX ix_orders_open_subject ON orders (subject_id, created_at, id) WHERE status = 'open';
CREATE INDEX ix_orders_open_city ON orders (city_folded, created_at, id) WHERE status = 'open';
CREATE INDEX ix_orders_open_expires_at ON orders (expires_at) WHERE status = 'open';
CREATE INDEX ix_orders_seed_run_id ON orders (seed_run_id);

CREATE TABLE applications (
    id {id} NOT NULL PRIMARY KEY,
    order_id {id} NOT NULL CONSTRAINT fk_applications_order_id REFERENCES orders (id),
    tutor_id {id} NOT NULL CONSTRAINT fk_applications_tutor_id REFERENCES tutor_profiles (id),
    price_minor {int} NOT NULL,
    currency {text} NOT NULL,
    message {text} NOT NULL,
    status {text} NOT NULL,
    version {int} NOT NULL,
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL,
    seed_run_id {id} CONSTRAINT fk_applications_seed_run_id REFERENCES seed_runs (id),
    CONSTRAINT uq_applications_order_id_tutor_id UNIQUE (order_id, tutor_id),
    CONSTRAINT ck_applications_price CHECK (price_minor BETWEEN 1 AND 99999999),
    CONSTRAINT ck_applications_currency CHECK (currency = 'RUB'),
    CONSTRAINT ck_applications_status CHECK (status IN ('submitted', 'chosen', 'rejected', 'withdrawn')),
    CONSTRAINT ck_applications_version CHECK (version >= 1)
) {strict};
CREATE UNIQUE INDEX uq_applications_order_id_chosen ON applications (order_id) WHERE status = 'chosen';
CREATE INDEX ix_applications_order_id ON applications (order_id, created_at, id);
CREATE INDEX ix_applications_tutor_id ON applications (tutor_id, created_at, id);
CREATE INDEX ix_applications_seed_run_id ON applications (seed_run_id);

CREATE TABLE bookings (
    id {id} NOT NULL PRIMARY KEY,
    order_id {id} NOT NULL CONSTRAINT fk_bookings_order_id REFERENCES orders (id),
    application_id {id} NOT NULL CONSTRAINT fk_bookings_application_id REFERENCES applications (id),
    student_id {id} NOT NULL CONSTRAINT fk_bookings_student_id REFERENCES users (id),
    tutor_id {id} NOT NULL CONSTRAINT fk_bookings_tutor_id REFERENCES tutor_profiles (id),
    status {text} NOT NULL,
    -- Where a dispute goes back to when it is won.
    status_before_dispute {text},
    -- Frozen when the tutor was chosen: later changes of price, fee or policy do not reach back.
    total_minor {int} NOT NULL,
    platform_fee_minor {int} NOT NULL,
    tutor_amount_minor {int} NOT NULL,
    currency {text} NOT NULL,
    fee_basis_points {int} NOT NULL,
    free_cancellation_hours {int} NOT NULL,
    time_zone {text} NOT NULL,
    starts_at {time},
    ends_at {time},
    -- A pending booking is given up at this time unless it is paid.
    pending_until {time} NOT NULL,
    confirmed_at {time},
    completed_at {time},
    cancelled_at {time},
    cancelled_by {text},
    version {int} NOT NULL,
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL,
    seed_run_id {id} CONSTRAINT fk_bookings_seed_run_id REFERENCES seed_runs (id),
    CONSTRAINT ck_bookings_amounts CHECK (platform_fee_minor + tutor_amount_minor = total_minor AND platform_fee_minor >= 0 AND tutor_amount_minor >= 0 AND total_minor BETWEEN 1 AND 99999999),
    CONSTRAINT ck_bookings_fee_basis_points CHECK (fee_basis_points BETWEEN 0 AND 10000),
    CONSTRAINT ck_bookings_currency CHECK (currency = 'RUB'),
    CONSTRAINT ck_bookings_status CHECK (status IN ('pending', 'confirmed', 'completed', 'cancelled', 'expired', 'disputed', 'refunded')),
    CONSTRAINT ck_bookings_status_before_dispute CHECK (status_before_dispute IN ('confirmed', 'completed')),
    CONSTRAINT ck_bookings_cancelled_by CHECK (cancelled_by IN ('student', 'tutor', 'platform')),
    CONSTRAINT ck_bookings_period CHECK ((starts_at IS NULL) = (ends_at IS NULL) AND starts_at < ends_at),
    CONSTRAINT ck_bookings_version CHECK (version >= 1)
) {strict};
-- One live booking an order, whatever chooses in parallel.
CREATE UNIQUE INDEX uq_bookings_order_id_live ON bookings (order_id) WHERE status IN ('pending', 'confirmed', 'completed', 'disputed');
CREATE INDEX ix_bookings_student_id ON bookings (student_id, created_at, id);
CREATE INDEX ix_bookings_tutor_id ON bookings (tutor_id, created_at, id);
CREATE INDEX ix_bookings_order_id ON bookings (order_id);
CREATE INDEX ix_bookings_starts_at ON bookings (starts_at);
CREATE INDEX ix_bookings_pending_until ON bookings (pending_until) WHERE status = 'pending';
CREATE INDEX ix_bookings_application_id ON bookings (application_id);
CREATE INDEX ix_bookings_seed_run_id ON bookings (seed_run_id);

CREATE TABLE tutor_reviews (
    id {id} NOT NULL PRIMARY KEY,
    booking_id {id} NOT NULL CONSTRAINT fk_tutor_reviews_booking_id REFERENCES bookings (id),
    tutor_id {id} NOT NULL CONSTRAINT fk_tutor_reviews_tutor_id REFERENCES tutor_profiles (id),
    student_id {id} NOT NULL CONSTRAINT fk_tutor_reviews_student_id REFERENCES users (id),
    rating {int} NOT NULL,
    text {text},
    reply {text},
    replied_at {time},
    created_at {time} NOT NULL,
    seed_run_id {id} CONSTRAINT fk_tutor_reviews_seed_run_id REFERENCES seed_runs (id),
    CONSTRAINT uq_tutor_reviews_booking_id UNIQUE (booking_id),
    CONSTRAINT ck_tutor_reviews_rating CHECK (rating BETWEEN 1 AND 5),
    CONSTRAINT ck_tutor_reviews_reply CHECK ((reply IS NULL) = (replied_at IS NULL))
) {strict};
CREATE INDEX ix_tutor_reviews_tutor_id ON tutor_reviews (tutor_id, created_at, id);
CREATE INDEX ix_tutor_reviews_student_id ON tutor_reviews (student_id);
CREATE INDEX ix_tutor_reviews_seed_run_id ON tutor_reviews (seed_run_id);

-- The last matches computed for an order, and of which versions of order and tutors.
CREATE TABLE order_matches (
    order_id {id} NOT NULL PRIMARY KEY CONSTRAINT fk_order_matches_order_id REFERENCES orders (id) ON DELETE CASCADE,
    order_version {int} NOT NULL,
    engine {text} NOT NULL,
    degraded {json} NOT NULL,
    matches {json} NOT NULL,
    elapsed_ms {int} NOT NULL,
    computed_at {time} NOT NULL,
    CONSTRAINT ck_order_matches_engine CHECK (engine IN ('llm', 'semantic', 'rules'))
) {strict};
