-- The inventory, version 1. Rows are only ever added to intent, result, challenge and audit.
-- One index is random (the serial numbers); everything else grows at its end, so that the cost of a
-- row does not depend on how many there are.

PRAGMA application_id = 0x4B535444; -- "KSTD"
PRAGMA user_version = 1;

CREATE TABLE meta (
  id        INTEGER PRIMARY KEY CHECK (id = 1),
  instance  INTEGER NOT NULL CHECK (instance BETWEEN 1 AND 127), -- first octet of every serial
  created   INTEGER NOT NULL                                     -- seconds since 1970, as all times
) STRICT;

-- The audit chain; src/audit says what hash covers.
CREATE TABLE audit (
  seq    INTEGER PRIMARY KEY,
  at     INTEGER NOT NULL,
  event  TEXT    NOT NULL,
  hash   BLOB    NOT NULL CHECK (length(hash) = 32)
) STRICT;

-- The end of the chain, so that a missing last row is noticed.
CREATE TABLE head (
  id    INTEGER PRIMARY KEY CHECK (id = 1),
  seq   INTEGER NOT NULL,
  at    INTEGER NOT NULL,
  hash  BLOB    NOT NULL CHECK (length(hash) = 32)
) STRICT;

-- Who signs: an issuer's name with the key and algorithm it had.
CREATE TABLE authority (
  id          INTEGER PRIMARY KEY,
  name        TEXT NOT NULL,
  key_sha256  BLOB NOT NULL CHECK (length(key_sha256) = 32),
  algorithm   TEXT NOT NULL,
  UNIQUE (name, key_sha256, algorithm)
) STRICT;

CREATE TABLE profile (
  id      INTEGER PRIMARY KEY,
  name    TEXT NOT NULL,
  sha256  BLOB NOT NULL CHECK (length(sha256) = 32),
  UNIQUE (name, sha256)
) STRICT;

-- What was about to be signed. A row without a result is "maybe signed".
CREATE TABLE intent (
  id              INTEGER PRIMARY KEY,
  audit_seq       INTEGER NOT NULL REFERENCES audit (seq),
  kind            INTEGER NOT NULL CHECK (kind IN (1, 2)),     -- 1 certificate, 2 request of ours
  authority       INTEGER NOT NULL REFERENCES authority (id),
  profile         INTEGER NOT NULL REFERENCES profile (id),
  serial          BLOB,                                        -- content octets, certificates only
  key_sha256      BLOB NOT NULL CHECK (length(key_sha256) = 32), -- of the subject's public key
  request_sha256  BLOB CHECK (length(request_sha256) = 32),
  subject         TEXT NOT NULL,                               -- RFC 4514
  not_after       INTEGER,
  recorded_at     INTEGER NOT NULL,
  tbs             BLOB NOT NULL,                               -- the exact bytes to be signed
  CHECK ((kind = 1) = (serial IS NOT NULL)),
  CHECK ((kind = 1) = (not_after IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX intent_serial ON intent (serial) WHERE serial IS NOT NULL;

-- What came of an intent. The DER is tbs, the authority's algorithm and signature, assembled.
CREATE TABLE result (
  intent     INTEGER PRIMARY KEY REFERENCES intent (id),
  audit_seq  INTEGER NOT NULL REFERENCES audit (seq),
  at         INTEGER NOT NULL,
  sha256     BLOB NOT NULL CHECK (length(sha256) = 32),
  signature  BLOB NOT NULL
) STRICT;

-- Ranges of intents of which `open` have no result, so that these are found without a search.
CREATE TABLE pending (
  first  INTEGER PRIMARY KEY,
  last   INTEGER NOT NULL CHECK (last >= first),
  open   INTEGER NOT NULL CHECK (open BETWEEN 0 AND last - first + 1)
) STRICT;

-- Trial signatures of keys, recorded before they are made.
CREATE TABLE challenge (
  id          INTEGER PRIMARY KEY,
  audit_seq   INTEGER NOT NULL REFERENCES audit (seq),
  at          INTEGER NOT NULL,
  key_sha256  BLOB NOT NULL CHECK (length(key_sha256) = 32),
  message     BLOB NOT NULL
) STRICT;

-- Against mistakes, not against attackers: those are what the chain is for.
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit rows are never changed'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit rows are never removed'); END;
CREATE TRIGGER intent_no_update BEFORE UPDATE ON intent BEGIN SELECT RAISE(ABORT, 'intents are never changed'); END;
CREATE TRIGGER intent_no_delete BEFORE DELETE ON intent BEGIN SELECT RAISE(ABORT, 'intents are never removed'); END;
CREATE TRIGGER result_no_update BEFORE UPDATE ON result BEGIN SELECT RAISE(ABORT, 'results are never changed'); END;
CREATE TRIGGER result_no_delete BEFORE DELETE ON result BEGIN SELECT RAISE(ABORT, 'results are never removed'); END;
CREATE TRIGGER challenge_no_update BEFORE UPDATE ON challenge BEGIN SELECT RAISE(ABORT, 'challenges are never changed'); END;
CREATE TRIGGER challenge_no_delete BEFORE DELETE ON challenge BEGIN SELECT RAISE(ABORT, 'challenges are never removed'); END;
