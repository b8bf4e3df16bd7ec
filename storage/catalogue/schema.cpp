#include "storage/catalogue/schema.h"

#include <array>

#include "base/error.h"
#include "storage/migrations/migrations.h"

namespace tenure::storage {

namespace {
const std::array kMigrations = {kRecordingsMigration, kLedgerMigration, kPeopleMigration,
                                kSpaceMigration, kTimeMigration, kRecoveryMigration, kBackupMigration,
                                kPolicyMigration, kRequestWordsMigration};

constexpr std::int64_t kApplicationId = 0x54656e75;  // "Tenu"

std::int64_t pragma(sqlite::Connection& database, const std::string& name) {
  auto query = database.query("PRAGMA " + name);
  query.step();
  return query.integer(0);
}
}  // namespace

int schema_version() { return static_cast<int>(kMigrations.size()); }

void migrate(sqlite::Connection& database) {
  const auto version = pragma(database, "user_version");
  const auto application = pragma(database, "application_id");
  if (version != 0 && application != kApplicationId)
    throw Error(ErrorKind::refused, "The catalogue's file belongs to another program: check the settings' storage.path.");
  if (version > schema_version())
    throw Error(ErrorKind::refused, "The catalogue was made by a newer version of Tenure: install that version.");
  for (auto step = version; step < schema_version(); ++step) {
    const std::string sql = kMigrations[static_cast<std::size_t>(step)];
    database.script("BEGIN IMMEDIATE;" + sql + "PRAGMA application_id = " + std::to_string(kApplicationId) +
                    ";PRAGMA user_version = " + std::to_string(step + 1) + ";COMMIT;");
  }
}

}  // namespace tenure::storage
