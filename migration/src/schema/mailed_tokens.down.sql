DROP INDEX ix_mails_created_at;
DROP INDEX ix_mails_user_id;
DROP INDEX ix_one_time_tokens_expires_at;
DROP INDEX uq_one_time_tokens_live;
ALTER TABLE one_time_tokens DROP COLUMN nonce;
ALTER TABLE one_time_tokens DROP COLUMN kid;
