// The thin layer over SQLite: what its statements give back, and what its refusals are called.
#include "storage/catalogue/sqlite.h"

#include <gmock/gmock.h>

#include "tests/storage/practice.h"

namespace tenure::storage {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class Sqlite : public testing::Test {
 protected:
  Sqlite() { db.script("CREATE TABLE item(name TEXT, bytes BLOB)"); }
  TemporaryFolder folder;
  sqlite::Connection db{folder.path / "db", /*writes=*/true};
};

TEST_F(Sqlite, AnEmptyBlobIsNoNullAndANullIsAnEmptyBlob) {
  db.run("INSERT INTO item VALUES('empty', ?)", Blob{});
  db.run("INSERT INTO item VALUES('null', ?)", std::optional<Blob>());
  auto query = db.query("SELECT bytes FROM item ORDER BY name");
  ASSERT_TRUE(query.step());
  EXPECT_FALSE(query.is_null(0));
  EXPECT_TRUE(query.blob(0).empty());
  ASSERT_TRUE(query.step());
  EXPECT_TRUE(query.is_null(0));
  EXPECT_TRUE(query.blob(0).empty());
  EXPECT_THAT(error_of([&] { static_cast<void>(query.bytes<16>(0)); }), StartsWith("corrupt"));
}

TEST_F(Sqlite, AStatementMayBeAskedAgainInsideItsOwnLoopAndMoved) {
  for (const auto* name : {"a", "b"}) db.run("INSERT INTO item VALUES(?, NULL)", name);
  const std::string sql = "SELECT name FROM item ORDER BY name";
  std::string seen;
  auto outer = db.query(sql);
  while (outer.step()) {
    auto inner = db.query(sql);
    auto moved = std::move(inner);
    while (moved.step()) seen += outer.text(0) + moved.text(0) + " ";
  }
  EXPECT_EQ(seen, "aa ab ba bb ");
}

TEST_F(Sqlite, SaysWhenAnotherProcessHasTheCatalogue) {
  sqlite::Connection other(folder.path / "db", /*writes=*/true);
  for (auto* connection : {&db, &other}) connection->script("PRAGMA busy_timeout = 1");
  other.script("BEGIN EXCLUSIVE");
  EXPECT_THAT(error_of([&] { db.script("BEGIN IMMEDIATE"); }),
              StartsWith("unavailable: The catalogue is in use by another process"));
  other.script("COMMIT");
  EXPECT_EQ(error_of([&] { db.script("BEGIN IMMEDIATE; COMMIT"); }), "no error");
}

TEST_F(Sqlite, SaysWhatItsFileDoesNotAllow) {
  EXPECT_THAT(error_of([&] { sqlite::Connection(folder.path / "nowhere" / "db", /*writes=*/true); }),
              StartsWith("io: Cannot open the catalogue"));
  sqlite::Connection reader(folder.path / "db", /*writes=*/false);
  EXPECT_THAT(error_of([&] { reader.run("DELETE FROM item"); }),
              StartsWith("io: The catalogue cannot be read or written: check its disk."));
  EXPECT_THAT(error_of([&] { db.run("SELECT nothing"); }),
              StartsWith("internal: The catalogue refused an operation; the log says more. (SELECT nothing"));
}

}  // namespace
}  // namespace tenure::storage
