// Somebody with the disk in their hands edits, deletes, inserts, reorders, cuts, rolls back and signs with another key, in
// the catalogue or in the files: every case must be found. TENURE_TAMPERING=N cases instead of 500.
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "base/log.h"
#include "storage/ledger/entry.h"
#include "storage/ledger/tile_files.h"
#include "tests/storage/ledger_practice.h"
#include "tests/support/figures.h"

namespace tenure::storage {
namespace {

constexpr std::size_t kActs = 530;  // two whole tiles and a part
std::size_t cases() {
  const char* const given = std::getenv("TENURE_TAMPERING");  // NOLINT(concurrency-mt-unsafe): one thread
  return given == nullptr ? 500 : std::stoul(given);
}

class Tampering : public testing::Test {
 protected:
  Tampering() {
    practice.act(kActs / 2);
    practice.act(kActs / 2);
    practice.ledger->checkpoint("asked");
    size = practice.ledger->status().entries;
    key = practice.key();
    keep(practice.files(), original);
  }

  std::uint64_t any(std::uint64_t from, std::uint64_t to) { return std::uniform_int_distribution<std::uint64_t>(from, to)(random); }

  static void keep(const Path& from, const Path& to) {
    boost::filesystem::remove_all(to);
    boost::filesystem::copy(from, to, boost::filesystem::copy_options::recursive);
  }

  std::vector<std::string> lines(std::uint64_t index) const {
    const auto bytes = read_whole(tampered / bundle_path(index), 1 << 24);
    std::vector<std::string> all;
    for (const auto line : read_bundle(bytes).bodies) all.emplace_back(line);
    return all;
  }
  // An intruder who knows the format: bundle, tiles and all above them follow, up to the signature.
  void rewrite(std::vector<std::string> all) const {
    boost::filesystem::remove_all(tampered / "tile");
    std::vector<Digest> hashes;
    for (std::size_t at = 0; at < all.size(); at += 256)
      write_tile_file(tampered, bundle_path(at / 256), bundle_of({all.begin() + static_cast<std::ptrdiff_t>(at),
                      all.begin() + static_cast<std::ptrdiff_t>(std::min(all.size(), at + 256))}), false);
    for (const auto& line : all) hashes.push_back(merkle::leaf_hash(as_view(line)));
    for (unsigned level = 0; !hashes.empty(); ++level) {
      std::vector<Digest> above;
      for (std::size_t at = 0; at < hashes.size(); at += 256) {
        const std::vector<Digest> row(hashes.begin() + static_cast<std::ptrdiff_t>(at), hashes.begin() + static_cast<std::ptrdiff_t>(std::min(hashes.size(), at + 256)));
        Blob tile;
        for (const auto& hash : row) tile.insert(tile.end(), hash.begin(), hash.end());
        write_tile_file(tampered, tile_path(level, at / 256), tile, false);
        if (row.size() == 256) above.push_back(merkle::root_of(row));
      }
      hashes = std::move(above);
    }
  }
  std::vector<std::string> all_lines() const {
    std::vector<std::string> all;
    for (std::uint64_t index = 0; index * 256 < size; ++index)
      for (auto& line : lines(index)) all.push_back(std::move(line));
    return all;
  }
  static void renumber(std::vector<std::string>& all) {
    for (std::size_t i = 0; i < all.size(); ++i) {
      auto body = *parse_line(all[i]);
      body.number = i + 1;
      all[i] = line_of(body);
    }
  }
  void sign_anew(const std::vector<std::string>& all) const {
    std::vector<Digest> hashes;
    for (const auto& line : all) hashes.push_back(merkle::leaf_hash(as_view(line)));
    const SigningKey thief{key.name, {6, 6, 6}};
    boost::filesystem::remove_all(tampered / "checkpoints");
    write_durably(tampered / "checkpoint", as_view(make_note(thief, {key.name, all.size(), merkle::root_of(hashes)})));
    write_durably(tampered / "key.vkey", as_view(verifier_key_text(verifier_of(thief)) + "\n"));
  }

  std::string tamper_with_files();
  std::string tamper_with_catalogue();

  LedgerPractice practice;
  Path original = practice.practice.folder.path / "original", tampered = practice.practice.folder.path / "tampered";
  std::uint64_t size = 0;
  VerifierKey key;
  std::mt19937_64 random{20260302};
};

std::string Tampering::tamper_with_files() {
  auto all = all_lines();
  const auto at = any(0, all.size() - 2);
  const bool follow = any(0, 1) == 1;  // the tree is made to fit
  std::string what;
  switch (any(0, 7)) {
    case 0: {
      what = "edit " + std::to_string(at + 1);
      auto body = *parse_line(all[at]);
      body.at += Duration(any(1, 1'000'000));
      all[at] = line_of(body);
      break;
    }
    case 1: what = "delete"; all.erase(all.begin() + static_cast<std::ptrdiff_t>(at)); renumber(all); break;
    case 2: what = "insert"; all.insert(all.begin() + static_cast<std::ptrdiff_t>(at), all[any(0, all.size() - 1)]); renumber(all); break;
    case 3: what = "reorder"; std::swap(all[at], all[at + 1]); if (follow) renumber(all); break;
    case 4: what = "cut the end"; all.resize(all.size() - any(1, 300)); break;
    case 5: {  // one byte of one tile or bundle
      const auto level = any(0, 1);
      const auto name = any(0, 1) == 1 ? bundle_path(any(0, 2)) : tile_path(static_cast<unsigned>(level), level == 0 ? any(0, 2) : 0);
      what = "flip in " + name;
      auto bytes = read_whole(tampered / name, 1 << 24);
      bytes[any(0, bytes.size() - 1)] ^= static_cast<std::uint8_t>(1u << any(0, 7));
      write_durably(tampered / name, bytes);
      return what;
    }
    case 6: {
      what = "re-sign";
      auto body = *parse_line(all[at]);
      body.act = "nothing";
      all[at] = line_of(body);
      rewrite(all);
      sign_anew(all);
      return what;
    }
    default: {
      what = "another checkpoint";
      auto note = read_whole(tampered / "checkpoint");
      note[any(0, note.size() - 1)] ^= 1;
      write_durably(tampered / "checkpoint", note);
      return what;
    }
  }
  if (follow) rewrite(all);
  else
    for (std::uint64_t index = 0; index * 256 < all.size(); ++index)
      write_durably(tampered / bundle_path(index), bundle_of({all.begin() + static_cast<std::ptrdiff_t>(index * 256),
                    all.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(all.size(), index * 256 + 256))}));
  if (!follow && what == "cut the end") boost::filesystem::remove(tampered / bundle_path(2));
  return what + (follow ? ", and the tree follows" : "");
}

// What share/verify-ledger.py says: its exit status.
int stand_alone_verdict(const Path& folder, const VerifierKey& key) {
  const auto command = "python3 -B " TENURE_SOURCE "/share/verify-ledger.py '" + folder.string() + "' --key '" + verifier_key_text(key) + "' >/dev/null 2>&1";
  return WEXITSTATUS(std::system(command.c_str()));  // NOLINT(concurrency-mt-unsafe,cert-env33-c): one thread, our own words
}

TEST_F(Tampering, OfTheFilesIsAlwaysFoundAndTheStandAloneVerifierAgrees) {
  constexpr std::size_t kSample = 10;  // the stand-alone one takes longer
  const tests::Figure figure("ledger tampering, files");
  std::uint64_t missed = 0;
  for (std::size_t i = 0; i < cases() / 2; ++i) {
    keep(original, tampered);
    const auto what = tamper_with_files();
    const bool unseen = verify_files(tampered, key).sound();
    EXPECT_FALSE(unseen) << "case " << i << ": " << what;
    missed += unseen;
    if (i % kSample == 0) {
      EXPECT_EQ(stand_alone_verdict(tampered, key), 1) << "case " << i << ": " << what;
    }
  }
  figure.write(cases() / 2, missed);
  EXPECT_EQ(first_problem(verify_files(original, key)), "");
  EXPECT_EQ(stand_alone_verdict(original, key), 0);
}

TEST_F(Tampering, ACheckpointThatWasTakenAwayIsMissedByBothThoughOthersAreThere) {
  keep(original, tampered);
  make_directories(tampered / "checkpoints");
  boost::filesystem::rename(tampered / "checkpoint", tampered / "checkpoints" / "1");
  EXPECT_EQ(first_problem(verify_files(tampered, key)), "entry 0: checkpoint: is missing");
  EXPECT_EQ(stand_alone_verdict(tampered, key), 1);
}

std::string Tampering::tamper_with_catalogue() {
  const auto n = std::to_string(any(1, size - 1));
  const auto flip = [&](const std::string& table, const std::string& column, const std::string& where) {
    return "UPDATE " + table + " SET " + column + " = randomblob(length(" + column + ")) WHERE " + where;
  };
  switch (any(0, 9)) {
    case 0: return "UPDATE ledger SET subject = '{}' || ' ' WHERE number = " + n;
    case 1: return "UPDATE ledger SET at = at + 1 WHERE number = " + n;
    case 2: return "DELETE FROM ledger WHERE number = " + n;
    case 3: return "UPDATE ledger SET number = -1 WHERE number = " + n + "; UPDATE ledger SET number = " + n + " WHERE number = " + n +
                   " + 1; UPDATE ledger SET number = " + n + " + 1 WHERE number = -1";
    case 4: return "DELETE FROM ledger WHERE number > " + n;
    case 5: return "UPDATE ledger_detail SET actor = 'somebody else' WHERE number = " + n;
    case 6: return "DELETE FROM ledger_detail WHERE number = " + n;
    case 7: return flip("ledger_tile", "hashes", "place = " + std::to_string(any(0, 2)));
    case 8: return "INSERT INTO ledger SELECT (SELECT max(number) FROM ledger) + 1, at, act, subject, actor, reason FROM ledger WHERE number = " + n;
    default: return "UPDATE ledger_checkpoint SET note = replace(note, char(10) || size || char(10), char(10) || (size - 1) || char(10)) WHERE id = 1";
  }
}

TEST_F(Tampering, OfTheCatalogueIsAlwaysFound) {
  const auto file = practice.practice.folder.path / "catalogue" / "catalogue.db";
  practice.ledger.reset();
  practice.practice.parts.reset();
  const auto kept = read_whole(file, 64 << 20);
  const tests::Figure figure("ledger tampering, catalogue");
  std::uint64_t missed = 0;
  for (std::size_t i = 0; i < cases() / 2; ++i) {
    write_durably(file, kept);
    practice.restart();
    const auto what = tamper_with_catalogue();
    practice.intrude(what);
    const bool unseen = practice.derived(key).sound();
    EXPECT_FALSE(unseen) << "case " << i << ": " << what;
    missed += unseen;
    practice.ledger.reset();
    practice.practice.parts.reset();
    for (const auto* tail : {"-wal", "-shm"}) remove_file(Path(file.string() + tail));
  }
  figure.write(cases() / 2, missed);
}

}  // namespace
}  // namespace tenure::storage
