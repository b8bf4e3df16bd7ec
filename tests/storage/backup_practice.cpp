#include "tests/storage/backup_practice.h"

#include "storage/backup/recovery_key.h"

namespace tenure::storage {

namespace fs = boost::filesystem;

BackupTest::BackupTest() {
  settings.storage.path = folder.path / "state";
  settings.storage.ballast_bytes = 0;
  settings.vaults.push_back({"main", folder.path / "vault", {}});
  settings.classes = {{"cctv", *parse_period("P28D"), config::Anchor::capture_end},
                      {"calls", *parse_period("P3Y"), config::Anchor::capture_start}};
  config::Calls pbx;
  pbx.name = "pbx";
  settings.calls.push_back(pbx);
  secret = make_recovery_secret();
  for (const auto* disk : {"disk", "other"}) make_directories(folder.path / disk);
  open();
  storage->backups().set_recovery_key(recovery_public(secret), manager);
}

void BackupTest::open() {
  storage.reset();
  storage = std::make_unique<Storage>(settings, clock);
}

SegmentId BackupTest::import(const std::string& number, const std::string& native, const std::string& sound) {
  auto file = File::unnamed(folder.path);
  file.write_at(0, as_view(sound));
  return storage->calls()
      .import(call_at(clock.now() - std::chrono::minutes(5), number, native), "calls", file, sound.size(), {})
      .id;
}

Path BackupTest::keys(const std::string& to) {
  const auto made = storage->backups().back_up_keys(folder.path / to, manager);
  return Path(made.folder) / made.name;
}

DataBackupReport BackupTest::data() {
  return storage->backups().back_up_data(folder.path / "disk", manager, [](double) {}, [] { return false; });
}

RestoreReport BackupTest::lose_and_restore(const Path& keys_file, const std::string& checkpoint) {
  storage.reset();
  fs::remove_all(folder.path / "state");
  fs::remove_all(folder.path / "vault");
  const auto report = restore(settings, {folder.path / "disk", keys_file, secret, checkpoint});
  open();
  return report;
}

std::vector<CallRow> BackupTest::find(const std::string& number) {
  return storage->calls().find({.number = number, .last_digits = {}, .extension = {}, .span = {}}, manager);
}

std::string BackupTest::sound(const SegmentId& id) {
  auto reader = storage->open(id, manager, Purpose::view);
  Blob bytes(reader.plain_size());
  reader.read(0, bytes);
  return std::string(as_text(bytes));
}

std::size_t BackupTest::key_files(const std::string& disk) const {
  std::size_t count = 0;
  for (const auto& item : fs::directory_iterator(folder.path / disk))
    count += item.path().extension() == ".tenure-keys";
  return count;
}

}  // namespace tenure::storage
