-- The inventory, version 2: keys that nobody gets a certificate for, ever.

PRAGMA user_version = 2;

-- Rows are only ever added.
CREATE TABLE blocked_key (
  id          INTEGER PRIMARY KEY,
  audit_seq   INTEGER NOT NULL REFERENCES audit (seq),
  at          INTEGER NOT NULL,
  key_sha256  BLOB NOT NULL UNIQUE CHECK (length(key_sha256) = 32), -- of the SubjectPublicKeyInfo
  reason      TEXT NOT NULL CHECK (reason <> '')
) STRICT;

-- Whatever the caller knew when it began: the last word is here, in the transaction of the intent.
CREATE TRIGGER intent_key_not_blocked BEFORE INSERT ON intent
WHEN EXISTS (SELECT 1 FROM blocked_key WHERE key_sha256 = NEW.key_sha256)
BEGIN SELECT RAISE(ABORT, 'the key is blocked'); END;

CREATE TRIGGER blocked_key_no_update BEFORE UPDATE ON blocked_key BEGIN SELECT RAISE(ABORT, 'blocked keys are never changed'); END;
CREATE TRIGGER blocked_key_no_delete BEFORE DELETE ON blocked_key BEGIN SELECT RAISE(ABORT, 'blocked keys are never removed'); END;
