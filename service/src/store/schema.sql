-- The service's tables in PostgreSQL. Run at each start, under a lock, so that two processes that
-- start together do not trip over each other.
CREATE TABLE IF NOT EXISTS attempts (
  subject bytea NOT NULL, id bytea NOT NULL, counted text NOT NULL, at bigint NOT NULL,
  PRIMARY KEY (subject, id));
CREATE INDEX IF NOT EXISTS attempts_at ON attempts (at);
CREATE TABLE IF NOT EXISTS accounts (
  id text PRIMARY KEY, identity bytea NOT NULL, keys text NOT NULL, account text NOT NULL);
CREATE INDEX IF NOT EXISTS accounts_identity ON accounts (identity);
CREATE TABLE IF NOT EXISTS sessions (
  id bytea PRIMARY KEY, token bytea NOT NULL, state bytea NOT NULL, notes text NOT NULL,
  code text UNIQUE, expires_at bigint NOT NULL);
CREATE INDEX IF NOT EXISTS sessions_expiry ON sessions (expires_at);
CREATE TABLE IF NOT EXISTS vaults (
  id bytea PRIMARY KEY REFERENCES sessions ON DELETE CASCADE, bytes bytea NOT NULL);
CREATE TABLE IF NOT EXISTS records (
  id bytea PRIMARY KEY, began_at bigint NOT NULL, updated_at bigint NOT NULL, phase text NOT NULL,
  audit text NOT NULL, signature bytea NOT NULL);
CREATE INDEX IF NOT EXISTS records_updated ON records (updated_at);
CREATE TABLE IF NOT EXISTS reports (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id bytea NOT NULL REFERENCES records ON DELETE CASCADE, body text NOT NULL);
CREATE INDEX IF NOT EXISTS reports_id ON reports (id);
