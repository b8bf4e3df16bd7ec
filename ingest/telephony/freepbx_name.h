// FreePBX file names, TYPE-DST-FROM-YYYYMMDD-HHMMSS-UNIQUEID.EXT, parsed from the right because numbers may hold hyphens.
// Pure; names may be hostile.
#pragma once
#include "storage/types.h"

namespace tenure::ingest {

struct FreepbxName {
  std::string type, to, from, unique_id;
  storage::Direction direction = storage::Direction::unknown;
  Instant start;
  std::string time_quality;  // "exact" by the UNIQUEID's epoch; "local" or "ambiguous" when that is absurd
  std::vector<storage::Party> parties;
};

// `name` has no folder. `extensions` are the practice's own; when none are known, two to six digits count as one.
std::optional<FreepbxName> parse_freepbx_name(std::string_view name, std::string_view zone, const std::vector<std::string>& extensions);

}  // namespace tenure::ingest
