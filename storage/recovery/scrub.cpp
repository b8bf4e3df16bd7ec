#include "storage/recovery/scrub.h"

#include <algorithm>
#include <boost/filesystem/operations.hpp>
#include <boost/json.hpp>

#include "base/error.h"
#include "base/log.h"
#include "base/told.h"
#include "storage/catalogue/catalogue_state.h"
#include "storage/recovery/damage.h"
#include "storage/recovery/left_files.h"
#include "storage/recovery/lost.h"
#include "storage/recovery/quarantine.h"
#include "storage/vault/vault_walk.h"

namespace tenure::storage {

namespace fs = boost::filesystem;

namespace {
constexpr std::size_t kNamesInOneStep = 256;
constexpr Duration kBetweenNames = Millis(50);  // 645,000 names and rows: about five minutes on a disk that keeps up
constexpr Duration kAfterTrouble = std::chrono::minutes(1);
constexpr std::time_t kStillOpen = 600;  // a file written to since may still be recorded into

// Live and lost rows in the order of their ids, newest first, below `mark`.
std::vector<SegmentRow> rows_below(sqlite::Connection& db, const std::optional<SegmentId>& mark, std::size_t limit) {
  static const std::string sql =
      "SELECT" + kSegmentColumns +
      "FROM segment s WHERE s.state IN (1, 3) AND (?1 IS NULL OR s.id < ?1) ORDER BY s.id DESC LIMIT ?2";
  std::vector<SegmentRow> rows;
  auto query = db.query(sql, mark, std::uint64_t{limit});
  while (query.step()) rows.push_back(read_segment(query));
  return rows;
}

struct Counted {
  std::uint64_t lost = 0, damaged = 0;
  std::optional<Instant> done;
};

Counted counted_in(Catalogue& catalogue, const TrustedTime& time) {
  return catalogue.state().read([&](sqlite::Connection& db) {
    auto query = db.query("SELECT (SELECT count(*) FROM damaged), (SELECT max(done_at) FROM scrub)");
    query.step();
    return Counted{count_lost(db, time), query.natural(0), query.maybe_instant(1)};
  });
}
}  // namespace

Scrub::Scrub(Options options, const OrphanParts& parts)
    : options_(std::move(options)), parts_(parts), stray_keys_(parts, options_.state) {
  count();
  expect_left_files();
}

// Not read here: on a disk that fails that may take long. What was taken since has its row, or lies in quarantine.
void Scrub::expect_left_files() {
  if (options_.state.empty()) return;
  for (auto& file : noted_left_files(options_.state / "catalogue"))
    if (is_there(file) && !is_known(file)) unreadable_.insert(std::move(file));
  status_.lock()->unreadable = unreadable_.size();
}

bool Scrub::is_known(const Path& file) const {
  const auto id = SegmentId::parse(file.stem().string());
  return id && parts_.catalogue.state().read(
                   [&](sqlite::Connection& db) { return db.query("SELECT 1 FROM segment WHERE id = ?", *id).step(); });
}

Duration Scrub::step() {
  try {
    if (!walking_ && std::ranges::any_of(off_line_, [this](const auto& vault) { return parts_.vaults.online(vault); }))
      walk_again();  // it has come back
    const bool walked = walking_;
    const Duration wait = walking_ ? (walk_some(), kBetweenNames) : look_for_stray_keys() ? kBetweenNames : read_one();
    if (walked && !walking_) count();
    if (!walking_) tidy_quarantine();
    status_.lock()->problem.clear();
    return wait;
  } catch (const std::exception& error) {
    auto status = status_.lock();
    if (status->problem != told(error))
      log_error("event=scrub-failed cause=\"{}\" effect=\"it is tried again\"", log_safe(error.what()));
    status->problem = told(error);
    return kAfterTrouble;
  }
}

void Scrub::walk_again() {
  walking_ = true;
  listed_ = false;
  row_mark_.reset();
}

// True when there is more to do.
bool Scrub::walk_some() {
  if (!listed_) {
    hours_.clear();
    off_line_.clear();
    auto status = status_.lock();
    status->off_line.clear();
    status->walked_at.reset();
    for (const auto& vault : parts_.vaults.names()) {
      const auto why = parts_.vaults.off_line(vault);
      if (!why.empty()) {
        off_line_.insert(vault);
        status->off_line.emplace_back(vault).append(": ").append(why);
        continue;
      }
      for (auto& hour : hour_folders(parts_.vaults.root(vault))) hours_.emplace_back(vault, std::move(hour));
    }
    std::ranges::reverse(hours_);
    listed_ = true;
  }
  if (walk_files() || walk_rows()) return true;
  walking_ = false;
  std::erase_if(unreadable_, [](const Path& file) { return is_missing(file); });
  auto status = status_.lock();
  status->unreadable = unreadable_.size();
  status->walked_at = parts_.clock.now();
  log_info("event=walked files={} rows={} adopted={} quarantined={} lost={} found={}", status->files, status->rows,
           status->adopted, status->quarantined, status->lost, status->found);
  return false;
}

// What this process made since its start may be open, or wait for the catalogue: recorder and recovery see to it.
bool Scrub::is_ours(const Path& file) const {
  const auto id = SegmentId::parse(file.stem().string());
  if (id && *id >= SegmentId{SegmentId::make(options_.started)}) return true;
  boost::system::error_code failed;
  const auto written = fs::last_write_time(file, failed);
  return failed || std::time(nullptr) - written < kStillOpen;
}

bool Scrub::walk_files() {
  for (std::size_t names = 0; names < kNamesInOneStep && !hours_.empty();) {
    const auto [vault, hour] = hours_.back();
    for (const auto& file : sealed_files(hour)) {
      ++names;
      ++status_.lock()->files;
      if (!parts_.vaults.online(vault)) break;
      if (is_known(file)) {
        unreadable_.erase(file);
        continue;
      }
      if (is_ours(file)) continue;
      const auto settled = settle_file(parts_, vault, file);
      if (settled == Settled::unreadable)
        unreadable_.insert(file);
      else
        unreadable_.erase(file);
      auto status = status_.lock();
      status->adopted += settled == Settled::adopted;
      status->quarantined += settled == Settled::quarantined;
      status->unreadable = unreadable_.size();
    }
    hours_.pop_back();  // behind the loop: a step that fails takes it up again
  }
  return !hours_.empty();
}

bool Scrub::walk_rows() {
  const auto rows =
      parts_.catalogue.state().read([&](sqlite::Connection& db) { return rows_below(db, row_mark_, kNamesInOneStep); });
  for (const auto& row : rows) {
    look_at(row);
    row_mark_ = row.id;
    ++status_.lock()->rows;
  }
  return !rows.empty();
}

namespace {
// False of what was swept meanwhile: a rebuild believes the entry.
bool find_again(const OrphanParts& parts, const SegmentRow& row) {
  bool changed = false;
  parts.catalogue.write([&](Catalogue::Transaction& transaction) {
    transaction.db.run("UPDATE segment SET state = 1 WHERE id = ? AND state = 3", row.id);
    changed = transaction.db.changes() > 0;
    const auto subject = boost::json::serialize(boost::json::object{{"segment", row.id.text()}});
    if (changed)
      insert_ledger(transaction.db, ledger_entry(parts.clock.now(), {"tenured"}, "found", subject, "its file is there again, whole"));
  });
  return changed;
}
}  // namespace

// By name and size only: reading it is the scrub's.
void Scrub::look_at(const SegmentRow& row) {
  if (off_line_.contains(row.vault) || !parts_.vaults.online(row.vault)) return;
  const bool there = is_there(parts_.vaults.path_of(row));
  if (row.state == State::live && is_missing(parts_.vaults.path_of(row))) return lose(row, "its file is missing");
  if (row.state != State::lost || !there || !why_damaged(row).empty()) return;
  if (!find_again(parts_, row)) return;
  log_info("event=found source={} segment={}", row.source, row.id.text());
  ++status_.lock()->found;
}

// A vault may have gone meanwhile, which loses nothing.
void Scrub::lose(const SegmentRow& row, const std::string& why) {
  if (!parts_.vaults.online(row.vault)) return;
  if (storage::lose(parts_.catalogue, parts_.clock, row, why)) ++status_.lock()->lost;
}

// Once after the walk, then once a day.
void Scrub::tidy_quarantine() {
  const auto now = parts_.clock.now();
  if (tidied_at_ && now - *tidied_at_ < std::chrono::days(1)) return;
  const auto report = end_quarantine(parts_);
  tidied_at_ = now;
  status_.lock()->quarantine_now = report.files;
}

// The same; only after a walk that left no vault out. True when there is more to do.
bool Scrub::look_for_stray_keys() {
  const auto now = parts_.clock.now();
  if (!off_line_.empty() || (keys_looked_at_ && now - *keys_looked_at_ < std::chrono::days(1))) return false;
  if (stray_keys_.step()) return true;
  keys_looked_at_ = now;
  return false;
}

void Scrub::count() {
  const auto found = counted_in(parts_.catalogue, parts_.clock.trusted());
  auto status = status_.lock();
  status->lost_now = found.lost;
  status->damaged_now = found.damaged;
  status->last_done_at = found.done;
}

// Others lose recordings too: whoever opens one finds that its file is missing. So what is lost is asked of the
// catalogue each time; while that cannot be read, which others say, the last count stands.
ScrubStatus Scrub::status() const {
  auto now = *status_.lock();
  try {
    const auto found = counted_in(parts_.catalogue, parts_.clock.trusted());
    now.lost_now = found.lost;
    now.damaged_now = found.damaged;
  } catch (const Error& error) {
    log_warning("event=lost-not-counted cause=\"{}\"", log_safe(error.what()));
  }
  return now;
}

std::vector<Damage> Scrub::damaged(std::size_t limit) const {
  return parts_.catalogue.state().read([&](sqlite::Connection& db) {
    std::vector<Damage> all;
    auto query = db.query(
        "SELECT d.segment, s.source, d.why, d.found_at FROM damaged d JOIN segment s ON s.id = d.segment"
        " ORDER BY d.found_at LIMIT ?",
        std::uint64_t{limit});
    while (query.step()) all.push_back({query.id<SegmentId>(0), query.text(1), query.text(2), query.instant(3)});
    return all;
  });
}

}  // namespace tenure::storage
