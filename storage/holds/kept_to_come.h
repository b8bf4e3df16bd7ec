// What is yet to be recorded of a source, as far as holds keep it: until their ends, where they have one. Plain values.
#pragma once
#include <optional>

#include "storage/holds/holds.h"

namespace tenure::storage {

namespace sqlite {
class Connection;
}

// Sorted, and none touches the next.
using Stretches = std::vector<Interval>;

// Of these, what lies behind `now`.
Stretches to_come(Stretches stretches, Instant now);
// What of the one is not in the other; both as to_come() gives them.
Stretches beyond(const Stretches& all, const Stretches& taken);
// By footage and folders that holds in force name, without `except`.
Stretches kept_to_come(sqlite::Connection& db, const std::string& source, Instant now,
                       const std::optional<HoldId>& except = {});

}  // namespace tenure::storage
