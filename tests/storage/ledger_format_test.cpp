// The ledger's lines, bundles and tiles as bytes: what is refused, and what proofs must be.
#include <gmock/gmock.h>

#include "storage/ledger/entry.h"
#include "storage/ledger/tile_files.h"
#include "storage/ledger/verify_tree.h"
#include "tests/storage/practice.h"

namespace tenure::storage {
namespace {

using testing::HasSubstr;

LedgerEntry some_entry(std::string subject) {
  return {7, at("2026-03-02T14:05:00Z"), "manager", "hold-add", std::move(subject), "a reason"};
}
EntryBody some_body(const std::string& subject = R"({"n": 1})") {
  return make_body(some_entry(subject), fresh_detail(some_entry(subject)));
}

std::string with(std::string line, const std::string& was, const std::string& is) {
  const auto at = line.find(was);
  EXPECT_NE(at, std::string::npos) << was;
  return line.replace(at, was.size(), is);
}

TEST(LedgerLines, AreReadBackAndRefusedInAnyOtherForm) {
  const auto body = some_body();
  const auto line = line_of(body);
  ASSERT_TRUE(parse_line(line));
  EXPECT_EQ(parse_line(line)->subject, R"({"n":1})");
  const auto actor = to_hex(body.actor);
  const std::vector<std::pair<const char*, std::string>> lines{
      {"nothing", ""},
      {"no JSON", line.substr(1)},
      {"no object", "[1]"},
      {"no number", with(line, R"("number":7,)", "")},
      {"a number that is a text", with(line, R"("number":7)", R"("number":"7")")},
      {"a number that is not whole", with(line, R"("number":7)", R"("number":7.5)")},
      {"a number under one", with(line, R"("number":7)", R"("number":0)")},
      {"no time", with(line, R"("at":"2026-03-02T14:05:00Z",)", "")},
      {"a time that is none", with(line, "2026-03-02T14", "2026-13-02T14")},
      {"a time that is a number", with(line, R"("2026-03-02T14:05:00Z")", "5")},
      {"no act", with(line, R"("act":"hold-add",)", "")},
      {"no subject", with(line, R"("subject":{"n":1},)", "")},
      {"no actor", with(line, R"("actor":")" + actor + R"(",)", "")},
      {"an actor that is a number", with(line, "\"" + actor + "\"", "5")},
      {"an actor that is no hexadecimal", with(line, actor, "z" + actor.substr(1))},
      {"an actor that is too short", with(line, actor, actor.substr(2))},
      {"no reason", with(line, R"(,"reason":")" + to_hex(body.reason) + "\"", "")},
      {"another order", with(with(line, R"("number":7,)", ""), R"("act")", R"("number":7,"act")")},
      {"a space more", with(line, R"("number":7)", R"("number": 7)")},
      {"a field more", with(line, R"("number":7,)", R"("number":7,"more":1,)")},
  };
  for (const auto& [what, wrong] : lines) EXPECT_FALSE(parse_line(wrong)) << what;
}

TEST(LedgerLines, ASubjectThatIsEmptyOrNoJsonStillMakesALine) {
  EXPECT_EQ(some_body("").subject, "{}");
  EXPECT_EQ(some_body("not JSON").subject, R"("not JSON")");
  EXPECT_TRUE(parse_line(line_of(some_body("not JSON"))));
  EXPECT_THAT(error_of([] { some_body("[\"" + std::string(kLongestLine, 'x') + "\"]"); }),
              HasSubstr("name fewer things at once"));
}

TEST(LedgerLines, AreHeldToWhoActedAndToTheReason) {
  const auto entry = some_entry("{}");
  const auto detail = fresh_detail(entry);
  const auto body = make_body(entry, detail);
  EXPECT_TRUE(matches(body, detail));
  auto other = detail;
  other.actor = "somebody else";
  EXPECT_FALSE(matches(body, other));
  other = detail;
  other.reason = "another reason";
  EXPECT_FALSE(matches(body, other));
  other = detail;
  other.reason_salt[0] ^= 1;
  EXPECT_FALSE(matches(body, other));
}

TEST(LedgerBundles, HoldAtMostATilesWorthOfWholeEntries) {
  const auto full = bundle_of(std::vector<std::string>(256, "x"));
  EXPECT_EQ(read_bundle(full).bodies.size(), 256u);
  EXPECT_TRUE(read_bundle(full).whole);
  const auto over = bundle_of(std::vector<std::string>(257, "x"));
  EXPECT_EQ(read_bundle(over).bodies.size(), 256u);
  EXPECT_FALSE(read_bundle(over).whole);
  for (std::size_t cut = 1; cut < 3; ++cut) {
    const auto torn = read_bundle(View(full).first(full.size() - cut));
    EXPECT_EQ(torn.bodies.size(), 255u);
    EXPECT_FALSE(torn.whole);
  }
}

TEST(LedgerTiles, AFileGrowsInPlaceIsLeftAloneWhenItIsRightAndReplacedWhenItIsNot) {
  TemporaryFolder folder;
  const auto file = folder.path / "tile/0/000";
  const auto write = [&](const Blob& bytes, bool afresh = false) {
    return write_tile_file(folder.path, "tile/0/000", bytes, afresh);
  };
  EXPECT_EQ(write({1, 2}), std::optional(file.parent_path()));
  EXPECT_FALSE(write({1, 2, 3}));
  EXPECT_EQ(read_whole(file), (Blob{1, 2, 3}));
  const auto made = boost::filesystem::last_write_time(file);
  boost::filesystem::last_write_time(file, made - 100);
  write({1, 2, 3});
  EXPECT_EQ(boost::filesystem::last_write_time(file), made - 100) << "it held that already";
  write({1, 2, 3}, /*afresh=*/true);
  EXPECT_GT(boost::filesystem::last_write_time(file), made - 100);
  write({1, 2});
  EXPECT_EQ(read_whole(file), (Blob{1, 2})) << "longer than it should be";
  write({9, 9, 9});
  EXPECT_EQ(read_whole(file), (Blob{9, 9, 9})) << "another beginning";
}

TEST(LedgerTiles, AreCountedByTheirNamesAndNothingElseInTheFolderIs) {
  TemporaryFolder folder;
  const auto put = [&](const std::string& name, std::size_t hashes) {
    make_directories((folder.path / name).parent_path());
    write_durably(folder.path / name, Blob(hashes * 32, 1));
  };
  EXPECT_EQ(leaves_in_files(folder.path), 0u);
  for (const auto* stray : {"tile/0/000.new", "tile/0/00a", "tile/0/0-1", "tile/0/old/000", "tile/0/01",
                            "tile/0/x1/000", "tile/0/x999/x999/x999/x999/999", "tile/1/005"})
    put(stray, 3);
  EXPECT_EQ(leaves_in_files(folder.path), 0u);
  put("tile/0/000", 256);
  put("tile/0/001", 3);
  EXPECT_EQ(leaves_in_files(folder.path), 259u);
  ASSERT_EQ(tile_path(0, 1'234'067), "tile/0/x001/x234/067");
  put(tile_path(0, 1'234'067), 2);
  EXPECT_EQ(leaves_in_files(folder.path), 1'234'067u * 256 + 2);
}

class Proofs : public testing::Test {
 protected:
  static std::vector<Digest> leaves(std::size_t count) {
    std::vector<Digest> all;
    for (std::size_t i = 0; i < count; ++i) all.push_back(merkle::leaf_hash(Blob{static_cast<std::uint8_t>(i)}));
    return all;
  }
  merkle::Nodes nodes() const {
    return [this](unsigned level, std::uint64_t position) {
      const auto from = all.begin() + static_cast<std::ptrdiff_t>(position << level);
      return merkle::root_of({from, from + (std::ptrdiff_t{1} << level)});
    };
  }
  std::vector<Digest> all = leaves(9);
};

TEST_F(Proofs, AreOnlyMadeOfWhatIsInTheTree) {
  EXPECT_THAT(error_of([&] { merkle::inclusion(9, 9, nodes()); }), HasSubstr("no leaf 9 in a tree of 9"));
  EXPECT_THAT(error_of([&] { merkle::consistency(0, 9, nodes()); }), HasSubstr("is not the beginning"));
  EXPECT_THAT(error_of([&] { merkle::consistency(9, 8, nodes()); }), HasSubstr("is not the beginning"));
  merkle::Hasher hasher;
  merkle::Frontier frontier;
  frontier.push(hasher, all[0]);
  EXPECT_THAT(error_of([&] { frontier.push_subtree(hasher, 1, all[1]); }), HasSubstr("does not fit"));
}

TEST_F(Proofs, OfTheWrongLengthOrForTreesThatCannotBeAreRefused) {
  const auto root = [&](std::uint64_t size) { return merkle::root(size, nodes()); };
  EXPECT_FALSE(merkle::verify_inclusion(9, 9, all[8], merkle::inclusion(8, 9, nodes()), root(9)));
  auto inclusion = merkle::inclusion(5, 9, nodes());
  inclusion.pop_back();
  EXPECT_FALSE(merkle::verify_inclusion(5, 9, all[5], inclusion, root(9)));
  const auto grown = merkle::consistency(3, 9, nodes());
  ASSERT_TRUE(merkle::verify_consistency(3, 9, root(3), root(9), grown));
  EXPECT_FALSE(merkle::verify_consistency(0, 9, root(3), root(9), grown));
  EXPECT_FALSE(merkle::verify_consistency(9, 3, root(9), root(3), grown));
  EXPECT_FALSE(merkle::verify_consistency(3, 9, root(3), root(9), {}));
  EXPECT_TRUE(merkle::verify_consistency(3, 3, root(3), root(3), {}));
  EXPECT_FALSE(merkle::verify_consistency(3, 3, root(3), root(3), grown));
  EXPECT_FALSE(merkle::verify_consistency(3, 3, root(3), root(4), {}));
  auto longer = grown, shorter = grown;
  longer.push_back(root(3));
  shorter.pop_back();
  EXPECT_FALSE(merkle::verify_consistency(3, 9, root(3), root(9), longer));
  EXPECT_FALSE(merkle::verify_consistency(3, 9, root(3), root(9), shorter));
  EXPECT_FALSE(merkle::verify_consistency(3, 9, root(3), root(8), grown));
}

class TreeChecks : public testing::Test {
 protected:
  // As many leaves as fill a tile of the second level, all alike so that one tile's root stands for each.
  TreeChecks() {
    leaves.hashes.assign(256 * 256, merkle::leaf_hash(as_view("leaf")));
    merkle::Hasher hasher;
    leaves.tile_roots.assign(256, whole_tile_root(hasher, std::span(leaves.hashes).first(256)));
    whole = whole_tile_root(hasher, leaves.tile_roots);
  }
  static Blob bytes_of(std::span<const Digest> hashes) {
    Blob out;
    for (const auto& hash : hashes) out.insert(out.end(), hash.begin(), hash.end());
    return out;
  }
  std::string checked(const tree::Tiles& tiles) const {
    LedgerReport report;
    check_tiles(leaves, tiles, "files", report);
    return report.sound() ? "" : std::to_string(report.problems.at(0).entry) + ": " + report.problems.at(0).what;
  }
  Blob sound(unsigned level, std::uint64_t index) const {
    if (level == 0) return index < 256 ? bytes_of(std::span(leaves.hashes).first(256)) : Blob{};
    if (index > 0 || level > 2) return {};
    return level == 1 ? bytes_of(leaves.tile_roots) : bytes_of(std::span(&whole, 1));
  }
  Leaves leaves;
  Digest whole{};
};

TEST_F(TreeChecks, ReachUpToTheLastLevelAndNameTheFirstEntryThatATileContradicts) {
  EXPECT_EQ(checked([&](unsigned level, std::uint64_t index) { return sound(level, index); }), "");
  const auto changed = [&](unsigned level, std::uint64_t index, const std::function<void(Blob&)>& change) {
    return checked([&, level, index](unsigned l, std::uint64_t i) {
      auto tile = sound(l, i);
      if (l == level && i == index) change(tile);
      return tile;
    });
  };
  const auto flip = [](Blob& tile) { tile.at(0) ^= 1; };
  const auto one_more = [](Blob& tile) { tile.resize(tile.size() + 32); };
  EXPECT_THAT(changed(0, 1, flip), HasSubstr("257: files: it is not what the tree's hash stands for"));
  EXPECT_THAT(changed(1, 0, flip), HasSubstr("1: files: it is not"));
  EXPECT_THAT(changed(2, 0, flip), HasSubstr("1: files: it is not"));
  EXPECT_THAT(changed(2, 0, [](Blob& tile) { tile.clear(); }), HasSubstr("its hash is missing from the tree"));
  EXPECT_THAT(changed(2, 0, one_more),
              HasSubstr("65537: files: the tree has a hash for it, and there is no such entry"));
  EXPECT_THAT(changed(0, 256, one_more), HasSubstr("65537: files: the tree has a tile that no entry stands for"));
}

}  // namespace
}  // namespace tenure::storage
