#include "storage/backup/poor_places.h"

#include <gmock/gmock.h>

#include "tests/storage/practice.h"

namespace tenure::storage {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

BackupRow backup(const std::string& kind, const Path& folder) { return {"id", kind, folder.string(), "name", {}, {}, 0, true}; }

class PoorPlaces : public testing::Test {
 protected:
  PoorPlaces() {
    for (const auto* name : {"state", "one", "two"}) make_directories(folder_.path / name);
  }
  Path at_(const char* name) const { return folder_.path / name; }
  TemporaryFolder folder_;
};

TEST_F(PoorPlaces, AreThoseOnTheFileSystemOfWhatTheyBackUp) {
  EXPECT_THAT(poor_places({backup("keys", at_("one")), backup("keys", at_("one")), backup("data", at_("two"))}, {at_("state")}),
              ElementsAre(HasSubstr("backup of the keys in " + at_("one").string() + " lies on the file system of"),
                          HasSubstr("backup of the data in " + at_("two").string() + " lies on the file system of")))
      << "each folder once";
  EXPECT_THAT(poor_places({backup("keys", "/proc")}, {at_("state")}), IsEmpty()) << "another file system";
  EXPECT_THAT(poor_places({backup("keys", at_("unplugged"))}, {at_("state")}), IsEmpty()) << "a disk that is not there";
}

TEST_F(PoorPlaces, AreThoseWhereKeysAndDataLieTogether) {
  const auto together = HasSubstr("keep them apart");
  EXPECT_THAT(poor_places({backup("keys", at_("one")), backup("data", at_("one"))}, {}), ElementsAre(together));
  EXPECT_THAT(poor_places({backup("keys", at_("one") / "keys"), backup("data", at_("one"))}, {}), ElementsAre(together));
  EXPECT_THAT(poor_places({backup("keys", at_("one")), backup("data", at_("two"))}, {}), IsEmpty());
}

}  // namespace
}  // namespace tenure::storage
