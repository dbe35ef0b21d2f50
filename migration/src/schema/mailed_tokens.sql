-- What a mailed token is derived from, beside the secret that kid names: the table yields none, nor does the secret.
-- Tokens that are shown at once are random and have neither.
ALTER TABLE one_time_tokens ADD COLUMN kid {text};
ALTER TABLE one_time_tokens ADD COLUMN nonce {bytes};
-- The newest token of a purpose is the only live one, whatever runs in parallel.
CREATE UNIQUE INDEX uq_one_time_tokens_live ON one_time_tokens (user_id, purpose)
    WHERE used_at IS NULL AND purpose IN ('verify_email', 'reset_password');
CREATE INDEX ix_one_time_tokens_expires_at ON one_time_tokens (expires_at);

CREATE INDEX ix_mails_user_id ON mails (user_id);
CREATE INDEX ix_mails_created_at ON mails (created_at);
