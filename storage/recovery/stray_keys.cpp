#include "storage/recovery/stray_keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/filesystem/operations.hpp>
#include <boost/json.hpp>

#include "base/error.h"
#include "base/log.h"
#include "storage/catalogue/catalogue_state.h"
#include "storage/vault/vault_walk.h"

namespace tenure::storage {

namespace fs = boost::filesystem;
namespace json = boost::json;

namespace {
constexpr Duration kPatience = std::chrono::days(1);  // an old vault's disk may still be brought
constexpr std::size_t kNamesInOneStep = 256, kRowsAtOnce = 20'000, kSlotsNamed = 100;

bool is_gone(const Path& path) {
  boost::system::error_code failed;
  return fs::symlink_status(path, failed).type() == fs::file_not_found;
}

bool is_folder(const Path& path) {
  boost::system::error_code failed;
  return fs::is_directory(path, failed);
}

bool leads_to(const std::set<Path>& places, const Path& link) {
  boost::system::error_code failed;
  return std::ranges::any_of(places, [&](const Path& place) { return fs::equivalent(place, link, failed); });
}
}  // namespace

StrayKeys::StrayKeys(const OrphanParts& parts, Path state)
    : parts_(parts), state_(std::move(state)), at_start_(parts.keys.used()) {}

bool StrayKeys::step() {
  try {
    if (!looking_) return begin();
    const bool more = look_at_names();
    if (!looking_) return false;
    if (const auto away = why_not_all_there(); !away.empty()) {
      leave(away);
    } else if (!more) {
      settle();
      end_look();
    }
    return looking_;
  } catch (...) {
    end_look();
    throw;
  }
}

bool StrayKeys::begin() {
  find_without_row();
  if (left_.empty()) {
    settle();
    return false;
  }
  list_places();
  const auto why = why_not_all_there();
  looking_ = why.empty();
  if (!looking_) leave(why);
  return looking_;
}

// In whatever state a row is: what is lost, condemned or being recorded is somebody's. Of what is lost its slot may
// have another's key by now (a restore brings such rows): it claims the key that is its own, also one that is half
// erased, which its row says must be there.
void StrayKeys::find_without_row() {
  auto free = at_start_;
  std::vector<std::pair<std::uint64_t, SegmentId>> lost;
  SegmentId mark{};
  for (std::size_t count = kRowsAtOnce; count == kRowsAtOnce;) {
    count = 0;
    parts_.catalogue.state().read([&](sqlite::Connection& db) {
      auto rows = db.query("SELECT id, slot, state FROM segment WHERE id > ? ORDER BY id LIMIT ?", mark,
                           std::uint64_t{kRowsAtOnce});
      for (; rows.step(); ++count) {
        mark = rows.id<SegmentId>(0);
        const auto slot = rows.natural(1);
        if (slot >= free.size()) continue;
        if (static_cast<State>(rows.integer(2)) == State::lost)
          lost.emplace_back(slot, mark);
        else
          free[slot] = false;
      }
    });
  }
  for (const auto& [slot, id] : lost)
    if (free[slot] && parts_.keys.repair(slot, id)) free[slot] = false;
  const auto used = parts_.keys.used();
  for (std::size_t slot = 0; slot < free.size(); ++slot)
    if (free[slot] && used.at(slot)) left_.insert(slot);
}

// Every vault ever used, also one that the settings have no more (I19).
std::string StrayKeys::why_not_all_there() const {
  const auto names = parts_.vaults.names();
  for (const auto& [name, id] : parts_.catalogue.known_vaults())
    if (std::ranges::find(names, name) == names.end()) return fmt::format("vault {} is not in the settings any more", name);
  for (const auto& name : names)
    if (const auto why = parts_.vaults.off_line(name); !why.empty()) return fmt::format("vault {} is off line: {}", name, why);
  const auto gone = std::ranges::find_if_not(backups_, is_folder);
  if (gone == backups_.end()) return {};
  return "the backup of the data in " + gone->parent_path().string() + " is not there";
}

// The quarantines are looked into first: what they hold is likely all there is.
void StrayKeys::list_places() {
  backups_.clear();
  parts_.catalogue.state().read([this](sqlite::Connection& db) {
    auto query = db.query("SELECT DISTINCT folder FROM backup WHERE kind = 0 AND gone_at IS NULL");
    while (query.step()) backups_.push_back(Path(query.text(0)) / "vaults");
  });
  folders_ = backups_;
  if (!state_.empty()) folders_.push_back(state_);
  for (const auto& name : parts_.vaults.names()) folders_.push_back(parts_.vaults.root(name));
  places_ = {folders_.begin(), folders_.end()};
  for (const auto& name : parts_.vaults.names()) folders_.push_back(parts_.vaults.root(name) / kQuarantine);
}

// False when all was looked at, or nothing is left to look for.
bool StrayKeys::look_at_names() {
  for (names_ = 0; names_ < kNamesInOneStep && !folders_.empty() && !left_.empty();) {
    const auto folder = folders_.back();
    folders_.pop_back();
    if (const auto why = look_into(folder); !why.empty()) {
      leave(why);
      return false;
    }
  }
  return !folders_.empty() && !left_.empty();
}

// Why it cannot be said what is in it. What a sweep or the walk takes meanwhile claims nothing.
std::string StrayKeys::look_into(const Path& folder) {
  boost::system::error_code failed;
  fs::directory_iterator at(folder, failed), end;
  for (; !failed && at != end; at.increment(failed), ++names_) {
    boost::system::error_code unknown;
    const auto type = at->symlink_status(unknown).type();
    if (type == fs::directory_file) {
      if (!places_.contains(at->path())) folders_.push_back(at->path());
    } else if (type == fs::symlink_file && is_folder(at->path())) {
      if (!leads_to(places_, at->path())) return at->path().string() + " leads elsewhere";
    } else if (const auto why = look_at(at->path()); !why.empty()) {
      return why;
    }
  }
  const bool file_system_s_own = folder.filename() == "lost+found" && failed == boost::system::errc::permission_denied;
  if (!failed || file_system_s_own || is_gone(folder)) return {};
  return folder.string() + " cannot be read: " + failed.message();
}

// A claim is by the segment and its slot together, for slots are used again: a file that was left of a deleted
// recording names a slot that may have the key of another since. One whose header is damaged claims by its name.
std::string StrayKeys::look_at(const Path& file) {
  if (!is_there(file)) return {};
  try {
    const auto header = read_header(File(file, File::Mode::read));
    if (left_.contains(header.slot) && claims(header.slot, header.id)) keep(header.slot, file);
    return {};
  } catch (const Error& error) {
    if (file.extension() != ".seg" || is_gone(file)) return {};
    if (error.kind() != ErrorKind::corrupt) return file.string() + " cannot be read: " + error.message();
  }
  const auto id = SegmentId::parse(file.stem().string());
  if (!id) return file.string() + " is no segment's that can be told";
  const auto left = left_;
  for (const auto slot : left)
    if (claims(slot, *id)) keep(slot, file);
  return {};
}

// Each slot's key is sealed for its segment, so another's cannot be taken for its own; a key that does not open for it
// opens nothing of it, here or anywhere. What is known to be deleted has no claim on a key that came back.
bool StrayKeys::claims(std::uint64_t slot, const SegmentId& id) const {
  if (!parts_.keys.read(slot, id)) return false;
  return parts_.catalogue.state().read(
      [&](sqlite::Connection& db) { return !db.query("SELECT 1 FROM tombstone WHERE segment = ?", id).step(); });
}

// The promise report looks for no owner of a key in a backup: the log says which file it is.
void StrayKeys::keep(std::uint64_t slot, const Path& file) {
  left_.erase(slot);
  const auto is_around = [&](const Path& backup) { return file.string().starts_with(backup.string() + "/"); };
  if (std::ranges::any_of(backups_, is_around) && kept_.insert(slot).second)
    log_warning("event=stray-key-kept slot={} cause=\"its recording is in a backup of the data only\" file=\"{}\"",
                slot, log_safe(file.string()));
}

// The entry, then the effect (I13): cut off between them, the next look says so again and does it.
void StrayKeys::settle() {
  const auto used = parts_.keys.used();
  std::erase_if(left_, [&](std::uint64_t slot) { return !used.at(slot); });
  const auto time = parts_.clock.trusted();
  json::array due;
  std::vector<std::uint64_t> slots;
  parts_.catalogue.write([&](Catalogue::Transaction& transaction) {
    auto& db = transaction.db;
    std::set<std::uint64_t> known;
    {
      auto query = db.query("SELECT slot, found_at FROM stray_key");
      while (query.step()) {
        known.insert(query.natural(0));
        if (left_.contains(query.natural(0)) && query.instant(1) <= time.lo - kPatience)
          slots.push_back(query.natural(0));
      }
    }
    for (const auto slot : known)
      if (!left_.contains(slot)) db.run("DELETE FROM stray_key WHERE slot = ?", slot);
    for (const auto slot : left_)
      db.run("INSERT INTO stray_key VALUES(?1, ?2) ON CONFLICT(slot) DO UPDATE SET found_at = min(found_at, ?2)", slot,
             time.lo);
    if (slots.empty()) return;
    for (std::size_t at = 0; at < std::min(slots.size(), kSlotsNamed); ++at) due.emplace_back(slots[at]);
    const json::object subject{{"keys", slots.size()}, {"slots", due}};
    insert_ledger(db,
                  ledger_entry(parts_.clock.now(), {"tenured"}, "stray-keys", json::serialize(subject),
                               "no recording, and no file in any vault or backup of the data, has had them for a day"));
  });
  if (slots.empty()) return;
  for (const auto slot : slots) parts_.keys.erase(slot);
  parts_.keys.sync();
  parts_.catalogue.write([&](Catalogue::Transaction& transaction) {
    for (const auto slot : slots) transaction.db.run("DELETE FROM stray_key WHERE slot = ?", slot);
  });
  log_warning("event=stray-keys-erased keys={}", slots.size());
}

void StrayKeys::leave(const std::string& why) {
  if (why != told_) log_warning("event=stray-keys-left keys={} cause=\"{}\"", left_.size(), log_safe(why));
  told_ = why;
  end_look();
}

void StrayKeys::end_look() {
  looking_ = false;
  left_.clear();
  folders_.clear();
}

}  // namespace tenure::storage
