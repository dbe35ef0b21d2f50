DROP INDEX ix_jobs_done;
DROP INDEX ix_jobs_state;
