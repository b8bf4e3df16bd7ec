// Whether a file is a recording that anybody can play, by its first bytes. Reads hostile bytes: bounded, never throws.
// Pure; any thread.
#pragma once
#include "base/bytes.h"

namespace tenure::storage::attestation {

// The containers and bare streams that docs/reference/promise-report.md lists. What has no mark of its own (audio
// without a header) and what is packed or encrypted cannot be told.
bool is_plain_recording(View head);

}  // namespace tenure::storage::attestation
