// The attestation as the page that a practice manager reads. Pure.
#pragma once
#include "disclosure/paper/page.h"
#include "storage/attestation/attestation.h"

namespace tenure::disclosure {

// What proves the page: printed at its foot.
struct ReportProof {
  std::string digest;  // SHA-256 of the JSON, hexadecimal
  std::uint64_t ledger_number = 0;
  std::string checkpoint;  // the signed note
};

paper::Page promise_page(const storage::Attestation& report, const ReportProof& proof);

}  // namespace tenure::disclosure
