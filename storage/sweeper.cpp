#include "storage/sweeper.h"

#include <map>

#include "base/log.h"
#include "storage/catalogue_state.h"

namespace tenure::storage {

namespace {
constexpr std::size_t kBatch = 200;  // rows condemned in one transaction; a hold waits for no more than that
constexpr std::size_t kMostShown = 10'000;

using Candidates = std::vector<std::pair<SegmentRow, HoldView>>;

// What has expired, with how holds stand to it, oldest expiry first, until `limit` rows may go. Off-line vaults are not
// touched (I19).
Candidates expired(sqlite::Connection& db, const Vaults& vaults, const TrustedTime& time, std::size_t limit) {
  static const std::string sql =
      "SELECT" + kSegmentColumns + ", EXISTS(SELECT 1 FROM hold h WHERE h.released_at IS NULL AND " + kCovers +
      "), EXISTS(SELECT 1 FROM hold h WHERE h.released_at IS NOT NULL AND h.counts_until > ?2 AND " + kCovers +
      ") FROM segment s WHERE s.state = ?1 AND s.expires_at <= ?2 ORDER BY s.expires_at";
  Candidates view;
  std::map<std::string, bool> online;
  for (const auto state : {State::live, State::lost}) {
    std::size_t free = 0;
    auto query = db.query(sql, static_cast<int>(state), time.lo);
    while (free < limit && query.step()) {
      auto row = read_segment(query);
      if (const auto known = online.find(row.vault); known == online.end()) online[row.vault] = vaults.online(row.vault);
      if (!online[row.vault]) continue;
      const HoldView holds{query.truth(kSegmentColumnCount), query.truth(kSegmentColumnCount + 1)};
      if (may_delete(row, holds, Cause::sweep, time)) ++free;
      view.emplace_back(std::move(row), holds);
    }
  }
  return view;
}

// Step 1 of I3, within the transaction that marks them.
std::vector<SegmentRow> choose(sqlite::Connection& db, const Vaults& vaults, const TrustedTime& time) {
  db.run("UPDATE hold SET ended_at = ?1 WHERE ended_at IS NULL AND counts_until <= ?1", time.lo);
  return plan_erasure(expired(db, vaults, time, kBatch), time, kBatch);
}
}  // namespace

Sweeper::Sweeper(Catalogue& catalogue, const Clock& clock, const Vaults& vaults, Eraser& eraser)
    : catalogue_(catalogue), clock_(clock), vaults_(vaults), eraser_(eraser) {}

SweepReport Sweeper::sweep() {
  SweepReport report;
  report.deleted = eraser_.finish_condemned();  // a sweep that failed half-way goes on where it stopped
  for (;;) {
    const auto rows = eraser_.erase(Cause::sweep, [this](Catalogue::Transaction& transaction, const TrustedTime& time) {
      return choose(transaction.db, vaults_, time);
    });
    if (rows.empty()) break;
    report.deleted += rows.size();
    report.bytes += bytes_of(rows);
  }
  const auto left = dry_run();
  report.held_back = left.held_back;
  report.next = left.next;
  if (report.deleted > 0)
    log_info("sweep deleted={} bytes={} held={}", report.deleted, report.bytes, report.held_back);
  return report;
}

SweepReport Sweeper::dry_run() const {
  SweepReport report;
  const auto time = clock_.trusted();
  const auto view = catalogue_.state().read([&](sqlite::Connection& db) { return expired(db, vaults_, time, kMostShown); });
  report.due = plan_erasure(view, time, kMostShown);
  report.bytes = bytes_of(report.due);
  report.held_back = view.size() - report.due.size();
  report.next = catalogue_.next_expiry();
  return report;
}

}  // namespace tenure::storage
