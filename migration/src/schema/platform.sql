-- Who did what to what: written in the transaction of the change itself.
CREATE TABLE audit_events (
    id {id} NOT NULL PRIMARY KEY,
    at {time} NOT NULL,
    actor_id {id},
    actor_kind {text} NOT NULL,
    action {text} NOT NULL,
    object_type {text} NOT NULL,
    object_id {text} NOT NULL,
    before {json},
    after {json},
    request_id {text},
    seed_run_id {id} CONSTRAINT fk_audit_events_seed_run_id REFERENCES seed_runs (id),
    CONSTRAINT ck_audit_events_actor_kind CHECK (actor_kind IN ('user', 'stripe', 'job', 'command', 'seed'))
) {strict};
CREATE INDEX ix_audit_events_object ON audit_events (object_type, object_id, at);
CREATE INDEX ix_audit_events_at ON audit_events (at, id);

-- What people are to be told; the relay numbers it per user and moves it to notifications.
CREATE TABLE outbox (
    id {id} NOT NULL PRIMARY KEY,
    user_id {id} NOT NULL CONSTRAINT fk_outbox_user_id REFERENCES users (id) ON DELETE CASCADE,
    type {text} NOT NULL,
    data {json} NOT NULL,
    at {time} NOT NULL,
    relayed_at {time},
    CONSTRAINT ck_outbox_type CHECK (type IN ('new_application', 'application_chosen', 'application_rejected', 'order_status_changed', 'booking_updated', 'payment_updated', 'new_order_match'))
) {strict};
CREATE INDEX ix_outbox_waiting ON outbox (at, id) WHERE relayed_at IS NULL;
CREATE INDEX ix_outbox_user_id ON outbox (user_id);

CREATE TABLE notifications (
    user_id {id} NOT NULL CONSTRAINT fk_notifications_user_id REFERENCES users (id) ON DELETE CASCADE,
    seq {int} NOT NULL,
    type {text} NOT NULL,
    data {json} NOT NULL,
    at {time} NOT NULL,
    read_at {time},
    CONSTRAINT pk_notifications PRIMARY KEY (user_id, seq),
    CONSTRAINT ck_notifications_seq CHECK (seq >= 1)
) {strict};

CREATE TABLE mails (
    id {id} NOT NULL PRIMARY KEY,
    user_id {id} NOT NULL CONSTRAINT fk_mails_user_id REFERENCES users (id) ON DELETE CASCADE,
    template {text} NOT NULL,
    data {json} NOT NULL,
    created_at {time} NOT NULL,
    sent_at {time},
    attempts {int} NOT NULL,
    last_error {text},
    CONSTRAINT ck_mails_attempts CHECK (attempts >= 0)
) {strict};
CREATE INDEX ix_mails_waiting ON mails (created_at) WHERE sent_at IS NULL;

CREATE TABLE jobs (
    id {id} NOT NULL PRIMARY KEY,
    kind {text} NOT NULL,
    payload {json} NOT NULL,
    state {text} NOT NULL,
    -- Two requests for one piece of work are one job while it waits.
    dedup_key {text},
    run_at {time} NOT NULL,
    attempts {int} NOT NULL,
    max_attempts {int} NOT NULL,
    leased_until {time},
    worker {text},
    last_error {text},
    created_at {time} NOT NULL,
    finished_at {time},
    CONSTRAINT ck_jobs_state CHECK (state IN ('queued', 'running', 'done', 'dead')),
    CONSTRAINT ck_jobs_attempts CHECK (attempts BETWEEN 0 AND max_attempts),
    CONSTRAINT ck_jobs_lease CHECK ((state = 'running') = (leased_until IS NOT NULL))
) {strict};
CREATE INDEX ix_jobs_due ON jobs (run_at, id) WHERE state IN ('queued', 'running');
CREATE UNIQUE INDEX uq_jobs_dedup_key_queued ON jobs (dedup_key) WHERE state = 'queued';

CREATE TABLE idempotency_keys (
    user_id {id} NOT NULL CONSTRAINT fk_idempotency_keys_user_id REFERENCES users (id) ON DELETE CASCADE,
    key {text} NOT NULL,
    fingerprint {bytes} NOT NULL,
    -- NULL until the work is done; never seen so by another transaction, since both commit together.
    status {int},
    body {text},
    etag {text},
    location {text},
    created_at {time} NOT NULL,
    CONSTRAINT pk_idempotency_keys PRIMARY KEY (user_id, key)
) {strict};
CREATE INDEX ix_idempotency_keys_created_at ON idempotency_keys (created_at);
