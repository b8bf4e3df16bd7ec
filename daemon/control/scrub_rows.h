// What the walk and the scrub found, for status and doctor. Pure.
#pragma once
#include <boost/json/value.hpp>

#include "storage/recovery/scrub.h"

namespace tenure::daemon {

boost::json::object row(const storage::ScrubStatus& status);
boost::json::array damage_rows(const std::vector<storage::Damage>& all);
boost::json::array lost_rows(const std::vector<storage::SegmentRow>& all);

// One line of doctor: its verdict and text.
struct ScrubVerdict {
  std::string_view verdict;  // good, warning, bad
  std::string text;
};
// `not_judged`: recordings that are missing, of which nobody can say yet whether their date is over.
ScrubVerdict judge(const storage::ScrubStatus& status, std::uint64_t not_judged, Instant now);

}  // namespace tenure::daemon
