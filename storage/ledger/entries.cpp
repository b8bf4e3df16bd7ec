// Entries in the catalogue: the body, its personal detail, and its leaf of the tree, in the transaction of the act itself.
#include "base/error.h"
#include "storage/catalogue/catalogue_state.h"
#include "storage/ledger/entry.h"
#include "storage/ledger/tree.h"

namespace tenure::storage {

LedgerEntry ledger_entry(Instant at, const Actor& actor, std::string act, std::string subject, std::string reason) {
  return {0, at, actor.name, std::move(act), std::move(subject), std::move(reason)};
}

std::uint64_t insert_ledger(sqlite::Connection& db, const LedgerEntry& given) {
  if (given.actor.empty() || given.act.empty())
    throw Error(ErrorKind::internal, "A ledger entry without an actor or an act was refused.");
  auto entry = given;
  entry.number = tree::size(db) + 1;
  const auto detail = fresh_detail(entry);
  const auto body = make_body(entry, detail);
  const auto line = line_of(body);
  db.run("INSERT INTO ledger(number, at, act, subject, actor, reason) VALUES(?, ?, ?, ?, ?, ?)", body.number, body.at, body.act,
         body.subject, body.actor, body.reason);
  db.run("INSERT INTO ledger_detail(number, actor_salt, actor, reason_salt, reason) VALUES(?, ?, ?, ?, ?)", entry.number,
         detail.actor_salt, detail.actor, detail.reason_salt, detail.reason);
  tree::append(db, merkle::leaf_hash(as_view(line)));
  return entry.number;
}

std::uint64_t Catalogue::append_ledger(const LedgerEntry& entry) {
  std::uint64_t number = 0;
  write([&](Transaction& transaction) { number = insert_ledger(transaction.db, entry); });
  return number;
}

// An entry whose detail was erased has no actor.
std::vector<LedgerEntry> Catalogue::ledger(std::uint64_t from, std::size_t limit) const {
  return state_->read([&](sqlite::Connection& db) {
    std::vector<LedgerEntry> entries;
    auto query = db.query("SELECT l.number, l.at, l.act, l.subject, d.actor, d.reason FROM ledger l LEFT JOIN ledger_detail d"
                          " ON d.number = l.number WHERE l.number >= ? ORDER BY l.number LIMIT ?", from, std::uint64_t{limit});
    while (query.step())
      entries.push_back({query.natural(0), query.instant(1), query.text(4), query.text(2), query.text(3), query.text(5)});
    return entries;
  });
}

}  // namespace tenure::storage
