-- Customers of the erased that nothing was paid by go a month after Stripe has deleted them.
CREATE INDEX ix_stripe_customers_deleted_at ON stripe_customers (deleted_at) WHERE deleted_at IS NOT NULL;
