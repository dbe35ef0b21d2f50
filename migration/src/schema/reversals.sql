-- What went back of a payment, how our refunds are sent, what is owed to tutors.
ALTER TABLE payments ADD COLUMN payment_intent_id {text};
ALTER TABLE payments ADD COLUMN disputed_minor {int} NOT NULL DEFAULT 0 CONSTRAINT ck_payments_disputed CHECK (disputed_minor >= 0);
ALTER TABLE payments ADD COLUMN lost_minor {int} NOT NULL DEFAULT 0 CONSTRAINT ck_payments_lost CHECK (lost_minor >= 0);
-- When a booking's money was divided.
ALTER TABLE payments ADD COLUMN released_at {time};
-- When its checkout was given up for a later one.
ALTER TABLE payments ADD COLUMN superseded_at {time};
UPDATE payments SET released_at = (SELECT t.at FROM ledger_transactions t WHERE t.payment_id = payments.id AND t.kind = 'release');
CREATE INDEX ix_payments_payment_intent_id ON payments (payment_intent_id);
CREATE INDEX ix_payments_pending ON payments (expires_at, id) WHERE status = 'pending';

ALTER TABLE refunds ADD COLUMN attempts {int} NOT NULL DEFAULT 0 CONSTRAINT ck_refunds_attempts CHECK (attempts >= 0);
ALTER TABLE refunds ADD COLUMN next_try_at {time};
ALTER TABLE refunds ADD COLUMN last_error {text};
UPDATE refunds SET next_try_at = created_at WHERE status = 'decided';
CREATE INDEX ix_refunds_due ON refunds (next_try_at, id) WHERE status = 'decided';

ALTER TABLE payouts ADD COLUMN export_id {id};
CREATE INDEX ix_payouts_due ON payouts (due_at, id) WHERE status = 'owed';
CREATE INDEX ix_payouts_export_id ON payouts (export_id);

-- Stripe's word for the running subscription, to see when it changes; NULL without one.
ALTER TABLE tutor_profiles ADD COLUMN premium_status {text};

-- When a person was called to an event that waits for too long.
ALTER TABLE stripe_webhook_events ADD COLUMN alerted_at {time};
-- What a person decided about a parked event, and why.
ALTER TABLE stripe_webhook_events ADD COLUMN resolution {text};

-- Each time that the list of events at Stripe was compared with ours.
CREATE TABLE stripe_reconciliations (
    id {id} NOT NULL PRIMARY KEY,
    since {time} NOT NULL,
    listed_until {time} NOT NULL,
    listed {int} NOT NULL,
    missing {int} NOT NULL,
    at {time} NOT NULL,
    CONSTRAINT ck_stripe_reconciliations_counts CHECK (missing BETWEEN 0 AND listed)
) {strict};
CREATE INDEX ix_stripe_reconciliations_listed_until ON stripe_reconciliations (listed_until);
