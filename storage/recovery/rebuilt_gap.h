// What a rebuild could say nothing of: a gap, until what belongs there is found.
#pragma once
#include "base/time.h"

namespace tenure::storage {

inline constexpr auto kRebuiltGap = "not known: the catalogue was rebuilt";  // its cause
inline constexpr Duration kLeastRebuiltGap = Seconds(1);

}  // namespace tenure::storage
