#include "storage/recovery/rebuild_files.h"

#include <algorithm>
#include <boost/filesystem/operations.hpp>
#include <boost/json.hpp>

#include "base/error.h"
#include "base/log.h"
#include "storage/calls/call_details.h"
#include "storage/calls/call_record.h"
#include "storage/recovery/lost.h"
#include "storage/recovery/orphans.h"
#include "storage/recovery/rebuilt_gap.h"
#include "storage/vault/readable.h"
#include "storage/vault/vault_walk.h"

namespace tenure::storage {

namespace json = boost::json;

namespace {
// The footer of a whole file, else of what can be saved of it: whether all of it verifies is the scrub's to find out.
std::optional<SealedFooter> footer_of(const Path& path, const Key& key) {
  {
    const SealedReader reader(File(path, File::Mode::read), key);
    if (reader.finished()) return reader.footer();
  }
  return salvage(path, key);
}

constexpr std::size_t kMostProblems = 50;
}

std::vector<SettledStretch> take_stretches(sqlite::Connection& db) {
  std::vector<SettledStretch> stretches;
  auto query = db.query(
      "SELECT at, subject FROM ledger WHERE act IN ('time-settle', 'time-confirm', 'time-lower') ORDER BY number");
  while (query.step()) {
    boost::system::error_code error;
    const auto subject = json::parse(query.text(1), error);
    if (error || !subject.is_object()) continue;
    const auto* since = subject.get_object().if_contains("doubtful_since");
    const auto* seconds = subject.get_object().if_contains("offset_seconds");
    const auto line = since && since->is_string() ? parse_rfc3339(std::string(since->get_string())) : std::nullopt;
    if (!line || !seconds || !seconds->is_number()) continue;
    const Duration offset(static_cast<std::int64_t>(seconds->to_number<double>() * 1e6));
    stretches.push_back({*line, query.instant(0) - offset});
    db.run("INSERT OR IGNORE INTO time_line(line, offset, settled_at) VALUES(?, ?, ?)", *line, offset,
           query.instant(0));
  }
  return stretches;
}

std::uint64_t take_unexplained_gaps(sqlite::Connection& db, Instant latest) {
  db.run(
      "INSERT OR IGNORE INTO gap(source, start_at, end_at, cause) SELECT source, until, start_at, ?3"
      " FROM (SELECT source, start_at, lag(end_at) OVER w AS until, lag(expires_at) OVER w AS expires FROM segment "
      "WHERE kind = 0"
      "       WINDOW w AS (PARTITION BY source ORDER BY start_at, end_at)) hole"
      " WHERE start_at - until >= ?1 AND (expires > ?2 OR EXISTS(SELECT 1 FROM hold_span p JOIN hold h ON h.id = p.hold"
      "       WHERE p.source = hole.source AND p.from_at <= hole.until AND p.to_at >= hole.start_at"
      "       AND h.placed_at < hole.expires))",
      kLeastRebuiltGap, latest, std::string(kRebuiltGap));
  return static_cast<std::uint64_t>(db.changes());
}

void VaultReader::leave(const Path& path, const std::string& why) {
  ++report_.left;
  left_.push_back(path);
  if (report_.problems.size() < kMostProblems) report_.problems.push_back(path.string() + ": " + why);
  log_warning("event=rebuild-left file={} cause=\"{}\"", path.string(), log_safe(why));
}

bool VaultReader::may_have_left(const SegmentId& id) const {
  return std::ranges::any_of(left_, [&](const Path& path) {
    const auto named = SegmentId::parse(path.stem().string());
    return !named || *named == id;
  });
}

std::optional<Instant> VaultReader::line_of(Instant start) const {
  std::optional<Instant> found;
  for (const auto& stretch : stretches_)
    if (stretch.line <= start && start < stretch.until && (!found || *found < stretch.line)) found = stretch.line;
  const auto doubtful = clock_.trusted().line;
  if (!found && doubtful && start >= *doubtful) found = doubtful;
  return found;
}

// By the ledger, which is there before any file is read: another backup of the keys may open it (I19).
bool VaultReader::is_keyless(sqlite::Connection& db, const SegmentId& id) {
  if (!keyless_) keyless_ = keyless_losses(db);
  return keyless_->contains(id);
}

void VaultReader::take(sqlite::Connection& db, const std::string& vault, const Path& path) {
  try {
    const auto header = read_header(File(path, File::Mode::read));
    auto row = row_of(header, vault);
    if (vaults_.path_of(row) != path) return leave(path, "it does not lie where its header says");
    auto key = keys_.read(header.slot, header.id);
    if (!key) {
      keys_.erase(header.slot, header.id);  // one copy may hold it still beside a marker: the marker wins
      const bool deleted = keys_.is_erased(header.slot) && !is_keyless(db, header.id);
      return deleted ? finish_deletion(db, row, path) : leave(path, "its key is not in its slot");
    }
    const bool call = row.kind == Kind::calls;
    // A call that has no end was never acknowledged: its source still has it.
    if (call && !SealedReader(File(path, File::Mode::read), *key).finished())
      return leave(path, "a call that was not finished");
    const auto footer = footer_of(path, *key);
    if (!footer) return leave(path, "not one of its fragments is whole");
    fill_from(row, *footer, path);
    row.span.from = header.start;  // its folder is named after it
    if (call) {
      take_call(db, std::move(row), *footer, *key, path);
    } else {
      row.line = line_of(header.start);
      row.time_doubtful = row.line.has_value();
      insert_segment(db, row, State::live, expiry_in(db, row.cls, row.span));
      ++report_.segments;
      report_.bytes += row.bytes;
    }
    wipe(*key);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::io) {
      must_be_to_blame(vault, path, error);
      report_.unreadable.push_back(path);
    } else if (error.kind() != ErrorKind::corrupt && error.kind() != ErrorKind::not_found) {
      throw;
    }
    leave(path, error.what());
  }
}

// A bad sector or another's file keeps no other from its row: the walk looks at it again after each start, its key and
// its copy in a backup wait for it.
void VaultReader::must_be_to_blame(const std::string& vault, const Path& path, const Error& error) const {
  const auto why = vaults_.off_line(vault);
  if (!why.empty())
    throw Error(ErrorKind::refused,
                "Vault " + vault + " went off line while it was read (" + why + "): mount it, then rebuild.");
  if (can_be_read(path))
    throw Error(ErrorKind::refused,
                "The rebuild stopped at " + path.string() + ", which can be read: look at the disks of the vaults and of "
                "the state folder, then rebuild again. The old catalogue is as it was.",
                error.what());
}

void VaultReader::take_call(sqlite::Connection& db, SegmentRow row, const SealedFooter& footer, const Key& key,
                            const Path& path) {
  const auto details = call_details_from_json(as_text(footer.metadata));
  row.time_doubtful = start_is_doubtful(details);
  if (details.time_quality == "import") row.line = line_of(row.span.from);
  const auto record = make_call_record(index_key_, key, row, details);
  if (is_second_copy(db, record, path)) return;
  insert_call(db, record);
  ++report_.calls;
  report_.bytes += row.bytes;
}

// The same content or native id twice: the import that came first was acknowledged, the other one was cut off before it
// could be dropped. Deleted before (I15): likewise never acknowledged.
bool VaultReader::is_second_copy(sqlite::Connection& db, const CallRecord& record, const Path& path) {
  auto kept = db.query("SELECT segment FROM call WHERE content_token = ? OR native_token = ?", record.content_token,
                       record.native_token);
  if (kept.step()) {
    const auto other = kept.id<SegmentId>(0);
    kept.run();
    ++report_.duplicates;
    if (other < record.segment.id) {
      put_aside(record.segment.vault, path);
      return true;
    }
    const auto row = segment_by_id(db, other);
    put_aside(row->vault, vaults_.path_of(*row));
    db.run("DELETE FROM segment WHERE id = ?", other);
    --report_.calls;
    report_.bytes -= row->bytes;
    return false;
  }
  auto buried =
      db.query("SELECT segment FROM tombstone_token WHERE (kind = 0 AND token = ?) OR (kind = 1 AND token = ?)",
               record.content_token, record.native_token);
  if (!buried.step()) return false;
  const auto deleted = buried.id<SegmentId>(0);
  buried.run();
  if (deleted == record.segment.id) {  // its tombstone was written, its deletion not committed: it was condemned
    keys_.erase(record.segment.slot, record.segment.id);
    finish_deletion(db, record.segment, path);
  } else {
    ++report_.duplicates;
    put_aside(record.segment.vault, path);
  }
  return true;
}

// Steps 2 to 5 of a deletion that a crash cut off, or that is older than the file's last copy.
void VaultReader::finish_deletion(sqlite::Connection& db, const SegmentRow& row, const Path& path) {
  keys_.sync();
  remove_file(path);
  sync_directory(path.parent_path());
  db.run(
      "INSERT OR REPLACE INTO tombstone(segment, source, class, kind, start_at, end_at, expires_at, deleted_at, "
      "digest, cause)"
      " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, 0)",
      row.id, row.source, row.cls, static_cast<int>(row.kind), row.span.from, row.span.to,
      expiry_in(db, row.cls, row.span), clock_.now(), row.digest);
  ++report_.finished_deletions;
}

void VaultReader::put_aside(const std::string& vault, const Path& path) {
  const auto folder = vaults_.root(vault) / kQuarantine;
  make_directories(folder);
  boost::filesystem::rename(path, folder / path.filename());
  sync_directory(folder);
  sync_directory(path.parent_path());
}

}  // namespace tenure::storage
