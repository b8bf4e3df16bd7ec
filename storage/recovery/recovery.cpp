#include "storage/recovery/recovery.h"

#include <fcntl.h>

#include <algorithm>
#include <boost/filesystem/operations.hpp>

#include "base/error.h"
#include "base/log.h"
#include "storage/catalogue/catalogue_state.h"
#include "storage/recovery/damage.h"
#include "storage/recovery/orphans.h"
#include "storage/vault/vault_walk.h"

namespace tenure::storage {

namespace {
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
  // What a failed sync left in memory only must not count as written.
  ::posix_fadvise(File(path, File::Mode::read).descriptor(), 0, 0, POSIX_FADV_DONTNEED);
  try {
    return salvage(path, *key);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::corrupt) throw;
    return std::nullopt;  // cut off before its first whole fragment
  }
}

enum class Reserved { waits, dropped, salvaged };

// A call that was never committed was never acknowledged: its source still has it, whole.
Reserved settle_reserved(const RecoveryParts& parts, SegmentRow row) {
  if (!parts.vaults.online(row.vault)) return Reserved::waits;
  const auto footer = row.kind == Kind::camera ? saved(parts, row) : std::nullopt;
  if (!footer) {
    drop_reserved(parts, row);
    return Reserved::dropped;
  }
  fill_from(row, *footer, parts.vaults.path_of(row));
  sync_directory(parts.vaults.path_of(row).parent_path());
  parts.keys.sync();
  parts.catalogue.commit_segment(row);
  return Reserved::salvaged;
}

// One that fails keeps no other from its turn, and nothing from being served.
Reserved try_to_settle(const RecoveryParts& parts, const SegmentRow& row) {
  try {
    return settle_reserved(parts, row);
  } catch (const std::exception& error) {
    log_error("event=not-settled segment={} cause=\"{}\" effect=\"it is tried again\"", row.id.text(), log_safe(error.what()));
    return Reserved::waits;
  }
}

std::uint64_t finish_deletions(Eraser& eraser) {
  try {
    return eraser.finish_condemned().size();
  } catch (const std::exception& error) {
    log_error("event=deletions-not-finished cause=\"{}\" effect=\"the sweep goes on with them\"", log_safe(error.what()));
    return 0;
  }
}

constexpr std::size_t kDaysLookedAt = 2;  // of each source: what a crash can have touched; the full walk comes behind

void step(const Progress& progress, const char* doing) {
  if (progress) progress(doing);
}

void settle_files(const RecoveryParts& parts, const std::string& vault, RecoveryReport& report,
                  const Progress& progress) {
  const OrphanParts orphans{parts.catalogue, parts.clock, parts.vaults, parts.keys, parts.calls};
  for (const auto& folder : newest_hour_folders(parts.vaults.root(vault), kDaysLookedAt))
    for (const auto& file : sealed_files(folder)) {
      step(progress, "looking at the newest files");
      const auto settled = settle_file(orphans, vault, file);
      report.adopted += settled == Settled::adopted;
      report.quarantined += settled == Settled::quarantined;
    }
}

// A live row of the newest two days whose file is not there is lost, which is no deletion (I19).
void check_live(const RecoveryParts& parts, RecoveryReport& report, const Progress& progress) {
  const auto now = parts.clock.now();
  std::optional<Instant> newest;
  for (const auto& source : parts.catalogue.sources())
    if (source.newest) newest = std::max(newest.value_or(*source.newest), *source.newest);
  if (!newest) return;
  const Interval recent{std::min(now, *newest) - std::chrono::days(kDaysLookedAt), now + std::chrono::days(1)};
  for (const auto& row : parts.catalogue.segments({.source = {}, .cls = {}, .span = recent, .id = {}, .limit = 1'000'000})) {
    step(progress, "looking whether a file is missing");
    if (row.state != State::live || !parts.vaults.online(row.vault)) continue;
    const auto path = parts.vaults.path_of(row);
    boost::system::error_code unknown;
    if (is_there(path) && boost::filesystem::file_size(path, unknown) == row.bytes) continue;
    if (is_there(path) ? bool(unknown) : !is_missing(path)) continue;  // that it cannot be looked at is for the scrub to say
    if (!parts.vaults.online(row.vault)) continue;  // gone this moment: nothing can be said
    report.lost += lose(parts.catalogue, parts.clock, row, "its file is missing or has another size");
  }
}
}  // namespace

RecoveryReport recover(const RecoveryParts& parts, const Progress& progress) {
  RecoveryReport report;
  step(progress, "finishing what was cut off");
  report.stray_holds = parts.holds.adopt_stray_files();  // before anything could be deleted
  report.finished_deletions = finish_deletions(parts.eraser);
  for (const auto& row : parts.catalogue.in_state(State::reserved)) {
    step(progress, "saving what was being recorded");
    report.salvaged += try_to_settle(parts, row) == Reserved::salvaged;
  }
  for (const auto& vault : parts.vaults.names())
    if (parts.vaults.online(vault)) settle_files(parts, vault, report, progress);
  check_live(parts, report, progress);
  return report;
}

std::vector<SegmentRow> settle_failed(const RecoveryParts& parts, const std::vector<SegmentRow>& rows) {
  std::vector<SegmentRow> waiting;
  for (const auto& row : rows) {
    const auto known = parts.catalogue.state().read([&](sqlite::Connection& db) { return segment_by_id(db, row.id); });
    if (known && known->state != State::reserved) continue;  // the commit that failed happened all the same
    const auto settled = try_to_settle(parts, row);
    if (settled == Reserved::waits) waiting.push_back(row);
    else log_info("event=settled source={} segment={} kept={}", row.source, row.id.text(), settled == Reserved::salvaged);
  }
  return waiting;
}

}  // namespace tenure::storage
