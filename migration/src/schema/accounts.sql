-- What a seed made carries the run that made it, so that `--clear` removes that and nothing else.
CREATE TABLE seed_runs (
    id {id} NOT NULL PRIMARY KEY,
    source {text} NOT NULL,
    created_at {time} NOT NULL
) {strict};

CREATE TABLE users (
    id {id} NOT NULL PRIMARY KEY,
    -- Normalised and case-folded before it gets here.
    email {text} NOT NULL,
    -- NULL: this account has no password and cannot sign in.
    password_hash {text},
    role {text} NOT NULL,
    first_name {text} NOT NULL,
    last_name {text} NOT NULL,
    phone {text},
    time_zone {text} NOT NULL,
    locale {text} NOT NULL,
    is_verified {bool} NOT NULL,
    notification_seq {int} NOT NULL,
    version {int} NOT NULL,
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL,
    deleted_at {time},
    seed_run_id {id} CONSTRAINT fk_users_seed_run_id REFERENCES seed_runs (id),
    CONSTRAINT uq_users_email UNIQUE (email),
    CONSTRAINT ck_users_role CHECK (role IN ('student', 'tutor', 'admin')),
    CONSTRAINT ck_users_locale CHECK (locale IN ('ru', 'en')),
    CONSTRAINT ck_users_notification_seq CHECK (notification_seq >= 0),
    CONSTRAINT ck_users_version CHECK (version >= 1)
) {strict};
CREATE INDEX ix_users_seed_run_id ON users (seed_run_id);

-- One sign-in on one device: the family that its refresh tokens belong to.
CREATE TABLE sessions (
    id {id} NOT NULL PRIMARY KEY,
    user_id {id} NOT NULL CONSTRAINT fk_sessions_user_id REFERENCES users (id) ON DELETE CASCADE,
    user_agent {text},
    created_at {time} NOT NULL,
    last_used_at {time} NOT NULL,
    ended_at {time},
    ended_because {text},
    CONSTRAINT ck_sessions_ended_because CHECK (ended_because IN ('logout', 'replay', 'password_changed', 'revoked', 'erased')),
    CONSTRAINT ck_sessions_ended CHECK ((ended_at IS NULL) = (ended_because IS NULL))
) {strict};
CREATE INDEX ix_sessions_user_id ON sessions (user_id, created_at);
CREATE INDEX ix_sessions_last_used_at ON sessions (last_used_at);

-- Neither this table nor the key alone yields a token: stored are the hash, the nonce and which key derived it.
CREATE TABLE refresh_tokens (
    id {id} NOT NULL PRIMARY KEY,
    session_id {id} NOT NULL CONSTRAINT fk_refresh_tokens_session_id REFERENCES sessions (id) ON DELETE CASCADE,
    token_hash {bytes} NOT NULL,
    kid {text} NOT NULL,
    nonce {bytes} NOT NULL,
    parent_id {id} CONSTRAINT fk_refresh_tokens_parent_id REFERENCES refresh_tokens (id) ON DELETE CASCADE,
    created_at {time} NOT NULL,
    expires_at {time} NOT NULL,
    used_at {time},
    CONSTRAINT uq_refresh_tokens_token_hash UNIQUE (token_hash),
    -- One live successor, whatever runs in parallel.
    CONSTRAINT uq_refresh_tokens_parent_id UNIQUE (parent_id)
) {strict};
CREATE INDEX ix_refresh_tokens_session_id ON refresh_tokens (session_id);

CREATE TABLE one_time_tokens (
    id {id} NOT NULL PRIMARY KEY,
    user_id {id} NOT NULL CONSTRAINT fk_one_time_tokens_user_id REFERENCES users (id) ON DELETE CASCADE,
    purpose {text} NOT NULL,
    token_hash {bytes} NOT NULL,
    created_at {time} NOT NULL,
    expires_at {time} NOT NULL,
    used_at {time},
    CONSTRAINT uq_one_time_tokens_token_hash UNIQUE (token_hash),
    CONSTRAINT ck_one_time_tokens_purpose CHECK (purpose IN ('verify_email', 'reset_password', 'realtime'))
) {strict};
CREATE INDEX ix_one_time_tokens_user_id ON one_time_tokens (user_id, purpose);

-- Wrong tries at signing in; hashes, because an e-mail typed by a stranger is not ours to keep.
CREATE TABLE sign_in_failures (
    id {id} NOT NULL PRIMARY KEY,
    account_hash {bytes} NOT NULL,
    address_hash {bytes} NOT NULL,
    at {time} NOT NULL
) {strict};
CREATE INDEX ix_sign_in_failures_account ON sign_in_failures (account_hash, address_hash, at);
CREATE INDEX ix_sign_in_failures_address ON sign_in_failures (address_hash, at);
CREATE INDEX ix_sign_in_failures_at ON sign_in_failures (at);

CREATE TABLE consents (
    id {id} NOT NULL PRIMARY KEY,
    user_id {id} NOT NULL CONSTRAINT fk_consents_user_id REFERENCES users (id) ON DELETE CASCADE,
    kind {text} NOT NULL,
    text_version {text} NOT NULL,
    at {time} NOT NULL,
    CONSTRAINT uq_consents_user_id_kind_text_version UNIQUE (user_id, kind, text_version)
) {strict};
