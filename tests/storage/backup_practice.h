// A practice with two backup disks, that can burn and be set up anew from them.
#pragma once
#include <gmock/gmock.h>

#include "storage/backup/restore.h"
#include "storage/storage.h"
#include "tests/storage/practice.h"

namespace tenure::storage {

class BackupTest : public testing::Test {
 protected:
  BackupTest();
  void open();
  SegmentId import(const std::string& number, const std::string& native, const std::string& sound);
  void erase(const SegmentId& id) { storage->erasures().order({{}, {}, {id}}, "a right", manager, {}); }
  Path keys(const std::string& to = "disk");
  DataBackupReport data();
  // The machine burns; a new one is set up from the backups.
  RestoreReport lose_and_restore(const Path& keys_file, const std::string& checkpoint = {});
  std::vector<CallRow> find(const std::string& number);
  std::string sound(const SegmentId& id);
  std::size_t key_files(const std::string& disk) const;

  TemporaryFolder folder;
  SimulatedClock clock{at("2026-03-02T14:00:00Z")};
  config::Settings settings;
  Key secret{};
  std::unique_ptr<Storage> storage;
  const Actor manager{"manager"};
};

}  // namespace tenure::storage
