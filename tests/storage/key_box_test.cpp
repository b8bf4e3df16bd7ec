// Backups of the keys as bytes: the sealed box, the list of deletions in it, and the list of backups beside the holds.
// Each is refused when it was changed or cut off, and what it names is never half taken.
#include <gmock/gmock.h>

#include <boost/json.hpp>

#include "storage/backup/deletion_list.h"
#include "storage/backup/recovery_key.h"
#include "storage/backup/sealed_box.h"
#include "storage/recovery/kept_backups.h"
#include "tests/storage/practice.h"

namespace tenure::storage {
namespace {

using testing::HasSubstr;

class KeyBox : public testing::Test {
 protected:
  // `write` fills the box; its bytes.
  Blob made(const std::function<void(BoxWriter&)>& write) {
    remove_file(file());
    BoxWriter writer(file(), recovery_public(secret), R"({"made":"now"})");
    write(writer);
    writer.finish();
    return read_whole(file());
  }
  Blob sound() {
    return made([](BoxWriter& writer) {
      writer.begin_part("keys", 5);
      writer.write(as_view("12345"));
      writer.begin_part("nothing", 0);
    });
  }
  std::string reading(const Blob& box) {
    remove_file(file());
    File(file(), File::Mode::create).write_at(0, box);
    read.clear();
    return error_of([&] {
      read_box(File(file(), File::Mode::read), secret,
               {[&](const std::string& name, std::uint64_t size) { read += name + " " + std::to_string(size) + ";"; },
                [&](View bytes) { read += as_text(bytes); }});
    });
  }
  Path file() const { return folder.path / "box"; }
  static constexpr std::size_t kSizeAt = 8;

  TemporaryFolder folder;
  const Key secret = make_recovery_secret();
  std::string read;
};

TEST_F(KeyBox, GivesBackItsPartsInOrder) {
  EXPECT_EQ(reading(sound()), "no error");
  EXPECT_EQ(read, "keys 5;12345nothing 0;");
}

TEST_F(KeyBox, ThatIsNoneOrWasChangedOrCutOffIsRefused) {
  const auto whole = sound();
  const auto chunks = kSizeAt + 4 + std::string(R"({"made":"now"})").size() + 64;
  const auto with = [&](const std::function<void(Blob&)>& change) {
    auto bytes = whole;
    change(bytes);
    return reading(bytes);
  };
  EXPECT_THAT(with([](Blob& bytes) { bytes.resize(11); }), HasSubstr("is no backup of keys"));
  EXPECT_THAT(with([](Blob& bytes) { bytes[0] ^= 1; }), HasSubstr("is no backup of keys"));
  EXPECT_THAT(with([](Blob& bytes) { bytes[kSizeAt] = 1; }), HasSubstr("was changed or cut off"));
  EXPECT_THAT(with([&](Blob& bytes) { bytes[chunks + 1] = 2; }), HasSubstr("was changed or cut off"))
      << "a chunk of 128 KiB";
  EXPECT_THAT(with([&](Blob& bytes) { bytes[chunks + 5] ^= 1; }), HasSubstr("does not open"));
  EXPECT_THAT(with([](Blob& bytes) { bytes.push_back(0); }), HasSubstr("was changed or cut off"));
  for (std::size_t cut = 1; cut < 8; ++cut)
    EXPECT_NE(with([&](Blob& bytes) { bytes.resize(bytes.size() - cut); }), "no error");
}

TEST_F(KeyBox, WhosePartsAreNotWholeIsRefusedThoughItsBytesAreAuthentic) {
  const std::vector<std::pair<const char*, std::function<void(BoxWriter&)>>> boxes{
      {"a part that is too short",
       [](BoxWriter& writer) {
         writer.begin_part("keys", 6);
         writer.write(as_view("12345"));
       }},
      {"a part of which only the name is there", [](BoxWriter& writer) { writer.write(as_view("\x04keys")); }},
      {"a name that is too long", [](BoxWriter& writer) { writer.write(Blob(210, 201)); }},
  };
  for (const auto& [what, write] : boxes)
    EXPECT_THAT(reading(made(write)), HasSubstr("was changed or cut off")) << what;
}

TEST_F(KeyBox, IsReadBackByWhoeverWroteItAndRefusedWhenItIsNotWhole) {
  BoxWriter writer(file(), recovery_public(secret), "{}");
  EXPECT_THAT(error_of([&] { writer.begin_part(std::string(201, 'n'), 0); }), HasSubstr("too long"));
  writer.begin_part("keys", 6);
  writer.write(as_view("12345"));
  writer.finish();
  EXPECT_THAT(error_of([&] { writer.verify(); }), HasSubstr("was changed or cut off"));
}

TEST_F(KeyBox, NoKeyIsAgreedWithAPointThatGivesNone) {
  EXPECT_THAT(error_of([&] { agree(secret, Key{}); }), HasSubstr("This is no recovery key"));
  auto text = recovery_text(secret);
  text.back() = 'x';
  EXPECT_FALSE(parse_recovery_text(text));
}

class DeletionList : public testing::Test {
 protected:
  DeletionsApplied apply(View list) {
    DeletionsApplied applied;
    restored.write([&](Catalogue::Transaction& transaction) { applied = apply_deletion_list(transaction.db, list); });
    return applied;
  }
  std::uint64_t tombstones() {
    return restored.state().read([](sqlite::Connection& db) {
      auto query = db.query("SELECT count(*) FROM tombstone");
      query.step();
      return query.natural(0);
    });
  }
  Blob list() {
    return practice.parts->catalogue.state().read(
        [&](sqlite::Connection& db) { return deletion_list(db, practice.clock.now()); });
  }
  Practice practice{at("2026-03-02T10:00:00Z")};
  TemporaryFolder folder;
  Catalogue restored{folder.path};
};

TEST_F(DeletionList, I15_IsTakenWholeOrNotAtAll) {
  const auto now = practice.clock.now();
  practice.record("front", {now - Seconds(60), now});
  practice.import(call_at(now, "07700 900123", "a"), "one");
  practice.clock.advance(std::chrono::days(1200));
  ASSERT_EQ(practice.parts->sweeper.sweep().deleted, 2u);
  practice.parts->catalogue.write([](Catalogue::Transaction& transaction) {
    transaction.db.run("UPDATE tombstone SET digest = NULL WHERE kind = 0");
  });
  const auto whole = list();
  for (std::size_t length = 0; length < whole.size(); length += 5)
    EXPECT_THAT(error_of([&] { apply(View(whole).first(length)); }), HasSubstr("corrupt")) << "cut at " << length;
  auto other = whole;
  other.push_back(0);
  EXPECT_THAT(error_of([&] { apply(other); }), HasSubstr("cannot be read"));
  other = whole;
  other[0] ^= 1;
  EXPECT_THAT(error_of([&] { apply(other); }), HasSubstr("cannot be read"));
  EXPECT_EQ(tombstones(), 0u) << "what is refused leaves nothing";
  const auto applied = apply(whole);
  EXPECT_EQ(applied.tombstones, 2u);
  EXPECT_EQ(applied.tokens, 3u) << "content, native id and file name";
  EXPECT_EQ(tombstones(), 2u);
}

TEST_F(DeletionList, ANameThatCannotBeWrittenStopsTheBackupInsteadOfBeingCut) {
  practice.parts->catalogue.write([&](Catalogue::Transaction& transaction) {
    transaction.db.run(
        "INSERT INTO tombstone(segment, source, class, kind, start_at, end_at, expires_at, deleted_at, digest, cause)"
        " VALUES(?, ?, 'cctv', 0, 1, 2, 3, ?, NULL, 0)",
        SegmentId::make(practice.clock.now()), std::string(256, 's'), practice.clock.now());
  });
  EXPECT_THAT(error_of([&] { list(); }), HasSubstr("too long"));
}

class KeptBackups : public testing::Test {
 protected:
  std::uint64_t take() {
    std::uint64_t taken = 0;
    practice.parts->catalogue.write([&](Catalogue::Transaction& transaction) {
      taken = take_kept_backups(transaction.db, practice.folder.path, root);
    });
    return taken;
  }
  std::string taking(const std::string& text) {
    const auto path = kept_backups_file(practice.folder.path);
    make_directories(path.parent_path());
    write_durably(path,
                  seal_message(hkdf_sha256(root, {}, "tenure backups file"), "tenure backups file", as_view(text)));
    return error_of([&] { take(); });
  }
  std::uint64_t rows() const {
    return practice.parts->catalogue.state().read([](sqlite::Connection& db) {
      auto query = db.query("SELECT count(*) FROM backup");
      query.step();
      return query.natural(0);
    });
  }
  Practice practice{at("2026-03-02T10:00:00Z")};
  const Key root{7};
};

TEST_F(KeptBackups, I20_ComeBackAsTheyWereKeptVerifiedOrNot) {
  const auto now = practice.clock.now();
  practice.parts->catalogue.write([&](Catalogue::Transaction& transaction) {
    for (const bool verified : {true, false})
      transaction.db.run("INSERT INTO backup VALUES(?, 1, '/mnt/a', 'name', ?, ?, NULL, 5, ?)", SegmentId::make(now),
                         now, verified ? std::optional(now) : std::nullopt, Digest{1});
  });
  keep_backups(practice.parts->catalogue, practice.folder.path, root);
  practice.parts->catalogue.write(
      [](Catalogue::Transaction& transaction) { transaction.db.run("DELETE FROM backup"); });
  EXPECT_EQ(take(), 2u);
  EXPECT_EQ(rows(), 2u);
  const auto unverified = practice.parts->catalogue.state().read([](sqlite::Connection& db) {
    auto query = db.query("SELECT count(*) FROM backup WHERE verified_at IS NULL");
    query.step();
    return query.natural(0);
  });
  EXPECT_EQ(unverified, 1u);
}

TEST_F(KeptBackups, I20_AFileOfAnotherInstallationIsRefusedByName) {
  keep_backups(practice.parts->catalogue, practice.folder.path, Key{8});
  EXPECT_THAT(error_of([&] { take(); }), HasSubstr("was not sealed with this installation's key"));
}

TEST_F(KeptBackups, I20_AListWithAnythingWrongInItIsRefusedWhole) {
  const std::string digest = to_hex(Digest{1}), id = SegmentId::make(practice.clock.now()).text();
  const auto backup = [](const std::string& of_id, const std::string& sha256) {
    return R"({"id":")" + of_id +
           R"(","kind":1,"folder":"/mnt/a","name":"n","made_at":1,"verified_at":null,"bytes":5,"sha256":")" + sha256 +
           R"("})";
  };
  const auto document = [](const std::string& key, const std::string& backups) {
    return R"({"recovery_key":)" + key + R"(,"backups":[)" + backups + "]}";
  };
  const auto key = [](const std::string& public_key) {
    return R"({"public":")" + public_key + R"(","made_at":1,"made_by":"anna"})";
  };
  for (const auto& wrong :
       {std::string("no JSON"), std::string("{}"), document("null", backup("no id", digest)),
        document("null", backup(id, "zz")), document("null", backup(id, digest.substr(2))),
        document("null", backup(id, digest) + "," + backup("no id", digest)), document(key("00"), "")}) {
    EXPECT_THAT(taking(wrong), HasSubstr("is no list of them")) << wrong;
    EXPECT_EQ(rows(), 0u) << wrong;
  }
  EXPECT_EQ(taking(document(key(digest), backup(id, digest))), "no error");
  EXPECT_EQ(rows(), 1u);
}

}  // namespace
}  // namespace tenure::storage
