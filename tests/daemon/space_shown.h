// What status and doctor say of the room in vaults that lie in one folder, a small disk of its own where asked for.
#pragma once
#include <boost/filesystem/operations.hpp>

#include "tests/daemon/rooms_fixture.h"
#include "tests/support/space.h"

namespace tenure::daemon {

struct VaultFolder {
  // `disk`: the options of its file system, null: none of its own. Needs root; else it is a folder as any other.
  explicit VaultFolder(const char* disk) {
    make_directories(path);
    mounted = disk != nullptr && tests::mount_small_disk(path, disk);
  }
  ~VaultFolder() {
    if (mounted) tests::unmount_small_disk(path);
    boost::system::error_code ignored;
    boost::filesystem::remove_all(path, ignored);
  }
  VaultFolder(const VaultFolder&) = delete;
  VaultFolder& operator=(const VaultFolder&) = delete;
  std::string settings(const std::vector<std::string>& vaults) const {
    std::string all;
    for (const auto& id : vaults) all += "[[vault]]\nid = \"" + id + "\"\npath = \"" + (path / id).string() + "\"\n";
    return all;
  }
  Path path = boost::filesystem::temp_directory_path() / boost::filesystem::unique_path("tenure-vaults-%%%%%%%%");
  bool mounted = false;
};

class SpaceShown : protected VaultFolder, public RoomsTest {
 protected:
  explicit SpaceShown(const std::vector<std::string>& vaults, const char* disk = nullptr)
      : VaultFolder(disk), RoomsTest(settings(vaults)) {
    storage_->catalogue().ensure_source("door", "cctv", storage::Kind::camera);
  }
  void record(Interval span, std::uint64_t bytes, const std::string& vault) {
    tests::commit_row(storage_->catalogue(), "door", span, bytes, vault);
  }
  boost::json::value ask(const std::string& verb) { return RoomsTest::ask(Asker{{"uid 0 (root)"}}, verb, {}, nullptr); }
};

}  // namespace tenure::daemon
