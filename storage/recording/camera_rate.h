// How much a camera adds a day while it records: what is left of its last seven days of recordings, over the time that
// they last. What lies between them (tenured was off, the camera was off line) makes no camera smaller: the disk must
// suffice when all of them record all day.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/interval.h"

namespace tenure::storage {

namespace sqlite {
class Connection;
}

struct CameraRate {  // a day
  double bytes = 0, files = 0;
};
inline constexpr CameraRate kUsualCamera{4e6 / 8 * 86'400, 24 * 60};  // 1080p at 4 Mb/s, in minutes

// Of one camera in one vault, in the seven days before its newest recording in any.
struct CameraRecorded {
  Instant newest{};        // where that begins which is here
  bool last_here = false;  // no newer one lies in another vault
  std::uint64_t bytes = 0, files = 0;
  Duration length{};  // of all of them together
};
// Nothing where that vault has none.
std::optional<CameraRecorded> recorded_into(sqlite::Connection& db, const std::string& source, const std::string& vault,
                                            Instant now);
// Into which vault it recorded last; empty when none has anything of it.
std::string vault_of_newest(sqlite::Connection& db, const std::string& source);

// Nothing before an hour was recorded.
std::optional<CameraRate> rate_of(const CameraRecorded& camera);

struct ClassRate {
  CameraRate rate;
  bool estimated = false;  // a usual camera stands in for one at least
};
// What the cameras of a class add together. As many are counted as the settings send here, first those that recorded
// last: one that was renamed or replaced is not counted twice, one that is off line keeps its share. Without such a
// number (they left the settings, or go into another vault now): those that recorded here last, within seven days.
ClassRate class_rate(std::vector<CameraRecorded> cameras, std::optional<std::size_t> expected, Instant now);

}  // namespace tenure::storage
