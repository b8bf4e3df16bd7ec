#include "storage/recovery/quarantine.h"

#include <algorithm>
#include <boost/filesystem/operations.hpp>

#include "base/error.h"
#include "base/log.h"
#include "storage/catalogue/catalogue_state.h"
#include "storage/vault/vault_walk.h"

namespace tenure::storage {

namespace fs = boost::filesystem;

namespace {
// Milliseconds since 1970 in the first six bytes (UUID version 7).
Instant made_at(const SegmentId& id) {
  std::int64_t millis = 0;
  for (std::size_t at = 0; at < 6; ++at) millis = millis << 8 | id.raw.at(at);
  return Instant(Millis(millis));
}

// The end of what its class was promised; of a class nobody knows, the latest end of all.
Instant end_of(sqlite::Connection& db, const Evidence& evidence) {
  const Interval span{evidence.from, evidence.from};
  std::optional<Instant> latest;
  auto classes = db.query("SELECT class FROM policy");
  while (classes.step()) {
    const auto end = expiry_in(db, classes.text(0), span);
    if (evidence.header && evidence.header->cls == classes.text(0)) return end;
    latest = std::max(latest.value_or(end), end);
  }
  return latest.value_or(Instant::max());
}

// A camera's by its source and day; for the rest nobody can say what a hold by number or id means.
bool may_be_held(sqlite::Connection& db, const Evidence& evidence, const TrustedTime& time) {
  const bool footage = evidence.header && evidence.header->kind == Kind::camera;
  auto query = db.query(
      "SELECT 1 FROM hold h WHERE (h.released_at IS NULL OR h.counts_until > ?1) AND (NOT ?2 OR EXISTS(SELECT 1 FROM"
      " hold_call c WHERE c.hold = h.id) OR EXISTS(SELECT 1 FROM hold_span p WHERE p.hold = h.id AND p.source = ?3"
      " AND p.from_at < ?5 AND p.to_at > ?4))",
      time.lo, footage, footage ? evidence.header->source : std::string(), evidence.from - std::chrono::days(1),
      evidence.from + std::chrono::days(1));
  return query.step();
}

// Somebody's copy of a recording that is kept: the key is that recording's, whose own end erases it (I6, I8).
bool is_known(Catalogue& catalogue, const SegmentId& id) {
  return catalogue.state().read([&](sqlite::Connection& db) { return segment_by_id(db, id).has_value(); });
}

void end(const OrphanParts& parts, const Path& file, const Evidence& evidence) {
  note(parts.catalogue, parts.clock, "quarantine-end", file.stem().string().substr(0, 64),
       "older than was promised, by the best evidence of its age");
  if (evidence.header && !is_known(parts.catalogue, evidence.header->id)) {
    parts.keys.erase(evidence.header->slot, evidence.header->id);
    parts.keys.sync();
  }
  remove_file(file);
  sync_directory(file.parent_path());
  log_info("event=quarantine-ended file={}", log_safe(file.filename().string()));
}

std::vector<Path> files_in(const Path& folder) {
  std::vector<Path> files;
  boost::system::error_code failed;
  for (fs::directory_iterator at(folder, failed), last; !failed && at != last; at.increment(failed))
    if (is_there(at->path())) files.push_back(at->path());
  return files;
}
}  // namespace

Evidence evidence_of(const Path& file) {
  Evidence evidence;
  try {
    evidence.header = read_header(File(file, File::Mode::read));
    evidence.from = evidence.header->start;
    return evidence;
  } catch (const Error&) {  // no sealed file, or not readable
  }
  if (const auto id = SegmentId::parse(file.stem().string())) {
    evidence.from = made_at(*id);
  } else {
    boost::system::error_code failed;
    const auto written = fs::last_write_time(file, failed);
    evidence.from = failed ? Instant::max() : Instant(Seconds(written));
  }
  return evidence;
}

bool is_over(sqlite::Connection& db, const Evidence& evidence, const TrustedTime& time) {
  return evidence.from < time.lo && end_of(db, evidence) <= time.lo && !may_be_held(db, evidence, time);
}

QuarantineReport end_quarantine(const OrphanParts& parts) {
  QuarantineReport report;
  for (const auto& vault : parts.vaults.names()) {
    if (!parts.vaults.online(vault)) continue;
    for (const auto& file : files_in(parts.vaults.root(vault) / kQuarantine)) {
      const auto evidence = evidence_of(file);
      const auto time = parts.clock.trusted();
      const bool over =
          parts.catalogue.state().read([&](sqlite::Connection& db) { return is_over(db, evidence, time); });
      if (over) end(parts, file, evidence);
      report.files += !over;
      report.ended += over;
    }
  }
  return report;
}

}  // namespace tenure::storage
