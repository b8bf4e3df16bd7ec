// A practice that loses its catalogue and gets it back from what lies outside it.
#pragma once
#include <map>

#include "storage/ledger/ledger.h"
#include "storage/policy/policy_file.h"
#include "storage/recovery/rebuild.h"
#include "tests/storage/practice.h"

namespace tenure::storage {

class LostCatalogue : public testing::Test {
 protected:
  LostCatalogue();
  // What the daemon does about once a second and at each change of what is promised.
  void carry_out();
  // The daemon is gone; then so is its catalogue.
  void lose();
  RebuildReport rebuild();
  RebuildReport lose_and_rebuild() {
    lose();
    return rebuild();
  }
  // Each row as text, without what only the catalogue knew.
  std::map<std::string, std::string> rows() const;
  Path quarantined(const SegmentId& id) const {
    return practice.folder.path / "vault" / "quarantine" / (id.text() + ".seg");
  }

  const Instant start = at("2026-03-02T10:00:00Z");
  const Interval minute{start, start + std::chrono::minutes(1)};
  Practice practice{start};
  config::Settings settings;
};

}  // namespace tenure::storage
