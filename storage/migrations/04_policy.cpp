// Policy in versions, proposals, and the reviews of holds.
#include "storage/migrations/migrations.h"

namespace tenure::storage {

// Holds that are over stay on record for ever; what asks for those in force must not read them all.
const char* const kPolicyMigration = R"sql(
CREATE INDEX hold_active ON hold(id) WHERE released_at IS NULL;
CREATE INDEX hold_counting ON hold(counts_until) WHERE released_at IS NOT NULL;
CREATE INDEX hold_open ON hold(id) WHERE ended_at IS NULL;
)sql";

}  // namespace tenure::storage
