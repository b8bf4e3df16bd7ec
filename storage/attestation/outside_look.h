// What lies where Tenure deletes nothing, or not yet: how much, how old, by the machine's clock. Any thread.
#pragma once
#include "base/file.h"
#include "base/period.h"
#include "storage/attestation/report.h"

namespace tenure::storage::attestation {

// `promised`: the period of its class, where it has one. `now`: the machine's clock.
OutsideReport look_outside(const std::string& name, const Path& folder, const std::optional<Period>& promised, Instant now);

}  // namespace tenure::storage::attestation
