#include <boost/json.hpp>

#include "disclosure/recorded.h"

namespace tenure::disclosure {

static constexpr std::size_t kMostNamed = 2'000;

std::string subject_of(const std::string& kind, const SpanRequest& request, const Recorded& recorded) {
  boost::json::array ids;
  std::size_t count = 0;
  SegmentId last;
  for (const auto& stretch : recorded.stretches) {
    for (const auto& piece : stretch) {
      last = piece.row.id;
      if (++count <= kMostNamed) ids.emplace_back(last.text());
    }
  }
  boost::json::object subject{{"kind", kind}, {"source", request.source}, {"from", to_rfc3339(request.span.from)}, {"to", to_rfc3339(request.span.to)}, {"count", count}};
  if (count > kMostNamed) {
    subject["first"] = ids.front();
    subject["last"] = last.text();
  } else {
    subject["segments"] = std::move(ids);
  }
  return boost::json::serialize(subject);
}

}  // namespace tenure::disclosure
