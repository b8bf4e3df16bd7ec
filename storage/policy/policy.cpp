// What each class was promised. The settings file gives the first promise only (I10).
#include <algorithm>
#include <boost/json.hpp>

#include "base/error.h"
#include "storage/catalogue/catalogue_state.h"
#include "storage/policy/policy_rows.h"

namespace tenure::storage {

namespace {
std::string anchor_text(config::Anchor anchor) {
  return anchor == config::Anchor::capture_start ? "capture_start" : "capture_end";
}

PolicyRow read_policy(const sqlite::Statement& row) {
  const auto period = parse_period(row.text(1));
  if (!period) throw Error(ErrorKind::corrupt, "The catalogue holds a period that is none for class " + row.text(0) + ".");
  return {row.text(0), *period, row.integer(2) == 1 ? config::Anchor::capture_start : config::Anchor::capture_end};
}

std::vector<PolicyRow> all_policy(sqlite::Connection& db) {
  std::vector<PolicyRow> rows;
  auto query = db.query("SELECT class, period, anchor FROM policy ORDER BY class");
  while (query.step()) rows.push_back(read_policy(query));
  return rows;
}

void adopt_first(sqlite::Connection& db, const config::Class& cls, Instant at) {
  db.run("INSERT INTO policy(class, period, anchor, adopted_at) VALUES(?, ?, ?, ?)", cls.name, to_string(cls.period),
         cls.anchor == config::Anchor::capture_start, at);
  const boost::json::object subject{
      {"class", cls.name}, {"period", to_string(cls.period)}, {"anchor", anchor_text(cls.anchor)}};
  insert_ledger(db, ledger_entry(at, {"tenured"}, "policy-first", boost::json::serialize(subject), "first settings"));
}
}  // namespace

std::vector<std::string> Catalogue::adopt_policy(const std::vector<config::Class>& classes, Instant at) {
  std::vector<std::string> differences;
  write([&](Transaction& transaction) {
    auto& db = transaction.db;
    const auto known = all_policy(db);
    for (const auto& cls : classes) {
      if (shortest(cls.period) <= Duration::zero())
        throw Error(ErrorKind::usage, "The period of class " + cls.name + " is zero or negative: give one such as P28D.");
      if (std::none_of(known.begin(), known.end(), [&](const auto& row) { return row.cls == cls.name; })) adopt_first(db, cls, at);
    }
    for (auto& proposal : policy_proposals(known, classes)) differences.push_back(std::move(proposal.text));
  });
  return differences;
}

std::vector<PolicyRow> Catalogue::policy() const { return state_->read(all_policy); }

Instant expiry_in(sqlite::Connection& db, const std::string& cls, const Interval& span) {
  const auto promises = promises_of(db, cls);
  if (promises.empty())
    throw Error(ErrorKind::not_found, "No period is promised for class " + cls + ": add a [[class]] with that name.");
  return promised_until(promises, span);
}

Instant Catalogue::expiry(const std::string& cls, Interval span) const {
  return state_->read([&](sqlite::Connection& db) { return expiry_in(db, cls, span); });
}

}  // namespace tenure::storage
