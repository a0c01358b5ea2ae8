-- The inventory, version 3: CRLs as intents, and what is revoked. Rows are only ever added.

PRAGMA user_version = 3;

-- An intent may be for a CRL (3) or an OCSP response (4). This widens a check, so no stored row changes its meaning.
PRAGMA writable_schema = ON;
UPDATE sqlite_schema
SET sql = replace(sql, 'kind IN (1, 2)),     -- 1 certificate, 2 request of ours',
                       'kind IN (1, 2, 3, 4)), -- 1 certificate, 2 request of ours, 3 CRL, 4 OCSP response')
WHERE type = 'table' AND name = 'intent';
PRAGMA writable_schema = RESET;

CREATE INDEX intent_not_after ON intent (not_after) WHERE not_after IS NOT NULL;

-- A blocked key gets no certificate; the CRL of a CA whose key is blocked is still wanted.
DROP TRIGGER intent_key_not_blocked;
CREATE TRIGGER intent_key_not_blocked BEFORE INSERT ON intent
WHEN NEW.kind <> 3 AND EXISTS (SELECT 1 FROM blocked_key WHERE key_sha256 = NEW.key_sha256)
BEGIN SELECT RAISE(ABORT, 'the key is blocked'); END;

-- What an intent of kind 3 says. The empty point is that of an issuer without distribution points.
CREATE TABLE crl (
  intent         INTEGER PRIMARY KEY REFERENCES intent (id),
  authority_key  BLOB    NOT NULL CHECK (length(authority_key) = 32), -- SHA-256 of the issuer's SPKI
  point          TEXT    NOT NULL,
  number         INTEGER NOT NULL CHECK (number > 0),
  base           INTEGER CHECK (base < number),               -- of a delta CRL
  this_update    INTEGER NOT NULL,
  next_update    INTEGER NOT NULL CHECK (next_update > this_update),
  entries        INTEGER NOT NULL CHECK (entries >= 0),
  covers         INTEGER NOT NULL REFERENCES audit (seq)      -- what was revoked up to this row was considered
) STRICT;
CREATE UNIQUE INDEX crl_number ON crl (authority_key, point, number);

-- CRLs that this store did not make but must not fall behind: found published, or given by hand.
CREATE TABLE crl_seen (
  id             INTEGER PRIMARY KEY,
  audit_seq      INTEGER NOT NULL REFERENCES audit (seq),
  at             INTEGER NOT NULL,
  authority_key  BLOB    NOT NULL CHECK (length(authority_key) = 32),
  point          TEXT    NOT NULL,
  number         INTEGER NOT NULL CHECK (number > 0),
  sha256         BLOB    NOT NULL CHECK (length(sha256) = 32)
) STRICT;
CREATE INDEX crl_seen_number ON crl_seen (authority_key, point, number);

-- The last word, whatever a writer knew when it began: a number that is spent, or seen, is behind us.
CREATE TRIGGER crl_number_rises BEFORE INSERT ON crl
WHEN EXISTS (SELECT 1 FROM crl WHERE authority_key = NEW.authority_key AND point = NEW.point AND number >= NEW.number)
  OR EXISTS (SELECT 1 FROM crl_seen WHERE authority_key = NEW.authority_key AND point = NEW.point AND number >= NEW.number)
BEGIN SELECT RAISE(ABORT, 'CRL numbers only rise'); END;

-- What is revoked for ever. A certificate that this store does not know (lost with a backup, taken over
-- from a CRL) has no intent.
CREATE TABLE revocation (
  id             INTEGER PRIMARY KEY,
  audit_seq      INTEGER NOT NULL REFERENCES audit (seq),
  at             INTEGER NOT NULL,
  authority_key  BLOB    NOT NULL CHECK (length(authority_key) = 32),
  serial         BLOB    NOT NULL,
  intent         INTEGER REFERENCES intent (id),
  date           INTEGER NOT NULL CHECK (date <= at),         -- revocationDate, never in the future
  reason         INTEGER NOT NULL CHECK (reason IN (0, 1, 2, 3, 4, 5, 9, 10)),
  invalidity     INTEGER,
  not_after      INTEGER,                                     -- unknown without an intent
  point          TEXT    NOT NULL,                            -- its CRL distribution point, or empty
  ca             INTEGER CHECK (ca IN (0, 1)),                -- a CA's certificate; unknown without an intent
  UNIQUE (authority_key, serial)
) STRICT;

-- Holds and releases, in order; the last row about a certificate counts, until it is revoked.
CREATE TABLE hold (
  id             INTEGER PRIMARY KEY,
  audit_seq      INTEGER NOT NULL REFERENCES audit (seq),
  at             INTEGER NOT NULL,
  intent         INTEGER NOT NULL REFERENCES intent (id),
  held           INTEGER NOT NULL CHECK (held IN (0, 1))
) STRICT;
CREATE INDEX hold_intent ON hold (intent);

CREATE TRIGGER hold_not_revoked BEFORE INSERT ON hold
WHEN EXISTS (SELECT 1 FROM revocation WHERE intent = NEW.intent)
BEGIN SELECT RAISE(ABORT, 'a revoked certificate is not held or released'); END;
CREATE INDEX revocation_intent ON revocation (intent) WHERE intent IS NOT NULL;

CREATE TRIGGER crl_no_update BEFORE UPDATE ON crl BEGIN SELECT RAISE(ABORT, 'CRLs are never changed'); END;
CREATE TRIGGER crl_no_delete BEFORE DELETE ON crl BEGIN SELECT RAISE(ABORT, 'CRLs are never removed'); END;
CREATE TRIGGER crl_seen_no_update BEFORE UPDATE ON crl_seen BEGIN SELECT RAISE(ABORT, 'seen CRLs are never changed'); END;
CREATE TRIGGER crl_seen_no_delete BEFORE DELETE ON crl_seen BEGIN SELECT RAISE(ABORT, 'seen CRLs are never removed'); END;
CREATE TRIGGER revocation_no_update BEFORE UPDATE ON revocation BEGIN SELECT RAISE(ABORT, 'revocations are never changed'); END;
CREATE TRIGGER revocation_no_delete BEFORE DELETE ON revocation BEGIN SELECT RAISE(ABORT, 'revocations are never removed'); END;
CREATE TRIGGER hold_no_update BEFORE UPDATE ON hold BEGIN SELECT RAISE(ABORT, 'holds are never changed'); END;
CREATE TRIGGER hold_no_delete BEFORE DELETE ON hold BEGIN SELECT RAISE(ABORT, 'holds are never removed'); END;
