#include "storage/sweep/blast_radius.h"

#include <algorithm>

namespace tenure::storage {

namespace {
// Of a class that records steadily, this share falls due in `elapsed`; twice as much, because days differ.
double explained_share(Duration elapsed, const Period& period) {
  const auto whole = std::max<Duration>(shortest(period), Seconds(1));
  return std::max(kUsualShare, 2.0 * static_cast<double>(elapsed.count()) / static_cast<double>(whole.count()));
}
}  // namespace

std::string objection(const DueView& view, const Period& period, Instant lo, std::optional<Duration> ran) {
  if (view.left_over > 0)
    return std::to_string(view.left_over) + " of them were due at the last complete sweep already and stayed: nothing says why";
  if (view.due <= kFewest || view.live < kSmallClass) return {};
  const auto share = static_cast<double>(view.due) / static_cast<double>(view.live);
  if (!view.mark) return share > kUsualShare ? "no sweep before this one is on record" : "";
  const Duration by_clock = std::max<Duration>(lo - *view.mark, Duration::zero());
  const Duration elapsed = ran ? std::min(*ran, by_clock) : by_clock;
  if (share <= explained_share(elapsed, period)) return {};
  return "that is " + std::to_string(static_cast<int>(share * 100)) + " % of the class, and only " + to_text(elapsed) +
         " have passed since the last complete sweep";
}

}  // namespace tenure::storage
