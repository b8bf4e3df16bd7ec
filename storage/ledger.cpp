// The append-only record of every act. Triggers refuse to change or remove an entry.
#include "base/error.h"
#include "storage/catalogue_state.h"

namespace tenure::storage {

LedgerEntry ledger_entry(Instant at, const Actor& actor, std::string act, std::string subject, std::string reason) {
  return {0, at, actor.name, std::move(act), std::move(subject), std::move(reason)};
}

std::uint64_t insert_ledger(sqlite::Connection& db, const LedgerEntry& entry) {
  if (entry.actor.empty() || entry.act.empty())
    throw Error(ErrorKind::internal, "A ledger entry without an actor or an act was refused.");
  auto query = db.query("INSERT INTO ledger(at, actor, act, subject, reason) VALUES(?, ?, ?, ?, ?) RETURNING number",
                        entry.at, entry.actor, entry.act, entry.subject, entry.reason);
  query.step();
  const auto number = query.natural(0);
  query.run();
  return number;
}

std::uint64_t Catalogue::append_ledger(const LedgerEntry& entry) {
  std::uint64_t number = 0;
  write([&](Transaction& transaction) { number = insert_ledger(transaction.db, entry); });
  return number;
}

std::vector<LedgerEntry> Catalogue::ledger(std::uint64_t from, std::size_t limit) const {
  return state_->read([&](sqlite::Connection& db) {
    std::vector<LedgerEntry> entries;
    auto query = db.query("SELECT number, at, actor, act, subject, reason FROM ledger WHERE number >= ? ORDER BY number LIMIT ?",
                          from, std::uint64_t{limit});
    while (query.step())
      entries.push_back({query.natural(0), query.instant(1), query.text(2), query.text(3), query.text(4), query.text(5)});
    return entries;
  });
}

}  // namespace tenure::storage
