-- What went back of a payment, how our refunds are sent, what is owed to tutors.
ALTER TABLE payments ADD COLUMN payment_intent_id {text};
ALTER TABLE payments ADD COLUMN disputed_minor {int} NOT NULL DEFAULT 0 CONSTRAINT ck_payments_disputed CHECK (disputed_minor >= 0);
ALTER TABLE payments ADD COLUMN lost_minor {int} NOT NULL DEFAULT 0 CONSTRAINT ck_payments_lost CHECK (lost_minor >= 0 AND refunded_minor + disputed_minor + lost_minor <= amount_minor);
-- When a booking's money was divided.
ALTER TABLE payments ADD COLUMN released_at {time};
-- When its checkout was given up for a later one.
ALTER TABLE payments ADD COLUMN superseded_at {time};
UPDATE payments SET released_at = (SELECT t.at FROM ledger_transactions t WHERE t.payment_id = payments.id AND t.kind = 'release');
UPDATE payments SET payment_intent_id = (SELECT MIN(f.payment_intent_id) FROM stripe_facts f
    WHERE f.kind = 'session' AND f.claimed_payment_id = payments.id) WHERE type = 'booking' AND paid_at IS NOT NULL;
CREATE INDEX ix_payments_payment_intent_id ON payments (payment_intent_id);
CREATE INDEX ix_payments_pending ON payments (expires_at, id) WHERE status = 'pending';

ALTER TABLE refunds ADD COLUMN attempts {int} NOT NULL DEFAULT 0 CONSTRAINT ck_refunds_attempts CHECK (attempts >= 0);
ALTER TABLE refunds ADD COLUMN next_try_at {time};
ALTER TABLE refunds ADD COLUMN last_error {text};
UPDATE refunds SET next_try_at = created_at WHERE status = 'decided';
CREATE INDEX ix_refunds_due ON refunds (next_try_at, id) WHERE status = 'decided';

ALTER TABLE payouts ADD COLUMN export_id {id};
INSERT INTO payouts (id, tutor_id, booking_id, amount_minor, currency, status, due_at, created_at, updated_at)
    SELECT t.id, b.tutor_id, b.id, b.tutor_amount_minor, b.currency, 'owed', t.at, t.at, t.at
    FROM ledger_transactions t JOIN payments p ON p.id = t.payment_id JOIN bookings b ON b.id = p.booking_id
    WHERE t.kind = 'release' AND b.tutor_amount_minor > 0;
CREATE INDEX ix_payouts_due ON payouts (due_at, id) WHERE status = 'owed';
CREATE INDEX ix_payouts_export_id ON payouts (export_id);

-- Which payment has confirmed the booking.
ALTER TABLE bookings ADD COLUMN payment_id {id};
UPDATE bookings SET payment_id = (SELECT p.id FROM payments p WHERE p.booking_id = bookings.id AND p.paid_at = bookings.confirmed_at)
    WHERE confirmed_at IS NOT NULL AND (SELECT COUNT(*) FROM payments p WHERE p.booking_id = bookings.id AND p.paid_at = bookings.confirmed_at) = 1;

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
