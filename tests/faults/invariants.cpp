#include "tests/faults/invariants.h"

#include <algorithm>
#include <boost/filesystem/operations.hpp>
#include <functional>

#include "base/error.h"
#include "storage/backup/restore.h"
#include "storage/backup/sealed_box.h"
#include "storage/catalogue/catalogue_state.h"
#include "tests/faults/aftermath.h"
#include "tests/faults/practice.h"

namespace tenure::faults {

using namespace storage;  // NOLINT(google-build-using-namespace): this file is about nothing else
namespace fs = boost::filesystem;

namespace {

class Examination {
 public:
  Examination(const Path& folder, const Promises& promises) : folder_(folder), promises_(promises) {}
  std::vector<std::string> all();

 private:
  void say(const std::string& what) { found_.push_back(what); }
  void guarded(const std::string& doing, const std::function<void()>& look);
  std::map<SegmentId, Path> sealed_files() const;
  bool key_is_there(const PromisedSegment& segment, const SegmentId& id) const;
  void open_rotated();
  bool restoring() const;
  void look_before_recovery();
  void walk(Shop& shop);
  void look_at_rows(Shop& shop);
  void look_at_row(Shop& shop, const SegmentRow& row);
  void look_at_files(Shop& shop);
  void look_at_promised(Shop& shop);
  void look_at_prefixes(Shop& shop);
  void look_at_holds(Shop& shop);
  void look_at_backups(Shop& shop);
  void look_at_ledger(Shop& shop);

  const Path folder_;
  const Promises& promises_;
  std::vector<std::string> found_;
  std::unique_ptr<KeySlots> rotated_;  // where a rotation was begun
};

void Examination::guarded(const std::string& doing, const std::function<void()>& look) {
  try {
    look();
  } catch (const std::exception& error) {
    say("START: " + doing + " failed on a sound disk: " + error.what());
  }
}

std::map<SegmentId, Path> Examination::sealed_files() const {
  std::map<SegmentId, Path> files;
  for (const auto& path : files_below(folder_ / "vault")) {
    if (path.extension() != ".seg") continue;
    if (const auto id = SegmentId::parse(path.stem().string())) files.emplace(*id, path);
  }
  return files;
}

// As it was acknowledged, or wrapped anew by a rotation since: then a copy of the slots must open it.
bool Examination::key_is_there(const PromisedSegment& segment, const SegmentId& id) const {
  const auto wrapped = from_hex(segment.slot_hex).value_or(Blob{});
  if (wrapped.empty()) return false;
  if (slot_bytes(folder_, 'a', segment.slot) == wrapped || slot_bytes(folder_, 'b', segment.slot) == wrapped) return true;
  return rotated_ && rotated_->read(segment.slot, id).has_value();
}

// Opening slots mends them, so a copy is opened.
void Examination::open_rotated() {
  const auto keys = folder_ / "state" / "keys";
  if (!promises_.rotation_tried || !fs::exists(folder_ / "state" / "secrets" / "kek") || !fs::exists(keys)) return;
  const auto look = folder_ / "keys-looked-at";
  fs::remove_all(look);
  copy_tree(keys, look);
  guarded("opening a copy of the keys", [&] { rotated_ = std::make_unique<KeySlots>(look, load_key_encryption_keys(folder_ / "state")); });
  if (rotated_ && rotated_->generation() == 1) rotated_.reset();
}

// From backups of two moments: which of the two is right, the start decides.
bool Examination::restoring() const {
  return !unfinished_restore(folder_ / "state").empty() || fs::exists(folder_ / "state" / "restored");
}

// I3: whatever was reached, it is a prefix of condemned, keys, file, tombstone.
void Examination::look_before_recovery() {
  if (!fs::exists(folder_ / "state" / "catalogue" / "catalogue.db") || restoring()) return;
  Catalogue catalogue(folder_ / "state" / "catalogue");
  open_rotated();
  const auto files = sealed_files();
  std::map<SegmentId, State> rows;
  std::set<SegmentId> buried;
  catalogue.state().read([&](sqlite::Connection& db) {
    auto segments = db.query("SELECT id, state FROM segment");
    while (segments.step()) rows.emplace(segments.id<SegmentId>(0), static_cast<State>(segments.integer(1)));
    auto tombstones = db.query("SELECT segment FROM tombstone");
    while (tombstones.step()) buried.insert(tombstones.id<SegmentId>(0));
    return 0;
  });
  for (const auto& id : buried)
    if (files.contains(id)) say("I3: " + id.text() + " has its tombstone and still its file");
  for (const auto& [id, segment] : promises_.segments) {
    const bool key = key_is_there(segment, id), file = files.contains(id);
    if (buried.contains(id) && key) say("I3: " + id.text() + " has its tombstone and still its key");
    const auto row = rows.find(id);
    const auto state = row == rows.end() ? std::optional<State>() : std::optional(row->second);
    if (state == State::condemned && key && !file) say("I3: the file of " + id.text() + " went before its key");
    if (state == State::live && !(key && file)) say("I3: " + id.text() + " lost key or file before it was condemned");
    if (state == State::live && !rotated_ && slot_bytes(folder_, 'a', segment.slot) != slot_bytes(folder_, 'b', segment.slot))
      say("I1: the key of " + id.text() + " lies in one copy only");
    if (!state && !buried.contains(id)) say("I3: the row of " + id.text() + " went without a tombstone");
  }
}

// I2, I19: the walk through everything finds nothing lost, and settles what the start left to it.
void Examination::walk(Shop& shop) {
  auto& scrub = shop.storage.scrub();
  for (int step = 0; step < 200 && !scrub.status().walked_at; ++step) scrub.step();
  if (!scrub.status().walked_at) say("I2: the walk does not end: " + scrub.status().problem);
}

// I1, and nothing half done is left of I3.
void Examination::look_at_row(Shop& shop, const SegmentRow& row) {
  const auto name = row.id.text() + " of " + row.source;
  if (row.state == State::reserved || row.state == State::condemned) return say("I3: " + name + " is still " + to_string(row.state) + " after recovery");
  if (row.state == State::lost) return say("I1: " + name + " is lost");
  const auto path = shop.storage.vaults().path_of(row);
  if (!fs::exists(path)) return say("I1: " + name + " has no file");
  if (File(path, File::Mode::read).size() != row.bytes) return say("I1: " + name + " has not its recorded size");
  const auto a = slot_bytes(folder_, 'a', row.slot), b = slot_bytes(folder_, 'b', row.slot);
  if (a != b) say("I1: the key of " + name + " does not lie in both copies");
  const auto key = shop.storage.keys().read(row.slot, row.id);
  if (!key) return say("I1: the key of " + name + " is not valid");
  SealedReader reader(File(path, File::Mode::read), *key);
  if (!reader.verify()) return say("I1: " + name + " does not verify");
  Blob plain(reader.plain_size());
  reader.read(0, plain);
  const auto digest = row.kind == Kind::calls ? sha256(plain) : reader.footer().root;
  if (digest != row.digest) say("I1: " + name + " has not its recorded digest");
  const auto mark = mark_of(row.source, row.span.from);
  if (plain.size() < mark.size() || as_text(View(plain).first(mark.size())) != mark) say("I1: " + name + " is not what was recorded");
}

void Examination::look_at_rows(Shop& shop) {
  std::vector<SegmentRow> rows;
  for (const auto state : {State::reserved, State::live, State::condemned, State::lost})
    for (auto& row : shop.storage.catalogue().in_state(state)) rows.push_back(std::move(row));
  for (const auto& row : rows) guarded("reading " + row.id.text(), [&] { look_at_row(shop, row); });
}

// I2, and I15: what has a tombstone is nowhere.
void Examination::look_at_files(Shop& shop) {
  const auto files = sealed_files();
  std::set<SegmentId> buried;
  shop.storage.catalogue().state().read([&](sqlite::Connection& db) {
    auto tombstones = db.query("SELECT segment FROM tombstone");
    while (tombstones.step()) buried.insert(tombstones.id<SegmentId>(0));
    return 0;
  });
  for (const auto& [id, path] : files) {
    const auto rows = shop.storage.catalogue().segments({.source = {}, .cls = {}, .span = {}, .id = id});
    const bool aside = path.string().find("/quarantine/") != std::string::npos;
    if (buried.contains(id)) say("I15: " + id.text() + " was deleted and has a file");
    if (rows.empty() && !aside) say("I2: the file of " + id.text() + " has no row");
    if (aside && (promises_.segments.contains(id) || promises_.prefixes.contains(id))) say("I2: " + id.text() + " was put aside although it was acknowledged");
    if (!rows.empty() && buried.contains(id)) say("I15: " + id.text() + " was deleted and has a row");
  }
}

// What was acknowledged is there, unless it was due; what was deleted is not.
void Examination::look_at_promised(Shop& shop) {
  for (const auto& [id, segment] : promises_.segments) {
    const auto rows = shop.storage.catalogue().segments({.source = {}, .cls = {}, .span = {}, .id = id});
    const bool is_live = !rows.empty() && rows[0].state == State::live;
    if (!is_live && !promises_.may_be_gone.contains(id))
      say(std::string(segment.is_call ? "I17: the acknowledged call " : "I1: the acknowledged segment ") + id.text() + " of " + segment.source + " is gone");
    if (!is_live && promises_.perhaps_held(segment, promises_.clock) && promises_.surely_held(segment, promises_.clock))
      say("I7: " + id.text() + " was held and is gone");
    if (is_live && promises_.must_be_gone.contains(id)) say("I3: " + id.text() + " was swept and is back");
    if (!is_live && key_is_there(segment, id)) say("I3: " + id.text() + " is gone, its key is not");
  }
}

void Examination::look_at_prefixes(Shop& shop) {
  for (const auto& [id, prefix] : promises_.prefixes) {
    if (promises_.segments.contains(id)) continue;
    const auto rows = shop.storage.catalogue().segments({.source = {}, .cls = {}, .span = {}, .id = id});
    if (rows.empty() || rows[0].state != State::live) {
      say("I17: " + id.text() + ", being recorded and synced, is gone");
      continue;
    }
    const auto key = shop.storage.keys().read(rows[0].slot, id);
    const SealedReader reader(File(shop.storage.vaults().path_of(rows[0]), File::Mode::read), key.value_or(Key{}));
    if (reader.footer().fragments.size() < static_cast<std::size_t>(prefix.number)) say("I17: " + id.text() + " lost fragments that were synced");
  }
}

// I7, I8: each acknowledged hold is there, and what it covers can be read.
void Examination::look_at_holds(Shop& shop) {
  const auto listed = shop.storage.holds().list();
  for (const auto& hold : promises_.holds) {
    const auto found = std::ranges::find(listed, hold.id, [](const Hold& one) { return one.id.text(); });
    if (found == listed.end()) {
      say("I7: the acknowledged hold " + hold.id + " is gone");
      continue;
    }
    if (!hold.release_tried && found->state != "active") say("I9: hold " + hold.id + " ended without a release");
    // What of a release the disk refused to take beside the catalogue is undone with it: the hold stays, which is safe.
    const bool may_be_undone = promises_.disk_fails && fs::exists(folder_ / "lost-catalogue");
    if (hold.released && found->state == "active" && !may_be_undone) say("I9: the release of hold " + hold.id + " is undone");
  }
  for (const auto& [id, segment] : promises_.segments) {
    if (!promises_.surely_held(segment, promises_.clock)) continue;
    auto reader = shop.storage.open(id, shop.manager, Purpose::view);
    if (!reader.verify()) say("I8: " + id.text() + " is held and cannot be read");
  }
}

// Each key backup that counts as good opens, and is whole.
void Examination::look_at_backups(Shop& shop) {
  for (const auto& backup : shop.storage.backups().status().here) {
    if (backup.kind != "keys" || !backup.verified_at || !backup.reachable) continue;
    guarded("reading the backup " + backup.name, [&] {
      read_box(File(Path(backup.folder) / backup.name, File::Mode::read), kRecoverySecret, {[](const std::string&, std::uint64_t) {}, [](View) {}});
    });
  }
}

void Examination::look_at_ledger(Shop& shop) {
  // What was done since the backup of the data was made is known to have been done (I15).
  if (fs::exists(lost_in(folder_)) && shop.storage.ledger().rolled_back()) shop.storage.ledger().accept_rollback(shop.manager, "restored from the backups");
  if (const auto why = shop.storage.ledger().rolled_back()) say("I15: a crash looks like a rollback: " + *why);
  const auto report = shop.storage.ledger().verify();
  for (const auto& problem : report.problems) say("LEDGER: entry " + std::to_string(problem.entry) + ": " + problem.what);
  for (const auto& [number, act] : promises_.ledger) {
    const auto entries = shop.storage.catalogue().ledger(number, 1);
    if (entries.empty() || entries[0].number != number || entries[0].act != act) say("I13: ledger entry " + std::to_string(number) + " is gone");
  }
  if (const auto problems = shop.storage.catalogue().check(); !problems.empty()) say("CATALOGUE: " + problems);
}

std::vector<std::string> Examination::all() {
  finish_losing(folder_);
  guarded("looking before recovery", [&] { look_before_recovery(); });
  guarded("the start", [&] {
    const auto now = std::max(promises_.clock, kBegin);
    put_right(folder_, now);
    Shop shop(folder_, now);
    guarded("walking", [&] { walk(shop); });
    guarded("reading rows", [&] { look_at_rows(shop); });
    guarded("reading files", [&] { look_at_files(shop); });
    guarded("reading what was promised", [&] { look_at_promised(shop); });
    guarded("reading prefixes", [&] { look_at_prefixes(shop); });
    guarded("reading holds", [&] { look_at_holds(shop); });
    guarded("reading backups", [&] { look_at_backups(shop); });
    guarded("reading the ledger", [&] { look_at_ledger(shop); });
    guarded("going on", [&] {
      for (const auto& what : violations_of_aftermath(shop, promises_)) say(what);
    });
  });
  return found_;
}

}  // namespace

std::vector<std::string> violations_in(const Path& folder, const Promises& promises) { return Examination(folder, promises).all(); }

}  // namespace tenure::faults
