// The attestation (for users: the promise report): what really lies in storage, held against what was promised. By code
// of its own: it shares nothing with what deletes but the file formats, walks files and key slots itself, and asks the
// catalogue, read-only, in its own words (tests/lint/architecture.py holds it to that). It must be able to say no.
// One thread; minutes on a large store.
#pragma once
#include <atomic>
#include <functional>

#include "base/file.h"
#include "base/period.h"
#include "storage/attestation/report.h"

namespace tenure::storage {

struct VaultPlace {
  std::string name;
  Path path;
};
struct CallFolderPlace {
  std::string name, cls;
  Path path;
};
struct ProviderPlace {  // what the settings say of one source of calls; no name: nothing
  std::string source, cls, name, place;
  std::optional<Period> keeps;
  std::optional<Instant> until;
};

struct AttestationOrder {
  Path state;
  std::string practice;  // its name; empty: not given
  std::vector<VaultPlace> vaults;
  std::vector<CallFolderPlace> call_folders;
  std::vector<ProviderPlace> providers;
  std::vector<SpaceForecast> spaces;
  LedgerSeen ledger;
  std::string ledger_key;  // as key backups name it; empty: not known
  TrustedTime time;
  std::string time_in_words;
  Instant machine_clock;  // what files' times are told by
  bool trial = false;
  // Called once, before what looked wrong is looked at a second time: what is being written or deleted this moment is
  // none.
  std::function<void()> settle = [] {};
  std::function<void(double, const std::string&)> progress = [](double, const std::string&) {};
  const std::atomic<bool>* cancelled = nullptr;
};

// Throws Error{io} when catalogue or key slots cannot be read at all, Error{unavailable} when cancelled.
Attestation attest(const AttestationOrder& order);

}  // namespace tenure::storage
