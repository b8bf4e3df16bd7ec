// A practice whose ledger is carried out to files, with hands to tamper with both.
#pragma once
#include "storage/catalogue/catalogue_state.h"
#include "storage/ledger/ledger.h"
#include "storage/ledger/verify.h"
#include "tests/storage/practice.h"

namespace tenure::storage {

class LedgerPractice {
 public:
  explicit LedgerPractice(std::vector<Path> copies = {});
  ~LedgerPractice() { ledger.reset(); }
  // `count` acts of different kinds, a minute apart, then a round of the ledger.
  void act(std::size_t count);
  void tick() { while (ledger->tick()) {} }
  void restart();
  // SQL as an intruder with the catalogue's file would run it: without triggers and checks.
  void intrude(const std::string& sql);
  Path files() const { return practice.folder.path / "ledger"; }
  VerifierKey key() const;
  // "entry 5: what", the first problem; empty when sound.
  std::string verdict();
  // Verification alone, without the publishing before it, by a key that was noted earlier.
  LedgerReport derived(const VerifierKey& key);
  std::string verdict_of_files();

  Practice practice;
  std::vector<Path> copies;
  std::unique_ptr<Ledger> ledger;
};

std::string first_problem(const LedgerReport& report);
extern const Key kLedgerKek;

}  // namespace tenure::storage
