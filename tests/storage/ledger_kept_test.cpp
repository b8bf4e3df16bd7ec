// What stands in the ledger's files is left alone where it is right, put right where it may be, and told where it may
// not.
#include <gmock/gmock.h>

#include "storage/ledger/files.h"
#include "storage/ledger/signing_key.h"
#include "tests/storage/ledger_practice.h"

namespace tenure::storage {
namespace {

namespace fs = boost::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

class LedgerKept : public testing::Test {
 protected:
  void flip(const Path& file, std::size_t at) {
    auto bytes = read_whole(file, 1 << 20);
    bytes.at(at) ^= 1;
    write_durably(file, bytes);
  }
  LedgerPractice practice;
};

TEST_F(LedgerKept, ACheckpointThatNobodySignedClosesNothing) {
  practice.act(5);
  practice.ledger->checkpoint("asked");
  flip(practice.files() / "checkpoint", read_whole(practice.files() / "checkpoint").size() - 10);
  practice.restart();
  EXPECT_FALSE(practice.ledger->rolled_back()) << "anybody could write one that signs more than there is";
  write_durably(practice.files() / "checkpoint", Blob(1 << 20, 'x'));
  practice.restart();
  EXPECT_FALSE(practice.ledger->rolled_back());
}

TEST_F(LedgerKept, TheFilesThatTellOfItsKeyAreWrittenAnewWhenTheyWereChanged) {
  practice.act(1);
  const auto pem = read_whole(practice.files() / "key.pem"), key = read_whole(practice.files() / "key.vkey");
  write_durably(practice.files() / "key.pem", as_view("another"));
  remove_file(practice.files() / "key.vkey");
  practice.restart();
  EXPECT_EQ(read_whole(practice.files() / "key.pem"), pem);
  EXPECT_EQ(read_whole(practice.files() / "key.vkey"), key);
}

TEST_F(LedgerKept, WithoutItsKeyNothingIsResealedAndNoneIsMadeBesideActs) {
  TemporaryFolder empty;
  reseal_signing_key(empty.path, Key{1}, Key{2});
  EXPECT_TRUE(fs::is_empty(empty.path));
  EXPECT_THAT(error_of([&] { load_signing_key(empty.path, empty.path / "ledger", Key{1}, /*may_make=*/false); }),
              AllOf(StartsWith("refused"), HasSubstr("restore it from the key backup")));
  EXPECT_TRUE(fs::is_empty(empty.path));
}

TEST_F(LedgerKept, OfADayThereIsOneCheckpointUnlessSomethingWasDone) {
  practice.act(3);
  const auto first = practice.ledger->checkpoint("day");
  practice.practice.clock.advance(std::chrono::hours(1));
  EXPECT_EQ(practice.ledger->checkpoint("day"), first);
  practice.practice.clock.advance(std::chrono::hours(24));
  practice.ledger->checkpoint("day");
  const auto kept = practice.practice.parts->catalogue.state().read([](sqlite::Connection& db) {
    auto query = db.query("SELECT count(*) FROM ledger_checkpoint WHERE occasion = 'day'");
    query.step();
    return query.natural(0);
  });
  EXPECT_EQ(kept, 2u);
}

TEST_F(LedgerKept, TwoFilesThatDifferUnderACheckpointAreToldByTheFirstAndNeitherIsWrittenOver) {
  practice.act(300);
  practice.ledger->checkpoint("asked");
  const auto tile = practice.files() / "tile" / "0" / "000", bundle = practice.files() / "tile" / "entries" / "000";
  flip(tile, 40);
  flip(bundle, 40);
  const auto changed = read_whole(tile, 1 << 20);
  practice.restart();
  practice.act(1);
  EXPECT_THAT(practice.ledger->status().problem, HasSubstr("is not what the catalogue says"));
  EXPECT_EQ(read_whole(tile, 1 << 20), changed) << "evidence";
}

}  // namespace
}  // namespace tenure::storage
