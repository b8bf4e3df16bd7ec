#include "daemon/access/rights_record.h"

#include <algorithm>
#include <boost/json.hpp>
#include <tuple>

namespace tenure::daemon {

std::string rights_text(std::vector<config::RightOverride> changes) {
  std::sort(changes.begin(), changes.end(),
            [](const auto& a, const auto& b) { return std::tie(a.role, a.action) < std::tie(b.role, b.action); });
  std::string text;
  for (const auto& change : changes)
    text += std::string(to_string(change.role)) + ": " + std::string(to_string(change.action)) + " = " +
            std::string(to_string(change.grant)) + "\n";
  return text;
}

void record_rights(storage::People& people, const std::vector<config::RightOverride>& changes, Instant at) {
  const auto now = rights_text(changes);
  const auto before = people.recorded_rights();
  if (before == now) return;
  const boost::json::object subject{{"before", before}, {"now", now}};
  people.record_rights(now, {0, at, "tenured", "rights-change", boost::json::serialize(subject), "the settings file"});
}

}  // namespace tenure::daemon
