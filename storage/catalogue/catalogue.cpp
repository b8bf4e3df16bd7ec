#include "storage/catalogue/catalogue.h"

#include "base/error.h"
#include "base/log.h"
#include "storage/catalogue/catalogue_state.h"
#include "storage/catalogue/schema.h"

namespace tenure::storage {

namespace {
constexpr std::size_t kIdleReaders = 8;
constexpr int kReaderCacheKiB = 512;  // of each; what is read again and again comes from the system's cache of the file

std::unique_ptr<sqlite::Connection> open_writer(const Path& file) {
  auto db = std::make_unique<sqlite::Connection>(file, /*writes=*/true);
  db->script("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
             "PRAGMA recursive_triggers = ON; PRAGMA secure_delete = ON; PRAGMA trusted_schema = OFF;");
  migrate(*db);
  return db;
}

void roll_back(sqlite::Connection& db) {
  try {
    db.script("ROLLBACK");
  } catch (const Error& error) {
    log_warning("catalogue rollback=failed cause=\"{}\"", error.what());  // SQLite had already rolled back
  }
}
}  // namespace

Catalogue::Inside::Inside(Path path) : file(std::move(path)), writer(open_writer(file)) {}

Catalogue::Inside::Reader::Reader(const Inside& owner) : state(owner) {
  {
    const std::scoped_lock lock(state.idle_mutex_);
    if (!state.idle_.empty()) {
      connection = std::move(state.idle_.back());
      state.idle_.pop_back();
    }
  }
  if (!connection) {
    connection = std::make_unique<sqlite::Connection>(state.file, /*writes=*/false);
    connection->script("PRAGMA cache_size = -" + std::to_string(kReaderCacheKiB));
  }
  connection->script("BEGIN");
}

Catalogue::Inside::Reader::~Reader() {
  try {
    connection->script("COMMIT");
  } catch (const Error&) {
    return;  // a connection in doubt is closed, not kept
  }
  const std::scoped_lock lock(state.idle_mutex_);
  if (state.idle_.size() < kIdleReaders) state.idle_.push_back(std::move(connection));
}

Catalogue::Catalogue(const Path& folder) {
  make_directories(folder);
  state_ = std::make_unique<Inside>(folder / "catalogue.db");
  sync_directory(folder);
}

Catalogue::~Catalogue() = default;

static void transact(sqlite::Connection& db, const std::function<void(Catalogue::Transaction&)>& body) {
  db.script("BEGIN IMMEDIATE");
  try {
    Catalogue::Transaction transaction(db);
    body(transaction);
    db.script("COMMIT");
  } catch (...) {
    roll_back(db);
    throw;
  }
}

// An act and its ledger entry are one transaction, so that neither was done when it fails (I13).
void Catalogue::write(const std::function<void(Transaction&)>& body) {
  const std::scoped_lock lock(state_->write_mutex);
  try {
    transact(*state_->writer, body);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::io) throw;
    throw Error(ErrorKind::unavailable, "Nothing was done, because it cannot be recorded: " + error.message(), error.cause());
  }
}

std::string Catalogue::check() const {
  return state_->read([](sqlite::Connection& db) {
    std::string problems;
    auto integrity = db.query("PRAGMA integrity_check(20)");
    while (integrity.step())
      if (integrity.text(0) != "ok") problems += integrity.text(0) + "\n";
    auto sums = db.query(
        "SELECT count(*) FROM (SELECT vault, state, expires_at / 3600000000 AS hour, source, count(*) AS segments,"
        " sum(bytes) AS bytes FROM segment GROUP BY 1, 2, 3, 4) s FULL JOIN segment_sum k USING(vault, state, hour, source)"
        " WHERE s.segments IS NOT k.segments OR s.bytes IS NOT k.bytes");
    if (sums.step() && sums.natural(0) > 0) problems += "the sums of the recordings are not those of their rows\n";
    auto keys = db.query("PRAGMA foreign_key_check");
    while (keys.step()) problems += "a row of " + keys.text(0) + " refers to a missing row of " + keys.text(2) + "\n";
    return problems;
  });
}

}  // namespace tenure::storage
