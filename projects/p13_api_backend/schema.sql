-- Whatever is asked twice is stored once: (owner, key) is unique where something is done.
CREATE TABLE IF NOT EXISTS purchase (
    id text PRIMARY KEY, customer_id text NOT NULL, placed_on date NOT NULL, status text NOT NULL,
    currency text NOT NULL, total_cents bigint NOT NULL, lines jsonb NOT NULL
);
CREATE INDEX IF NOT EXISTS purchase_newest ON purchase (placed_on DESC, id DESC);
CREATE INDEX IF NOT EXISTS purchase_of ON purchase (customer_id, placed_on DESC, id DESC);
CREATE TABLE IF NOT EXISTS refund (
    id text PRIMARY KEY, order_id text NOT NULL REFERENCES purchase, amount_cents bigint NOT NULL,
    reason text NOT NULL, paid_at timestamptz NOT NULL DEFAULT now(),
    owner text NOT NULL, key text NOT NULL, fingerprint bytea NOT NULL, UNIQUE (owner, key)
);
CREATE INDEX IF NOT EXISTS refund_of ON refund (order_id);
CREATE OR REPLACE VIEW purchase_now AS SELECT p.*, coalesce(
    (SELECT sum(r.amount_cents) FROM refund r WHERE r.order_id = p.id), 0)::bigint AS refunded_cents
FROM purchase p;
CREATE TABLE IF NOT EXISTS answer (
    id text PRIMARY KEY, order_id text, question text NOT NULL, text text NOT NULL DEFAULT '',
    state text NOT NULL DEFAULT 'running', model text NOT NULL DEFAULT '',
    input_tokens int NOT NULL DEFAULT 0, output_tokens int NOT NULL DEFAULT 0,
    asked_at timestamptz NOT NULL DEFAULT now(),
    attempt int NOT NULL DEFAULT 1, leased_until timestamptz NOT NULL,
    owner text NOT NULL, key text NOT NULL, fingerprint bytea NOT NULL, UNIQUE (owner, key)
);
CREATE TABLE IF NOT EXISTS api_key (
    id text PRIMARY KEY, digest bytea NOT NULL, owner text NOT NULL, role text NOT NULL,
    burst float8 NOT NULL, per_s float8 NOT NULL, level float8 NOT NULL,
    filled_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
