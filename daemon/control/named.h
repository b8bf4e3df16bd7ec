// The recordings that a hold or an order to erase names: spans of sources, and calls by their ids. Pure.
#pragma once
#include "daemon/control/args.h"
#include "storage/holds/holds.h"

namespace tenure::daemon {

// Throw Error{usage} naming the field.
std::vector<storage::HoldSpan> spans_in(const Args& args);
std::vector<SegmentId> calls_in(const Args& args);

}  // namespace tenure::daemon
