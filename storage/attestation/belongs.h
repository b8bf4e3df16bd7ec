// Whether something of Tenure's own lies at a place below the state folder, by its name alone. Pure; any thread.
#pragma once
#include <string>

namespace tenure::storage::attestation {

bool belongs_below_state(const std::string& place);

}  // namespace tenure::storage::attestation
