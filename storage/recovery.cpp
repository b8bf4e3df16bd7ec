#include "storage/recovery.h"

#include <algorithm>
#include <boost/filesystem/operations.hpp>
#include <boost/json.hpp>
#include <functional>
#include <iterator>

#include "base/error.h"
#include "base/log.h"
#include "storage/catalogue_state.h"
#include "storage/sealed_file.h"

namespace tenure::storage {

namespace fs = boost::filesystem;

namespace {
void note(Catalogue& catalogue, const Clock& clock, const std::string& act, const std::string& segment, const std::string& why) {
  const boost::json::object subject{{"segment", segment}};
  catalogue.append_ledger(ledger_entry(clock.now(), {"tenured"}, act, boost::json::serialize(subject), why));
}

bool is_there(const Path& path) {
  boost::system::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

void fill_from(SegmentRow& row, const SealedFooter& footer, const Path& path) {
  row.span = footer.span;
  row.digest = row.kind == Kind::calls ? footer.plain_sha256 : footer.root;
  row.run = footer.run;
  row.clock_offset = footer.clock_offset;
  row.plain_bytes = 0;
  for (const auto& fragment : footer.fragments) row.plain_bytes += fragment.plain_size;
  row.bytes = File(path, File::Mode::read).size();
}

void drop_reserved(const RecoveryParts& parts, const SegmentRow& row) {
  parts.keys.erase(row.slot, row.id);
  parts.keys.sync();
  const auto path = parts.vaults.path_of(row);
  if (remove_file(path)) sync_directory(path.parent_path());
  parts.catalogue.drop_reservation(row.id);
}

std::optional<SealedFooter> saved(const RecoveryParts& parts, const SegmentRow& row) {
  const auto path = parts.vaults.path_of(row);
  if (!is_there(path)) return std::nullopt;
  const auto key = parts.keys.read(row.slot, row.id);
  if (!key) return std::nullopt;
  try {
    return salvage(path, *key);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::corrupt) throw;
    return std::nullopt;  // cut off before its first whole fragment
  }
}

// A call that was never committed was never acknowledged: its source still has it, whole.
void settle_reserved(const RecoveryParts& parts, SegmentRow row, RecoveryReport& report) {
  if (!parts.vaults.online(row.vault)) return;
  const auto footer = row.kind == Kind::camera ? saved(parts, row) : std::nullopt;
  if (!footer) return drop_reserved(parts, row);
  fill_from(row, *footer, parts.vaults.path_of(row));
  sync_directory(parts.vaults.path_of(row).parent_path());
  parts.keys.sync();
  parts.catalogue.commit_segment(row);
  ++report.salvaged;
}

void quarantine(const RecoveryParts& parts, const std::string& vault, const Path& file, const std::string& why) {
  const auto folder = parts.vaults.root(vault) / "quarantine";
  make_directories(folder);
  fs::rename(file, folder / file.filename());
  sync_directory(folder);
  sync_directory(file.parent_path());
  const auto name = file.stem().string();
  log_error("vault={} quarantined={} cause=\"{}\"", vault, log_safe(name), why);
  note(parts.catalogue, parts.clock, "quarantine", name.substr(0, 64), why);
}

// Why a file without a row cannot be adopted; empty when it was.
std::string try_adopt(const RecoveryParts& parts, const std::string& vault, const Path& path) {
  const auto header = read_header(File(path, File::Mode::read));
  if (header.kind == Kind::calls) return "a call that was never committed: its source still has it";
  const auto key = parts.keys.read(header.slot, header.id);
  if (!key) return "its key is erased or unknown";
  SegmentRow row;
  row.id = header.id;
  row.source = header.source;
  row.cls = header.cls;
  row.kind = header.kind;
  row.slot = header.slot;
  row.vault = vault;
  row.span = {header.start, header.start};
  if (parts.vaults.path_of(row) != path) return "it does not lie where its header says";
  const auto footer = salvage(path, *key);
  if (!footer) return "not one of its fragments is whole";
  fill_from(row, *footer, path);
  row.span.from = header.start;  // its folder is named after it
  sync_directory(path.parent_path());
  parts.keys.sync();
  parts.catalogue.write([&](Catalogue::Transaction& transaction) {
    insert_segment(transaction.db, row, State::live, expiry_in(transaction.db, row.cls, row.span));
    const boost::json::object subject{{"segment", row.id.text()}, {"source", row.source}};
    insert_ledger(transaction.db, ledger_entry(parts.clock.now(), {"tenured"}, "adopt", boost::json::serialize(subject),
                                               "a sealed file without its row"));
  });
  return {};
}

void settle_file(const RecoveryParts& parts, const std::string& vault, const Path& path, RecoveryReport& report) {
  const auto id = SegmentId::parse(path.stem().string());
  if (id && !parts.catalogue.segments({.source = {}, .cls = {}, .span = {}, .id = id}).empty()) return;
  std::string why = "its name is no segment's";
  try {
    if (id) why = try_adopt(parts, vault, path);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::io || error.kind() == ErrorKind::unavailable) throw;  // says nothing of the file
    why = error.message();
  }
  if (why.empty()) {
    ++report.adopted;
  } else {
    quarantine(parts, vault, path, why);
    ++report.quarantined;
  }
}

constexpr std::size_t kDaysLookedAt = 2;

std::vector<Path> folders_in(const Path& folder) {
  std::vector<Path> all;
  for (const auto& item : fs::directory_iterator(folder))
    if (fs::is_directory(item.symlink_status())) all.push_back(item.path());
  return all;
}

// The newest `most` of the folders `levels` below, by name: yyyy/mm/dd.
void newest_below(const Path& folder, int levels, std::size_t most, std::vector<Path>& found) {
  if (levels == 0) return found.push_back(folder);
  auto below = folders_in(folder);
  std::ranges::sort(below, std::greater<>{});
  for (const auto& one : below)
    if (found.size() < most) newest_below(one, levels - 1, most, found);
}

// The hours of the newest two days that each source has: what a crash can have touched, however long ago it was. The
// full walk comes behind, later.
std::vector<Path> newest_folders(const Path& root) {
  std::vector<Path> hours;
  for (const auto& cls : folders_in(root)) {
    if (cls.filename() == "quarantine") continue;
    for (const auto& source : folders_in(cls)) {
      std::vector<Path> days;
      newest_below(source, /*levels=*/3, kDaysLookedAt, days);
      for (const auto& day : days) std::ranges::copy(folders_in(day), std::back_inserter(hours));
    }
  }
  return hours;
}

void settle_files(const RecoveryParts& parts, const std::string& vault, RecoveryReport& report) {
  for (const auto& folder : newest_folders(parts.vaults.root(vault))) {
    std::vector<Path> files;  // first listed, then moved
    for (const auto& item : fs::directory_iterator(folder))
      if (item.path().extension() == ".seg") files.push_back(item.path());
    for (const auto& file : files) settle_file(parts, vault, file, report);
  }
}

// A live row of the newest two days whose file is not there is lost, which is no deletion (I19).
void check_live(const RecoveryParts& parts, RecoveryReport& report) {
  const auto now = parts.clock.now();
  std::optional<Instant> newest;
  for (const auto& source : parts.catalogue.sources())
    if (source.newest) newest = std::max(newest.value_or(*source.newest), *source.newest);
  if (!newest) return;
  const Interval recent{std::min(now, *newest) - std::chrono::days(kDaysLookedAt), now + std::chrono::days(1)};
  for (const auto& row : parts.catalogue.segments({.source = {}, .cls = {}, .span = recent, .id = {}, .limit = 1'000'000})) {
    if (row.state != State::live || !parts.vaults.online(row.vault)) continue;
    const auto path = parts.vaults.path_of(row);
    if (is_there(path) && File(path, File::Mode::read).size() == row.bytes) continue;
    if (!parts.vaults.online(row.vault)) continue;  // gone this moment: nothing can be said
    parts.catalogue.mark_lost(row.id);
    log_error("source={} segment={} lost=yes cause=\"its file is missing or has another size\"", row.source, row.id.text());
    note(parts.catalogue, parts.clock, "lost", row.id.text(), "its file is missing or has another size");
    ++report.lost;
  }
}
}  // namespace

RecoveryReport recover(const RecoveryParts& parts) {
  RecoveryReport report;
  report.stray_holds = parts.holds.adopt_stray_files();  // before anything could be deleted
  report.finished_deletions = parts.eraser.finish_condemned();
  for (const auto& row : parts.catalogue.in_state(State::reserved)) settle_reserved(parts, row, report);
  for (const auto& vault : parts.vaults.names())
    if (parts.vaults.online(vault)) settle_files(parts, vault, report);
  check_live(parts, report);
  return report;
}

}  // namespace tenure::storage
