// Our own JSON beside a recording, schema tenure-call-1 (docs/reference/sidecar.md). Pure; the bytes may be hostile: every
// length is bounded, every problem listed, and no problem repeats a number or a name.
#pragma once
#include "storage/types.h"

namespace tenure::ingest {

inline constexpr std::size_t kLargestSidecar = 256 << 10;

struct Sidecar {
  std::string native_id, group_id;
  storage::Direction direction = storage::Direction::unknown;
  std::optional<Instant> start, answered, ended;
  std::vector<storage::Party> parties;
  std::vector<storage::Pause> pauses;
  std::optional<std::string> file_name;
  std::optional<std::uint64_t> bytes;
  std::optional<Digest> sha256;
  std::string text;  // verbatim
};

struct SidecarResult {
  Sidecar sidecar;  // meaningful only when problems is empty
  std::vector<std::string> problems;
  bool ok() const { return problems.empty(); }
};

SidecarResult parse_sidecar(View bytes);

}  // namespace tenure::ingest
