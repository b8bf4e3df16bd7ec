// The steps of the catalogue's schema, one for each part of it, in the order they run. Never edited once released: a
// change is another step at the end.
#pragma once

namespace tenure::storage {

extern const char* const kRecordingsMigration;
extern const char* const kLedgerMigration;
extern const char* const kPeopleMigration;
extern const char* const kSpaceMigration;
extern const char* const kTimeMigration;
extern const char* const kRecoveryMigration;
extern const char* const kPolicyMigration;
extern const char* const kBackupMigration;
extern const char* const kRequestWordsMigration;

}  // namespace tenure::storage
