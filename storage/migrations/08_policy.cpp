// Versions of the policy, and reminders of holds that are to be reviewed.
#include "storage/migrations/migrations.h"

namespace tenure::storage {

const char* const kPolicyMigration = R"sql(
CREATE TABLE policy_version(                             -- waits until it comes into force or is cancelled; never removed
  number INTEGER PRIMARY KEY,
  class TEXT NOT NULL,
  period TEXT NOT NULL,
  anchor INTEGER NOT NULL CHECK(anchor IN (0, 1)),       -- as policy's
  asked_at INTEGER NOT NULL,
  asked_by TEXT NOT NULL,
  reason TEXT NOT NULL,
  approval TEXT NOT NULL DEFAULT '',                     -- its id; empty: none was needed
  preview TEXT NOT NULL DEFAULT '',                      -- of what was shown and approved
  as_of INTEGER NOT NULL,                                -- up to when the preview knew the recordings
  effective_at INTEGER NOT NULL,
  in_force_at INTEGER,
  dated INTEGER NOT NULL DEFAULT 0,                      -- recordings whose expiry it brought forward
  dated_at INTEGER,                                      -- when all were
  cancelled_at INTEGER,
  cancelled_by TEXT NOT NULL DEFAULT '',
  cancel_reason TEXT NOT NULL DEFAULT '',
  CHECK(in_force_at IS NULL OR cancelled_at IS NULL)
) STRICT;
CREATE UNIQUE INDEX policy_waiting ON policy_version(class) WHERE in_force_at IS NULL AND cancelled_at IS NULL;
CREATE INDEX policy_in_force ON policy_version(class, number) WHERE in_force_at IS NOT NULL;

CREATE TRIGGER policy_first AFTER INSERT ON policy
BEGIN
  INSERT INTO policy_version(class, period, anchor, asked_at, asked_by, reason, as_of, effective_at, in_force_at, dated_at)
  VALUES(NEW.class, NEW.period, NEW.anchor, NEW.adopted_at, 'tenured', 'first settings', NEW.adopted_at, NEW.adopted_at,
         NEW.adopted_at, NEW.adopted_at);
END;
INSERT INTO policy_version(class, period, anchor, asked_at, asked_by, reason, as_of, effective_at, in_force_at, dated_at)
  SELECT class, period, anchor, adopted_at, 'tenured', 'first settings', adopted_at, adopted_at, adopted_at, adopted_at FROM policy;

CREATE TABLE policy_due(                                 -- what a change was approved to make fall due (I11)
  segment BLOB PRIMARY KEY REFERENCES segment(id) ON DELETE CASCADE,
  version INTEGER NOT NULL REFERENCES policy_version(number)
) STRICT, WITHOUT ROWID;
CREATE INDEX policy_due_by_version ON policy_due(version);

CREATE TABLE hold_reminder(                              -- each once for a review date
  hold BLOB NOT NULL REFERENCES hold(id),
  review_at INTEGER NOT NULL,
  step INTEGER NOT NULL CHECK(step IN (1, 2)),           -- due within 14 days, overdue
  at INTEGER NOT NULL,
  PRIMARY KEY(hold, review_at, step)
) STRICT, WITHOUT ROWID;
)sql";

}  // namespace tenure::storage
