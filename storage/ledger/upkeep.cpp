// What the ledger does by itself: files, batches, heartbeat, checkpoints, copies; and what it forgets when told to.
#include <boost/json.hpp>
#include <utility>

#include "base/error.h"
#include "base/told.h"
#include "storage/ledger/batches.h"
#include "storage/ledger/ledger_state.h"

namespace tenure::storage {

namespace json = boost::json;

namespace {
constexpr Duration kHeartbeatEvery = std::chrono::hours(1);
constexpr Duration kCaptureEvery = std::chrono::minutes(15), kCheckpointEvery = std::chrono::minutes(15);
constexpr Duration kCopyEvery = std::chrono::days(1), kCopyAgain = std::chrono::minutes(10);
constexpr Duration kKeepTimed = std::chrono::days(31);  // then one checkpoint a day, and those given to somebody, are kept
constexpr std::size_t kBatch = 10'000;                  // segments in one capture entry: bounds its transaction

bool due(const std::optional<Instant>& last, Duration every, Instant now) { return !last || now - *last >= every; }
bool new_day(const std::optional<Instant>& last, Instant now) {
  return !last || std::chrono::floor<std::chrono::days>(*last) != std::chrono::floor<std::chrono::days>(now);
}
}  // namespace

void Ledger::State::heartbeat(Instant now) {
  if (!due(last_heartbeat, kHeartbeatEvery, now)) return;
  const auto time = clock.trusted();
  const json::object subject{{"time", {{"lo", to_rfc3339(time.lo)}, {"hi", to_rfc3339(time.hi)}}}, {"published", files.published()}};
  catalogue.append_ledger(ledger_entry(now, {"tenured"}, "heartbeat", json::serialize(subject)));
  last_heartbeat = now;
}

bool Ledger::State::capture(Instant now) {
  if (!due(last_capture, kCaptureEvery, now)) return false;
  bool more = false;
  catalogue.write([&](Catalogue::Transaction& transaction) { more = insert_capture_batch(transaction.db, now, kBatch); });
  if (!more) last_capture = now;
  return more;
}

void Ledger::State::timed_checkpoint(Instant now) {
  const bool day = new_day(last_checkpoint, now);
  const auto size = catalogue.state().read([](sqlite::Connection& db) { return tree::size(db); });
  if (!day && !(size > checkpointed && due(last_checkpoint, kCheckpointEvery, now))) return;
  make_checkpoint(day ? "day" : "timer");
  if (day) forget_old_checkpoints(now);
}

void Ledger::State::forget_old_checkpoints(Instant now) {
  catalogue.write([&](Catalogue::Transaction& transaction) {
    transaction.db.run("DELETE FROM ledger_checkpoint WHERE occasion = 'timer' AND at < ?", now - kKeepTimed);
  });
}

// The key's name and the folders stay what they are, and the checkpoint's file is replaced whole.
void Ledger::State::copy(Instant now) {
  if (!key || files.checkpoint().empty()) return;
  for (std::size_t i = 0; i < copy_folders.size(); ++i) {
    if (now < next_copy[i]) continue;
    std::string failed;
    try {
      copy_checkpoint(files.folder(), copy_folders[i], key->name, now);
    } catch (const std::exception& error) {
      failed = told(error);
      if (copies[i].problem != failed) log_error("event=ledger-not-copied folder={} cause=\"{}\"", copies[i].folder, error.what());
    }
    next_copy[i] = now + (failed.empty() ? kCopyEvery : kCopyAgain);
    const std::scoped_lock lock(mutex);
    if (failed.empty()) copies[i].copied_at = now;
    copies[i].problem = failed;
  }
}

bool Ledger::tick() {
  const auto now = state_->clock.now();
  const bool more = state_->round(now);
  state_->copy(now);
  return more;
}

bool Ledger::State::round(Instant now) {
  const std::scoped_lock lock(mutex);
  bool more = false;
  std::string failed, cause;
  // Each for itself: what cannot be recorded must not keep what is recorded from its files.
  const auto attempt = [&](const auto& part) {
    try {
      part();
    } catch (const std::exception& error) {
      if (failed.empty()) cause = error.what();
      if (failed.empty()) failed = told(error);
    }
  };
  attempt([&] { heartbeat(now); });
  attempt([&] { more = capture(now); });
  attempt([&] { publish(); });
  attempt([&] { if (key && !rolled_back) timed_checkpoint(now); });
  if (std::exchange(copies_put_aside, false)) next_copy.assign(next_copy.size(), Instant{});
  note_problem(failed.empty() ? files.difference() : failed, cause);
  return more;
}

std::uint64_t Ledger::erase_detail(const std::vector<std::uint64_t>& numbers, const Actor& actor, const std::string& reason) {
  std::uint64_t number = 0;
  state_->catalogue.write([&](Catalogue::Transaction& transaction) {
    json::array erased;
    for (const auto entry : numbers) {
      transaction.db.run("DELETE FROM ledger_detail WHERE number = ?", entry);
      if (transaction.db.changes() > 0) erased.emplace_back(entry);
    }
    if (erased.empty()) throw Error(ErrorKind::not_found, "None of these ledger entries has personal detail left to erase.");
    const auto subject = json::serialize(json::object{{"entries", std::move(erased)}});
    number = insert_ledger(transaction.db, ledger_entry(state_->clock.now(), actor, "ledger-erase", subject, reason));
  });
  return number;
}

std::uint64_t Ledger::prune(Instant before, const Actor& actor, const std::string& reason) {
  std::uint64_t dropped = 0;
  state_->catalogue.write([&](Catalogue::Transaction& transaction) {
    auto& db = transaction.db;
    auto kept = db.query("SELECT coalesce((SELECT min(number) FROM ledger WHERE at >= ?), (SELECT max(number) FROM ledger)),"
                         " (SELECT through FROM ledger_pruned)", before);
    kept.step();
    const auto through = kept.is_null(0) ? 0 : (kept.natural(0) - 1) / tree::kTileWidth * tree::kTileWidth;
    const auto already = kept.natural(1);
    kept.run();
    if (through <= already) return;
    dropped = through - already;
    const auto subject = json::serialize(json::object{{"through", through}, {"older_than", to_rfc3339(before)}});
    insert_ledger(db, ledger_entry(state_->clock.now(), actor, "ledger-prune", subject, reason));
    db.run("UPDATE ledger_pruned SET through = ?", through);
    db.run("DELETE FROM ledger WHERE number <= ?", through);
    db.run("DELETE FROM ledger_detail WHERE number <= ?", through);
  });
  const std::scoped_lock lock(state_->mutex);
  if (dropped > 0) state_->files.drop_bundles(state_->catalogue.state().read(tree::pruned));
  return dropped;
}

}  // namespace tenure::storage
