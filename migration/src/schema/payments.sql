CREATE TABLE stripe_customers (
    customer_id {text} NOT NULL PRIMARY KEY,
    provider {text} NOT NULL,
    user_id {id} NOT NULL CONSTRAINT fk_stripe_customers_user_id REFERENCES users (id),
    created_at {time} NOT NULL,
    deleted_at {time},
    CONSTRAINT ck_stripe_customers_provider CHECK (provider = 'stripe')
) {strict};
CREATE UNIQUE INDEX uq_stripe_customers_user_id ON stripe_customers (user_id) WHERE deleted_at IS NULL;
-- Every settlement locks those that are gone, too.
CREATE INDEX ix_stripe_customers_user_id ON stripe_customers (user_id);

CREATE TABLE payments (
    id {id} NOT NULL PRIMARY KEY,
    user_id {id} NOT NULL CONSTRAINT fk_payments_user_id REFERENCES users (id),
    type {text} NOT NULL,
    booking_id {id} CONSTRAINT fk_payments_booking_id REFERENCES bookings (id),
    tutor_id {id} CONSTRAINT fk_payments_tutor_id REFERENCES tutor_profiles (id),
    -- The checkout that a renewal goes back to; NULL for a checkout itself.
    first_payment_id {id} CONSTRAINT fk_payments_first_payment_id REFERENCES payments (id),
    status {text} NOT NULL,
    amount_minor {int} NOT NULL,
    refunded_minor {int} NOT NULL,
    currency {text} NOT NULL,
    livemode {bool} NOT NULL,
    provider {text} NOT NULL,
    -- The session of a checkout (NULL until the provider has answered), the invoice of a renewal.
    provider_ref {text},
    customer_id {text} CONSTRAINT fk_payments_customer_id REFERENCES stripe_customers (customer_id),
    subscription_id {text},
    -- What is asked of the provider, byte for byte the same on every try under the same key.
    request {json},
    idempotency_key {text},
    checkout_url {text},
    -- When the open session can no longer be paid.
    expires_at {time},
    paid_at {time},
    version {int} NOT NULL,
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL,
    seed_run_id {id} CONSTRAINT fk_payments_seed_run_id REFERENCES seed_runs (id),
    CONSTRAINT uq_payments_provider_provider_ref UNIQUE (provider, provider_ref),
    CONSTRAINT uq_payments_idempotency_key UNIQUE (idempotency_key),
    CONSTRAINT ck_payments_type CHECK (type IN ('premium', 'booking')),
    CONSTRAINT ck_payments_subject CHECK ((type = 'booking') = (booking_id IS NOT NULL) AND (type = 'premium') = (tutor_id IS NOT NULL)),
    CONSTRAINT ck_payments_status CHECK (status IN ('pending', 'completed', 'failed', 'expired', 'refunded', 'partially_refunded', 'disputed')),
    CONSTRAINT ck_payments_amounts CHECK (amount_minor >= 1 AND refunded_minor BETWEEN 0 AND amount_minor),
    CONSTRAINT ck_payments_currency CHECK (currency = 'RUB'),
    CONSTRAINT ck_payments_provider CHECK (provider = 'stripe'),
    CONSTRAINT ck_payments_version CHECK (version >= 1)
) {strict};
-- One checkout at a time for one thing.
CREATE UNIQUE INDEX uq_payments_booking_id_pending ON payments (booking_id) WHERE status = 'pending';
CREATE UNIQUE INDEX uq_payments_tutor_id_pending ON payments (tutor_id) WHERE status = 'pending';
CREATE INDEX ix_payments_user_id ON payments (user_id, created_at, id);
CREATE INDEX ix_payments_booking_id ON payments (booking_id);
CREATE INDEX ix_payments_tutor_id ON payments (tutor_id);
CREATE INDEX ix_payments_first_payment_id ON payments (first_payment_id);
CREATE INDEX ix_payments_customer_id ON payments (customer_id);
CREATE INDEX ix_payments_subscription_id ON payments (subscription_id);
CREATE INDEX ix_payments_seed_run_id ON payments (seed_run_id);

CREATE TABLE stripe_webhook_events (
    id {id} NOT NULL PRIMARY KEY,
    event_id {text} NOT NULL,
    type {text} NOT NULL,
    api_version {text},
    created {time} NOT NULL,
    livemode {bool} NOT NULL,
    payload {json} NOT NULL,
    outcome {text} NOT NULL,
    reason {text},
    explanation {text},
    received_at {time} NOT NULL,
    processed_at {time} NOT NULL,
    resolved_at {time},
    seed_run_id {id} CONSTRAINT fk_stripe_webhook_events_seed_run_id REFERENCES seed_runs (id),
    -- The insert decides which delivery is the first.
    CONSTRAINT uq_stripe_webhook_events_event_id UNIQUE (event_id),
    CONSTRAINT ck_stripe_webhook_events_outcome CHECK (outcome IN ('applied', 'stale', 'ignored', 'parked')),
    CONSTRAINT ck_stripe_webhook_events_reason CHECK (reason IN ('waiting', 'mismatch', 'customer_conflict', 'other_mode')),
    CONSTRAINT ck_stripe_webhook_events_parked CHECK ((outcome = 'parked') = (reason IS NOT NULL))
) {strict};
CREATE INDEX ix_stripe_webhook_events_received_at ON stripe_webhook_events (received_at, id);
CREATE INDEX ix_stripe_webhook_events_parked ON stripe_webhook_events (received_at) WHERE outcome = 'parked';

-- Deliveries that failed leave no event behind (the rollback sees to that); the operator still sees them here.
CREATE TABLE stripe_webhook_failures (
    event_id {text} NOT NULL PRIMARY KEY,
    type {text} NOT NULL,
    attempts {int} NOT NULL,
    last_error {text} NOT NULL,
    first_at {time} NOT NULL,
    last_at {time} NOT NULL,
    CONSTRAINT ck_stripe_webhook_failures_attempts CHECK (attempts >= 1)
) {strict};

-- What each event said, in our own words, found again by any of Stripe's objects that it names.
CREATE TABLE stripe_facts (
    event_id {text} NOT NULL PRIMARY KEY CONSTRAINT fk_stripe_facts_event_id REFERENCES stripe_webhook_events (event_id),
    kind {text} NOT NULL,
    session_id {text},
    subscription_id {text},
    invoice_id {text},
    payment_intent_id {text},
    charge_id {text},
    customer_id {text},
    -- payment_id of our metadata: a claim, cross-checked before it counts.
    claimed_payment_id {id},
    created {time} NOT NULL,
    fact {json} NOT NULL,
    CONSTRAINT ck_stripe_facts_kind CHECK (kind IN ('session', 'invoice', 'subscription', 'invoice_payment', 'charge', 'refund', 'dispute', 'customer'))
) {strict};
CREATE INDEX ix_stripe_facts_session_id ON stripe_facts (session_id);
CREATE INDEX ix_stripe_facts_subscription_id ON stripe_facts (subscription_id);
CREATE INDEX ix_stripe_facts_invoice_id ON stripe_facts (invoice_id);
CREATE INDEX ix_stripe_facts_payment_intent_id ON stripe_facts (payment_intent_id);
CREATE INDEX ix_stripe_facts_charge_id ON stripe_facts (charge_id);
CREATE INDEX ix_stripe_facts_customer_id ON stripe_facts (customer_id);
CREATE INDEX ix_stripe_facts_claimed_payment_id ON stripe_facts (claimed_payment_id);

CREATE TABLE refunds (
    id {id} NOT NULL PRIMARY KEY,
    payment_id {id} NOT NULL CONSTRAINT fk_refunds_payment_id REFERENCES payments (id),
    reason {text} NOT NULL,
    amount_minor {int} NOT NULL,
    currency {text} NOT NULL,
    status {text} NOT NULL,
    provider {text} NOT NULL,
    provider_ref {text},
    first_tried_at {time},
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL,
    CONSTRAINT uq_refunds_payment_id_reason UNIQUE (payment_id, reason),
    CONSTRAINT uq_refunds_provider_provider_ref UNIQUE (provider, provider_ref),
    CONSTRAINT ck_refunds_amount CHECK (amount_minor >= 1),
    CONSTRAINT ck_refunds_currency CHECK (currency = 'RUB'),
    CONSTRAINT ck_refunds_status CHECK (status IN ('decided', 'sent', 'succeeded', 'failed', 'void')),
    CONSTRAINT ck_refunds_reason CHECK (reason IN ('booking_cancelled', 'not_payable', 'superseded')),
    CONSTRAINT ck_refunds_provider CHECK (provider = 'stripe')
) {strict};

-- Double entry, append only. The entries of a transaction sum to zero.
CREATE TABLE ledger_transactions (
    id {id} NOT NULL PRIMARY KEY,
    payment_id {id} NOT NULL CONSTRAINT fk_ledger_transactions_payment_id REFERENCES payments (id),
    kind {text} NOT NULL,
    -- What it is about, so that the same thing is never booked twice.
    reference {text} NOT NULL,
    at {time} NOT NULL,
    created_at {time} NOT NULL,
    CONSTRAINT uq_ledger_transactions_kind_reference UNIQUE (kind, reference),
    CONSTRAINT ck_ledger_transactions_kind CHECK (kind IN ('payment', 'release', 'refund', 'dispute', 'dispute_won', 'dispute_lost', 'stripe_fee', 'payout'))
) {strict};
CREATE INDEX ix_ledger_transactions_payment_id ON ledger_transactions (payment_id);

CREATE TABLE ledger_entries (
    transaction_id {id} NOT NULL CONSTRAINT fk_ledger_entries_transaction_id REFERENCES ledger_transactions (id),
    account {text} NOT NULL,
    amount_minor {int} NOT NULL,
    currency {text} NOT NULL,
    CONSTRAINT pk_ledger_entries PRIMARY KEY (transaction_id, account),
    CONSTRAINT ck_ledger_entries_account CHECK (account IN ('student', 'escrow', 'platform', 'tutor', 'refund', 'stripe_fees', 'disputed')),
    CONSTRAINT ck_ledger_entries_amount CHECK (amount_minor <> 0),
    CONSTRAINT ck_ledger_entries_currency CHECK (currency = 'RUB')
) {strict};

CREATE TABLE payouts (
    id {id} NOT NULL PRIMARY KEY,
    tutor_id {id} NOT NULL CONSTRAINT fk_payouts_tutor_id REFERENCES tutor_profiles (id),
    booking_id {id} NOT NULL CONSTRAINT fk_payouts_booking_id REFERENCES bookings (id),
    amount_minor {int} NOT NULL,
    currency {text} NOT NULL,
    status {text} NOT NULL,
    due_at {time} NOT NULL,
    paid_at {time},
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL,
    CONSTRAINT uq_payouts_booking_id UNIQUE (booking_id),
    CONSTRAINT ck_payouts_amount CHECK (amount_minor >= 0),
    CONSTRAINT ck_payouts_currency CHECK (currency = 'RUB'),
    CONSTRAINT ck_payouts_status CHECK (status IN ('owed', 'due', 'exported', 'paid', 'void'))
) {strict};
CREATE INDEX ix_payouts_tutor_id ON payouts (tutor_id, created_at, id);
