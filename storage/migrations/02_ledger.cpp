// The ledger as a Merkle tree: bodies, leaves, commitments.
#include "storage/migrations/migrations.h"

namespace tenure::storage {

const char* const kLedgerMigration = R"sql(
)sql";

}  // namespace tenure::storage
