#include "storage/recovery/ordered_deletions.h"

#include <boost/json.hpp>
#include <map>

#include "base/error.h"
#include "storage/catalogue/catalogue_state.h"
#include "storage/erasure/erasures.h"
#include "storage/retention.h"
#include "storage/sweep/tombstone_file.h"

namespace tenure::storage {

namespace json = boost::json;

namespace {
using Times = std::map<SegmentId, Instant>;

struct Order {
  ErasureId id;
  std::optional<Instant> certified_at;
  std::string certificate;
};

struct Item {
  SegmentId id;
  std::string source, cls;
  int kind = 0;
  Interval span;
  Digest digest{};
};

std::string text_in(const json::value& item, const char* name) {
  const auto* value = item.is_object() ? item.get_object().if_contains(name) : nullptr;
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

// As the paper has them; of what it does not date there is none.
Times times_in(const std::string& certificate) {
  Times times;
  boost::system::error_code error;
  const auto paper = json::parse(certificate, error);
  const auto* items = !error && paper.is_object() ? paper.get_object().if_contains("items") : nullptr;
  if (items == nullptr || !items->is_array()) return times;
  for (const auto& item : items->get_array()) {
    const auto id = SegmentId::parse(text_in(item, "id"));
    const auto at = parse_rfc3339(text_in(item, "deleted_at"));
    if (id && at) times.emplace(*id, *at);
  }
  return times;
}

Times times_of_calls(const Path& tombstones) {
  Times times;
  for (const auto& token : read_tombstones(tombstones)) {
    auto& at = times[token.segment];
    at = std::max(at, token.at);
  }
  return times;
}

std::vector<Order> orders(sqlite::Connection& db) {
  std::vector<Order> all;
  auto query = db.query("SELECT id, certified_at, certificate FROM erasure ORDER BY ordered_at, id");
  while (query.step()) all.push_back({query.id<ErasureId>(0), query.maybe_instant(1), query.text(2)});
  return all;
}

std::vector<Item> gone_items(sqlite::Connection& db, const ErasureId& order) {
  std::vector<Item> all;
  auto query = db.query(
      "SELECT segment, source, class, kind, start_at, end_at, digest FROM erasure_item WHERE erasure = ?"
      " AND NOT EXISTS(SELECT 1 FROM segment s WHERE s.id = erasure_item.segment)",
      order);
  while (query.step())
    all.push_back({query.id<SegmentId>(0),
                   query.text(1),
                   query.text(2),
                   static_cast<int>(query.integer(3)),
                   {query.instant(4), query.instant(5)},
                   query.bytes<32>(6)});
  return all;
}

std::optional<Instant> time_of(const Times& times, const SegmentId& id) {
  const auto found = times.find(id);
  return found == times.end() ? std::nullopt : std::optional(found->second);
}

// Of a class that no settings promise anything for any more: its time is over.
Instant expiry_of(sqlite::Connection& db, const Item& item) {
  try {
    return expiry_in(db, item.cls, item.span);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::not_found) throw;
    return item.span.to;
  }
}

void bury(sqlite::Connection& db, const Item& item, Instant deleted_at) {
  db.run(
      "INSERT OR REPLACE INTO tombstone(segment, source, class, kind, start_at, end_at, expires_at, deleted_at, digest,"
      " cause) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      item.id, item.source, item.cls, item.kind, item.span.from, item.span.to, expiry_of(db, item), deleted_at,
      item.digest, static_cast<int>(Cause::erasure));
}
}  // namespace

void take_ordered_deletions(sqlite::Connection& db, const OrderedDeletions& rebuilt) {
  // An order whose deletion the loss cut off is carried out at the next start (I15); its recordings were condemned
  // before any hold in force now could cover them.
  db.run("UPDATE segment SET state = 2, cause = 1 WHERE id IN (SELECT segment FROM erasure_item)");
  std::optional<Times> calls;  // years of them: read where a certificate leaves something open
  const auto time_of_call = [&](const SegmentId& id) {
    if (!calls) calls = times_of_calls(rebuilt.tombstones);
    return time_of(*calls, id);
  };
  for (const auto& order : orders(db)) {
    const auto dated = times_in(order.certificate);
    for (const auto& item : gone_items(db, order.id)) {
      auto at = time_of(dated, item.id);
      if (!at) at = time_of_call(item.id);
      if (!at) at = order.certified_at;
      if (!at && !rebuilt.may_be_there(item.id)) at = rebuilt.now;
      if (at) bury(db, item, *at);
    }
  }
}

}  // namespace tenure::storage
