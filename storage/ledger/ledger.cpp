#include "storage/ledger/ledger.h"

#include <boost/json.hpp>

#include "base/error.h"
#include "base/told.h"
#include "storage/ledger/entry.h"
#include "storage/ledger/ledger_state.h"
#include "storage/ledger/signing_key.h"
#include "storage/ledger/verify_tree.h"

namespace tenure::storage {

namespace json = boost::json;

namespace {
struct Last { std::uint64_t size = 0; std::optional<Instant> at; std::string note, occasion; };

Last last_checkpoint_in(sqlite::Connection& db) {
  auto query = db.query("SELECT size, at, note, occasion FROM ledger_checkpoint ORDER BY id DESC LIMIT 1");
  if (!query.step()) return {};
  return {query.natural(0), query.instant(1), query.text(2), query.text(3)};
}

bool same_day(Instant a, Instant b) { return std::chrono::floor<std::chrono::days>(a) == std::chrono::floor<std::chrono::days>(b); }
}  // namespace

std::optional<Instant> last_act(sqlite::Connection& db, const std::string& act) {
  auto query = db.query("SELECT at FROM ledger WHERE act = ? ORDER BY number DESC LIMIT 1", act);
  if (!query.step()) return std::nullopt;
  return query.instant(0);
}

Ledger::State::State(Catalogue& kept, const Clock& at, const Path& state_folder, const Key& key_encryption_key,
                     std::vector<Path> given)
    : catalogue(kept), clock(at), state(state_folder), files(state_folder / "ledger"), copy_folders(std::move(given)) {
  for (const auto& folder : copy_folders) copies.push_back({folder.string(), {}, {}});
  next_copy.resize(copies.size());
  try {
    make_directories(files.folder());
    catalogue.state().read([&](sqlite::Connection& db) {
      last_heartbeat = last_act(db, "heartbeat");
      last_capture = last_act(db, "capture");
      const auto last = last_checkpoint_in(db);
      last_checkpoint = last.at;
      checkpointed = last.size;
    });
    load_key(key_encryption_key);
    look_back();
  } catch (const std::exception& error) {
    note_problem(told(error), error.what());
  }
}

// A missing key is made only while nothing was ever signed, here or in the files.
void Ledger::State::load_key(const Key& key_encryption_key) {
  try {
    key = load_signing_key(state, files.folder(), key_encryption_key, checkpointed == 0 && files.checkpoint().empty());
  } catch (const Error& error) {
    key_problem = error.what();
    log_error("event=ledger-key-missing cause=\"{}\" effect=\"no checkpoint is signed\"", key_problem);
  }
}

std::optional<VerifierKey> Ledger::State::verifier() const {
  if (key) return verifier_of(*key);
  const auto text = read_tile_file(files.folder(), "key.vkey");
  return parse_verifier_key(as_text(text));
}

void Ledger::State::look_back() {
  rolled_back = catalogue.state().read([&](sqlite::Connection& db) { return files.ahead(db, verifier(), copy_folders); });
  looked_back = true;
  if (rolled_back) log_error("event=ledger-rolled-back cause=\"{}\" effect=\"content stays closed\"", *rolled_back);
}

// As long as it cannot be told, content stays closed too.
std::optional<std::string> Ledger::State::why_closed() {
  try {
    if (!looked_back) look_back();
  } catch (const std::exception& error) {
    return std::string("it cannot be told yet whether it is (") + told(error) + ")";
  }
  return rolled_back;
}

void Ledger::State::note_problem(const std::string& what, const std::string& cause) {
  if (what != problem && !what.empty())
    log_error("event=ledger-not-written cause=\"{}\" effect=\"it is tried again\"", cause.empty() ? what : cause);
  if (what.empty() && !problem.empty()) log_info("event=ledger-written-again");
  problem = what;
}

void Ledger::State::publish() {
  if (!looked_back) look_back();
  if (rolled_back)
    throw Error(ErrorKind::unavailable, "The ledger's files are ahead of the catalogue (" + *rolled_back +
                                            "): tenure ledger accept-rollback says what to do.");
  catalogue.state().read([&](sqlite::Connection& db) {
    files.publish(db);
    if (!bundles_dropped) files.drop_bundles(tree::pruned(db));  // of a pruning that was cut off
    bundles_dropped = true;
  });
}

// Signed, in the catalogue, its tiles in the files, itself in the files: in that order, so that a checkpoint in the files
// never stands for more than the files hold.
std::string Ledger::State::make_checkpoint(const std::string& occasion) {
  publish();
  if (!key) throw Error(ErrorKind::unavailable, key_problem.empty() ? "The ledger has no key: restart tenured." : key_problem);
  const auto now = clock.now();
  Last made;
  catalogue.write([&](Catalogue::Transaction& transaction) {
    auto& db = transaction.db;
    made = last_checkpoint_in(db);
    const auto size = tree::size(db);
    const bool lasting = made.occasion != "timer" || occasion == "timer";  // what is given to somebody stays in the table
    if (made.size == size && made.at && lasting && (occasion != "day" || same_day(*made.at, now))) return;
    made = {size, now, make_note(*key, {key->name, size, merkle::root(size, tree::nodes(db))}), occasion};
    db.run("INSERT INTO ledger_checkpoint(size, at, occasion, note) VALUES(?, ?, ?, ?)", size, now, occasion, made.note);
  });
  publish();
  if (files.checkpoint() != made.note) files.write_checkpoint(made.note, now);
  checkpointed = made.size;
  last_checkpoint = made.at;
  return made.note;
}

Ledger::Ledger(Catalogue& catalogue, const Clock& clock, const Path& state, const Key& key_encryption_key, std::vector<Path> copies)
    : state_(std::make_unique<State>(catalogue, clock, state, key_encryption_key, std::move(copies))) {}
Ledger::~Ledger() = default;

std::string Ledger::checkpoint(const std::string& occasion) {
  const std::scoped_lock lock(state_->mutex);
  try {
    return state_->make_checkpoint(occasion);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::unavailable) throw;
    throw Error(ErrorKind::unavailable, "The ledger cannot be signed now: " + error.message(), error.cause());
  }
}

std::optional<std::string> Ledger::rolled_back() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->why_closed();
}

void Ledger::accept_rollback(const Actor& actor, const std::string& reason) {
  const std::scoped_lock lock(state_->mutex);
  if (!state_->rolled_back) throw Error(ErrorKind::refused, "The catalogue was not rolled back: there is nothing to accept.");
  if (reason.empty()) throw Error(ErrorKind::usage, "reason: is required");
  const auto now = state_->clock.now();
  const auto lost = state_->catalogue.state().read(
      [&](sqlite::Connection& db) { return state_->files.lost_acts(db, state_->verifier(), state_->copy_folders); });
  const json::object subject{{"cause", *state_->rolled_back},
                             {"lost_acts", lost},
                             {"lost_entries", leaves_in_files(state_->files.folder())},
                             {"lost_checkpoint", state_->files.checkpoint()}};
  state_->catalogue.append_ledger(ledger_entry(now, actor, "ledger-rollback-accepted", json::serialize(subject), reason));
  state_->files.put_aside(now);
  if (const auto key = state_->verifier())
    for (const auto& folder : state_->copy_folders) put_copy_aside(folder, key->name, now);
  state_->copies_put_aside = true;
  state_->look_back();
  if (state_->rolled_back) return;
  // The last one went aside with the files: who looks at the folder now finds what goes on signed.
  if (state_->key) state_->make_checkpoint("rollback");
  else state_->publish();
  state_->note_problem(state_->files.difference());  // not that they are ahead any more
}

LedgerProof Ledger::prove(std::uint64_t number) {
  LedgerProof proof;
  proof.note = checkpoint("asked");
  const auto note = read_note(proof.note, {});
  state_->catalogue.state().read([&](sqlite::Connection& db) {
    auto query = db.query(std::string("SELECT ") + kBodyColumns + " FROM ledger WHERE number = ?", number);
    if (number == 0 || number > note->checkpoint.size) throw Error(ErrorKind::not_found, "There is no ledger entry " + std::to_string(number) + ".");
    if (query.step()) proof.line = line_of(read_body(query));
    proof.index = number - 1;
    proof.size = note->checkpoint.size;
    proof.inclusion = merkle::inclusion(proof.index, proof.size, tree::nodes(db));
  });
  return proof;
}

LedgerGrowth Ledger::prove_growth(std::uint64_t from, std::uint64_t to) const {
  return state_->catalogue.state().read([&](sqlite::Connection& db) {
    const auto size = tree::size(db);
    if (from == 0 || from > to || to > size)
      throw Error(ErrorKind::usage, "from: must be at least 1 and not over `to`, which may be up to " + std::to_string(size));
    const auto nodes = tree::nodes(db);
    return LedgerGrowth{from, to, merkle::root(from, nodes), merkle::root(to, nodes), merkle::consistency(from, to, nodes)};
  });
}

// What cannot be read is a problem like any other. The batches are looked at without the mutex: there may be years of them.
LedgerReport Ledger::verify() {
  LedgerReport report;
  const auto attempt = [&report](const auto& part) {
    try {
      part();
    } catch (const Error& error) {
      report.problems.push_back({0, error.what()});
    }
  };
  std::vector<std::uint64_t> without_detail;
  {
    const std::scoped_lock lock(state_->mutex);
    attempt([&] { state_->publish(); });
    attempt([&] {
      without_detail = verify_history({state_->catalogue, state_->files.folder(), state_->verifier(), state_->files.published()}, report);
    });
    if (!state_->key_problem.empty()) report.problems.push_back({0, state_->key_problem});
  }
  attempt([&] { verify_meaning(state_->catalogue, without_detail, report); });
  settle(report);
  return report;
}

LedgerStatus Ledger::status() const {
  const std::scoped_lock lock(state_->mutex);
  LedgerStatus status;
  state_->catalogue.state().read([&](sqlite::Connection& db) {
    status.entries = tree::size(db);
    status.pruned = tree::pruned(db);
  });
  status.published = state_->files.published();
  status.checkpointed = state_->checkpointed;
  status.checkpoint_at = state_->last_checkpoint;
  if (const auto key = state_->verifier()) status.key = verifier_key_text(*key);
  status.problem = state_->problem.empty() ? state_->key_problem : state_->problem;
  status.rolled_back = state_->why_closed().value_or("");
  status.copies = state_->copies;
  return status;
}

}  // namespace tenure::storage
