// What tombstones tell of footage that is not there any more: which stretches, why and when they were deleted. They are
// not in a catalogue that was rebuilt, so that nothing said of a time may also mean that nothing is known of it. Any
// thread; blocks on the disk.
#pragma once
#include "storage/catalogue/catalogue.h"
#include "storage/retention.h"

namespace tenure::storage {

struct DeletedSpan {
  Interval span;             // of segments that followed each other; may reach beyond what was asked for
  Cause cause = Cause::sweep;
  Instant first_at, last_at; // when the first and the last of it went
};

// Of a source, overlapping `span`, in order of time.
std::vector<DeletedSpan> deleted_spans(Catalogue& catalogue, const std::string& source, const Interval& span);

// Since when anything is known of a source: recorded, deleted or a gap.
std::optional<Instant> known_since(Catalogue& catalogue, const std::string& source);

// "deleted at the end of its period", ...
std::string to_string(Cause cause);

}  // namespace tenure::storage
