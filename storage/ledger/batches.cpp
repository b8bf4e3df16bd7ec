#include "storage/ledger/batches.h"

#include <algorithm>
#include <boost/json.hpp>

#include "base/error.h"
#include "storage/ledger/merkle.h"
#include "storage/ledger/reload.h"

namespace tenure::storage {

namespace json = boost::json;

struct BatchRoot::State {
  merkle::Hasher hasher;
  merkle::Frontier frontier;
};

BatchRoot::BatchRoot() : state_(std::make_unique<State>()) {}
BatchRoot::~BatchRoot() = default;

void BatchRoot::add(const SegmentId& id, View digest) {
  std::array<std::uint8_t, 48> member{};
  std::ranges::copy(id.bytes(), member.begin());
  std::memcpy(member.data() + 16, digest.data(), std::min<std::size_t>(digest.size(), 32));
  state_->frontier.push(state_->hasher, state_->hasher.leaf(member));
}

Digest BatchRoot::root() const { return state_->frontier.root(state_->hasher); }
std::uint64_t BatchRoot::count() const { return state_->frontier.size(); }

std::string batch_subject(const BatchRoot& batch) {
  return json::serialize(json::object{{"segments", batch.count()}, {"root", to_hex(batch.root())}});
}

Digest root_of_segments(const std::vector<SegmentRow>& rows) {
  std::vector<const SegmentRow*> sorted;
  for (const auto& row : rows) sorted.push_back(&row);
  std::ranges::sort(sorted, [](const auto* a, const auto* b) { return a->id < b->id; });
  BatchRoot batch;
  for (const auto* row : sorted) batch.add(row->id, row->digest);
  return batch.root();
}

bool insert_capture_batch(sqlite::Connection& db, Instant at, std::size_t limit) {
  BatchRoot batch;
  SegmentId last;
  {
    auto query = db.query("SELECT id, digest FROM segment WHERE ledger_batch IS NULL AND state <> 0 ORDER BY id LIMIT ?",
                          std::uint64_t{limit});
    while (query.step()) {
      last = query.id<SegmentId>(0);
      batch.add(last, query.bytes<32>(1));
    }
  }
  if (batch.count() == 0) return false;
  const auto number = insert_ledger(db, ledger_entry(at, {"tenured"}, "capture", batch_subject(batch)));
  db.run("UPDATE segment SET ledger_batch = ?1 WHERE ledger_batch IS NULL AND state <> 0 AND id <= ?2", number, last);
  return batch.count() == limit;
}

namespace {
// What the entry of a batch says of itself.
struct Said { std::uint64_t segments = 0; std::string root; };
std::optional<Said> said_by(const std::string& subject) {
  boost::system::error_code error;
  const auto value = json::parse(subject, error);
  if (error || !value.is_object()) return std::nullopt;
  const auto* count = value.get_object().if_contains("segments");
  const auto* root = value.get_object().if_contains("root");
  if (count == nullptr || root == nullptr || !count->is_int64() || !root->is_string()) return std::nullopt;
  return Said{static_cast<std::uint64_t>(count->get_int64()), std::string(root->get_string())};
}

constexpr std::uint64_t kBatchesInOneRead = 1'000, kMembersInOneRead = 50'000;

// Returns how many members it has.
std::uint64_t check_batch(std::uint64_t number, const std::string& subject, sqlite::Statement members, BatchCheck& check) {
  ++check.batches;
  BatchRoot batch;
  while (members.step()) batch.add(members.id<SegmentId>(0), members.blob(1));
  const auto said = said_by(subject);
  if (said && said->segments == batch.count() && said->root == to_hex(batch.root())) return batch.count();
  check.problems.emplace_back(number, "its root is not that of the " + std::to_string(batch.count()) + " segments that name it");
  return batch.count();
}
}  // namespace

bool check_some_batches(sqlite::Connection& db, BatchCheck& check) {
  const auto from = std::max(check.through, rebuilt_through(db));  // whose members a lost catalogue took along
  std::uint64_t members = 0;
  auto entries = db.query("SELECT number, subject, act = 'capture' FROM ledger WHERE number > ? AND act IN ('capture', 'sweep', 'erase',"
                          " 'promise-broken') ORDER BY number LIMIT ?", from, kBatchesInOneRead);
  bool any = false;
  while (members < kMembersInOneRead && entries.step()) {
    any = true;
    check.through = entries.natural(0);
    const char* sql = entries.integer(2) != 0 ? "SELECT id, digest FROM segment WHERE ledger_batch = ?1 UNION ALL"
                                                " SELECT segment, digest FROM tombstone WHERE ledger_batch = ?1 ORDER BY 1"
                                              : "SELECT segment, digest FROM tombstone WHERE ledger_sweep = ?1 ORDER BY 1";
    members += check_batch(check.through, entries.text(1), db.query(sql, check.through), check);
  }
  return any;
}

}  // namespace tenure::storage
