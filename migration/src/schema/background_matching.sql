-- Which tutors have been told of which order: the row decides, so each is told once, ever, whatever
-- is computed or edited later.
CREATE TABLE order_match_notices (
    order_id {id} NOT NULL CONSTRAINT fk_order_match_notices_order_id REFERENCES orders (id) ON DELETE CASCADE,
    tutor_id {id} NOT NULL CONSTRAINT fk_order_match_notices_tutor_id REFERENCES tutor_profiles (id) ON DELETE CASCADE,
    created_at {time} NOT NULL,
    CONSTRAINT pk_order_match_notices PRIMARY KEY (order_id, tutor_id)
) {strict};
CREATE INDEX ix_order_match_notices_tutor_id ON order_match_notices (tutor_id);

-- The list of the dead and its length; what is done is deleted by age.
CREATE INDEX ix_jobs_state ON jobs (state, created_at, id);
CREATE INDEX ix_jobs_done ON jobs (finished_at, id) WHERE state = 'done';
