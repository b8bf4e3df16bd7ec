#include "storage/space/space_demand.h"

#include <algorithm>

#include "storage/holds/holds.h"

namespace tenure::storage {

namespace {
constexpr Duration kMeasured = std::chrono::days(7);
constexpr Duration kLeastMeasured = std::chrono::hours(1);
constexpr double kUsualCamera = 4e6 / 8 * 86'400;  // bytes a day of 1080p at 4 Mb/s
constexpr double kDay = 86'400e6;                  // microseconds

struct Measured {
  double bytes = 0;
  Instant since{};
};

std::map<std::string, Measured> measure(sqlite::Connection& db, const std::string& vault, Instant now) {
  std::map<std::string, Measured> classes;
  for (const int kind : {0, 1}) {
    auto query = db.query("SELECT class, sum(bytes), min(start_at) FROM segment WHERE kind = ? AND start_at > ? AND vault = ?"
                          " AND state = 1 GROUP BY class", kind, now - kMeasured, vault);
    while (query.step()) classes[query.text(0)] = {static_cast<double>(query.natural(1)), query.instant(2)};
  }
  return classes;
}

ClassDemand demand_of(const PolicyRow& policy, const std::map<std::string, Measured>& measured, Instant now,
                      const std::map<std::string, std::size_t>& cameras) {
  ClassDemand demand;
  demand.cls = policy.cls;
  const auto count = cameras.find(policy.cls);
  demand.kind = count == cameras.end() ? Kind::calls : Kind::camera;
  demand.period = add(now, policy.period) - now;
  const auto found = measured.find(policy.cls);
  if (found != measured.end() && now - found->second.since >= kLeastMeasured) {
    demand.bytes_per_day = found->second.bytes * kDay / static_cast<double>((now - found->second.since).count());
  } else if (demand.kind == Kind::camera) {
    demand.bytes_per_day = kUsualCamera * static_cast<double>(count->second);
    demand.estimated = true;
  }
  return demand;
}

// What expires in each coming hour, of what no hold keeps and of what one does; and how much of the last day's sources
// are held without an end.
void read_flow(sqlite::Connection& db, const std::string& vault, Instant now, Demand& demand) {
  auto& flow = demand.flow;
  flow.freed.assign(kForecastHours, 0);
  demand.held_back.assign(kForecastHours, 0);
  double recent = 0, open = 0;
  auto query = db.query("SELECT s.expires_at, s.bytes, s.start_at, EXISTS(SELECT 1 FROM hold h WHERE h.released_at IS NULL AND " +
                        kCovers + "), s.source IN (SELECT p.source FROM hold_span p JOIN hold h ON h.id = p.hold WHERE h.released_at IS NULL"
                        " AND p.to_at >= ?2) FROM segment s WHERE s.vault = ?1 AND s.state = 1", vault, kOpenEnd);
  while (query.step()) {
    const auto bytes = query.natural(1);
    const bool kept = query.truth(3);
    if (query.instant(2) > now - std::chrono::days(1)) {
      recent += static_cast<double>(bytes);
      if (query.truth(4)) open += static_cast<double>(bytes);
    }
    if (kept) demand.held += bytes;
    const auto hour = static_cast<std::size_t>(std::max<std::int64_t>(0, std::chrono::floor<std::chrono::hours>(query.instant(0) - now).count()));
    if (hour < kForecastHours) (kept ? demand.held_back : flow.freed)[hour] += bytes;
  }
  flow.held_share = recent > 0 ? open / recent : 0;
}
}  // namespace

Demand read_demand(sqlite::Connection& db, const std::string& vault, const std::vector<PolicyRow>& policy, Instant now,
                   const std::map<std::string, std::size_t>& cameras) {
  Demand demand;
  auto used = db.query("SELECT coalesce(sum(bytes), 0) FROM segment WHERE vault = ?", vault);
  used.step();
  demand.used = used.natural(0);
  const auto measured = measure(db, vault, now);
  for (const auto& row : policy) {
    const auto one = demand_of(row, measured, now, cameras);
    demand.flow.bytes_per_hour += one.bytes_per_day / 24;
    if (one.kind == Kind::camera)
      demand.flow.hours_kept = std::max<std::size_t>(demand.flow.hours_kept, static_cast<std::size_t>(std::chrono::floor<std::chrono::hours>(one.period).count()));
    demand.classes.push_back(one);
  }
  read_flow(db, vault, now, demand);
  return demand;
}

}  // namespace tenure::storage
