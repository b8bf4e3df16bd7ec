#include "storage/holds/kept_to_come.h"

#include <algorithm>

#include "storage/catalogue/sqlite.h"

namespace tenure::storage {

Stretches to_come(Stretches stretches, Instant now) {
  for (auto& one : stretches) one.from = std::max(one.from, now);
  std::erase_if(stretches, [](const Interval& one) { return one.empty(); });
  std::ranges::sort(stretches, {}, &Interval::from);
  Stretches merged;
  for (const auto& one : stretches) {
    if (merged.empty() || merged.back().to < one.from)
      merged.push_back(one);
    else
      merged.back().to = std::max(merged.back().to, one.to);
  }
  return merged;
}

Stretches beyond(const Stretches& all, const Stretches& taken) {
  Stretches left;
  for (auto rest : all) {
    for (const auto& one : taken) {
      if (!one.overlaps(rest)) continue;
      if (rest.from < one.from) left.push_back({rest.from, one.from});
      rest.from = one.to;
    }
    if (!rest.empty()) left.push_back(rest);
  }
  return left;
}

Stretches kept_to_come(sqlite::Connection& db, const std::string& source, Instant now,
                       const std::optional<HoldId>& except) {
  Stretches all;
  auto query = db.query(
      "SELECT h.id, p.from_at, p.to_at FROM hold_span p JOIN hold h ON h.id = p.hold"
      " WHERE h.released_at IS NULL AND p.source = ? AND p.to_at > ?",
      source, now);
  while (query.step())
    if (query.id<HoldId>(0) != except) all.push_back({query.instant(1), query.instant(2)});
  return to_come(std::move(all), now);
}

}  // namespace tenure::storage
