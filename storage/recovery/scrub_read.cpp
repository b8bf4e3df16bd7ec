// The scrub's reading: a cycle that takes every segment once, in the order of their making.
#include <fcntl.h>

#include <algorithm>

#include "base/error.h"
#include "base/log.h"
#include "storage/catalogue/catalogue_state.h"
#include "storage/recovery/damage.h"
#include "storage/recovery/scrub.h"

namespace tenure::storage {

namespace {
constexpr std::size_t kSegmentsInOneStep = 16;
constexpr std::uint64_t kBytesInOneStep = 8 << 20;       // and the segment that goes over it
constexpr std::uint64_t kLeastBytesASecond = 256 << 10;  // a small practice is through in hours
constexpr int kCyclesInOne = 4;                          // what takes no longer is read four times in the time of one
constexpr Duration kIdle = std::chrono::minutes(5), kLongestWait = std::chrono::minutes(5);
constexpr Duration kLeastTimeLeft = std::chrono::hours(1);  // a cycle that is late hurries, within reason

std::vector<SegmentRow> rows_above(sqlite::Connection& db, const SegmentId& mark, const SegmentId& until) {
  static const std::string sql = "SELECT" + kSegmentColumns +
                                 "FROM segment s WHERE s.id > ?1 AND s.id <= ?2 AND s.state = 1 ORDER BY s.id LIMIT ?3";
  std::vector<SegmentRow> rows;
  auto query = db.query(sql, mark, until, std::uint64_t{kSegmentsInOneStep});
  while (query.step()) rows.push_back(read_segment(query));
  return rows;
}

std::uint64_t bytes_above(sqlite::Connection& db, const SegmentId& mark, const SegmentId& until) {
  auto query =
      db.query("SELECT coalesce(sum(bytes), 0) FROM segment WHERE id > ? AND id <= ? AND state = 1", mark, until);
  query.step();
  return query.natural(0);
}

// What was read once need not push out of memory what is played.
void forget_pages(const Path& path) {
  const File file(path, File::Mode::read);
  ::posix_fadvise(file.descriptor(), 0, 0, POSIX_FADV_DONTNEED);
}

// The pace that ends in time, a tenth of the cycle early.
double bytes_a_second(std::uint64_t left, Duration time_left) {
  const auto seconds = static_cast<double>(std::max(time_left, kLeastTimeLeft).count()) / 1e6;
  return std::max(static_cast<double>(left) / seconds, static_cast<double>(kLeastBytesASecond));
}
}  // namespace

// The cycle that is under way, or the next when it is time. False: nothing to do now.
bool Scrub::begin_cycle() {
  if (cycle_) return true;
  const auto now = parts_.clock.now();
  parts_.catalogue.write([&](Catalogue::Transaction& transaction) {
    auto& db = transaction.db;
    auto last = db.query("SELECT began_at, mark, until, done_at FROM scrub ORDER BY began_at DESC LIMIT 1");
    const bool any = last.step();
    if (any && last.is_null(3)) {
      cycle_ = Cycle{last.instant(0), last.id<SegmentId>(1), last.id<SegmentId>(2)};
    } else if (!any || now - last.instant(0) >= options_.cycle / kCyclesInOne) {
      cycle_ = Cycle{now, SegmentId{}, SegmentId::make(now)};
    } else {
      return;
    }
    last.run();
    cycle_->left = bytes_above(db, cycle_->mark, cycle_->until);
    db.run("INSERT OR IGNORE INTO scrub(began_at, until, mark, bytes) VALUES(?, ?, ?, ?)", cycle_->began, cycle_->until,
           cycle_->mark, cycle_->left);
    db.run("DELETE FROM scrub WHERE began_at < ?", now - 12 * options_.cycle);
    auto row =
        db.query("SELECT bytes, bytes_read, segments_read, skipped FROM scrub WHERE began_at = ?", cycle_->began);
    row.step();
    auto status = status_.lock();
    status->began_at = cycle_->began;
    status->due_at = cycle_->began + options_.cycle;
    status->bytes = row.natural(0);
    status->bytes_read = row.natural(1);
    status->segments_read = row.natural(2);
    status->skipped = row.natural(3);
  });
  return cycle_.has_value();
}

Duration Scrub::read_one() {
  if (!begin_cycle()) return kIdle;
  const auto rows = parts_.catalogue.state().read(
      [&](sqlite::Connection& db) { return rows_above(db, cycle_->mark, cycle_->until); });
  std::uint64_t bytes = 0, segments = 0, skipped = 0;
  for (const auto& row : rows) {
    if (parts_.vaults.online(row.vault)) {
      judge(row, why_damaged(row));
      ++segments;
      bytes += row.bytes;
    } else {
      ++skipped;
    }
    cycle_->mark = row.id;
    cycle_->left -= std::min(cycle_->left, row.bytes);
    if (bytes >= kBytesInOneStep) break;
  }
  const bool done = rows.empty();
  const auto now = parts_.clock.now();
  parts_.catalogue.write([&](Catalogue::Transaction& transaction) {
    transaction.db.run(
        "UPDATE scrub SET mark = ?2, bytes_read = bytes_read + ?3, segments_read = segments_read + ?4,"
        " skipped = skipped + ?5, done_at = ?6 WHERE began_at = ?1",
        cycle_->began, cycle_->mark, bytes, segments, skipped, done ? std::optional(now) : std::nullopt);
  });
  const auto pace = bytes_a_second(cycle_->left, cycle_->began + options_.cycle - options_.cycle / 10 - now);
  {
    auto status = status_.lock();
    status->bytes_read += bytes;
    status->segments_read += segments;
    status->skipped += skipped;
    status->daily_bytes = std::min(cycle_->left, static_cast<std::uint64_t>(pace * 86'400));
  }
  if (!done)
    return std::min(Duration(static_cast<std::int64_t>(static_cast<double>(bytes) / pace * 1e6)), kLongestWait);
  log_info("event=scrubbed began={} segments={} bytes={} skipped={} damaged={}", to_rfc3339(cycle_->began),
           status().segments_read, status().bytes_read, status().skipped, status().damaged_now);
  cycle_.reset();
  count();
  return kIdle;
}

// Reads all of it. Empty when it is what was recorded; a bad copy of its key is repaired on the way.
std::string Scrub::why_damaged(const SegmentRow& row) {
  const auto path = parts_.vaults.path_of(row);
  if (is_missing(path)) return "its file is missing";
  if (!is_there(path)) return "its file cannot be looked at: its folder is not the daemon's user's, or the disk is bad";
  try {
    auto key = parts_.keys.read(row.slot, row.id);
    if (!key) return "its key cannot be read: neither copy of its slot is sound";
    File file(path, File::Mode::read);
    if (file.size() != row.bytes)
      return "it has " + std::to_string(file.size()) + " bytes, " + std::to_string(row.bytes) + " were recorded";
    SealedReader reader(std::move(file), *key);
    wipe(*key);
    if (reader.header().id != row.id) return "it is the file of another segment";
    if (!reader.finished()) return "its footer is not authentic";
    if (!reader.verify()) return "not all of it is authentic";
    const auto& footer = reader.footer();
    if ((row.kind == Kind::calls ? footer.plain_sha256 : footer.root) != row.digest)
      return "it is not what the catalogue says was recorded";
    forget_pages(path);
    return {};
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::corrupt) return error.message();
    if (error.kind() == ErrorKind::io && is_there(path)) return "it cannot be read: " + error.message();
    throw;
  }
}

// Noted once, and taken back when it reads well again.
void Scrub::judge(const SegmentRow& row, const std::string& why) {
  if (!why.empty() && is_missing(parts_.vaults.path_of(row))) return lose(row, why);
  parts_.keys.sync();  // a copy that was repaired
  if (note_damage(parts_.catalogue, parts_.clock, row, why)) count();
}

}  // namespace tenure::storage
