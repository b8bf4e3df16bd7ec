#include "tests/storage/ledger_practice.h"

#include "storage/ledger/tile_files.h"
#include "storage/ledger/verify_tree.h"

namespace tenure::storage {

const Key kLedgerKek{9, 9, 9};

LedgerPractice::LedgerPractice(std::vector<Path> given) : practice(at("2026-03-02T10:00:00Z")), copies(std::move(given)) { restart(); }

void LedgerPractice::restart() {
  ledger.reset();
  practice.restart();
  ledger = std::make_unique<Ledger>(practice.parts->catalogue, practice.clock, practice.folder.path, kLedgerKek, copies);
}

void LedgerPractice::act(std::size_t count) {
  static const std::array<std::string, 3> kActs{"hold-add", "export", "call-import"};
  for (std::size_t i = 0; i < count; ++i) {
    practice.clock.advance(std::chrono::minutes(1));
    practice.parts->catalogue.append_ledger(ledger_entry(practice.clock.now(), {"manager"}, kActs[i % kActs.size()],
                                                         R"({"n": )" + std::to_string(i) + "}", "reason " + std::to_string(i)));
  }
  tick();
}

void LedgerPractice::intrude(const std::string& sql) {
  practice.parts->catalogue.write([&](Catalogue::Transaction& transaction) {
    auto& db = transaction.db;
    std::vector<std::pair<std::string, std::string>> triggers;
    {
      auto query = db.query("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'");
      while (query.step()) triggers.emplace_back(query.text(0), query.text(1));
    }
    for (const auto& [name, body] : triggers) db.script("DROP TRIGGER " + name);
    db.script(sql);
    for (const auto& [name, body] : triggers) db.script(body);
  });
}

VerifierKey LedgerPractice::key() const { return *parse_verifier_key(ledger->status().key); }

std::string first_problem(const LedgerReport& report) {
  if (report.sound()) return {};
  return "entry " + std::to_string(report.problems[0].entry) + ": " + report.problems[0].what;
}

LedgerReport LedgerPractice::derived(const VerifierKey& key) {
  LedgerReport report;
  auto& catalogue = practice.parts->catalogue;
  verify_meaning(catalogue, verify_history({catalogue, files(), key, leaves_in_files(files())}, report), report);
  settle(report);
  return report;
}

std::string LedgerPractice::verdict() { return first_problem(ledger->verify()); }
std::string LedgerPractice::verdict_of_files() { return first_problem(verify_files(files(), key())); }

}  // namespace tenure::storage
