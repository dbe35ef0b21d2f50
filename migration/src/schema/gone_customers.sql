-- Customers of the erased that nothing was paid by go a month after Stripe has deleted them.
CREATE INDEX ix_stripe_customers_deleted_at ON stripe_customers (deleted_at) WHERE deleted_at IS NOT NULL;
-- What an erasure empties by now.
UPDATE payments SET request = NULL, checkout_url = NULL WHERE user_id IN (SELECT id FROM users WHERE deleted_at IS NOT NULL);
UPDATE tutor_profiles SET stripe_customer_id = NULL WHERE deleted_at IS NOT NULL;
