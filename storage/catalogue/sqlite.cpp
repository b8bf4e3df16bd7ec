#include "storage/catalogue/sqlite.h"

#include <sqlite3.h>

#include <utility>

#include "base/error.h"

namespace tenure::storage::sqlite {

namespace {
constexpr int kBusyTimeoutMs = 10'000;

[[noreturn]] void fail(sqlite3* database, const std::string& doing) {
  const int code = sqlite3_errcode(database);
  const std::string cause = sqlite3_errmsg(database);
  const int plain = code & 0xff;
  if (plain == SQLITE_CORRUPT || plain == SQLITE_NOTADB)
    throw Error(ErrorKind::corrupt, "The catalogue is damaged: stop tenured and make it anew with tenure rebuild, or restore it from a backup.", doing + ": " + cause);
  if (plain == SQLITE_BUSY || plain == SQLITE_LOCKED)
    throw Error(ErrorKind::unavailable, "The catalogue is in use by another process: try again.", cause);
  if (plain == SQLITE_FULL || plain == SQLITE_IOERR || plain == SQLITE_CANTOPEN || plain == SQLITE_READONLY)
    throw Error(ErrorKind::io, "The catalogue cannot be read or written: check its disk.", cause);
  throw Error(ErrorKind::internal, "The catalogue refused an operation; the log says more.", doing + ": " + cause);
}

// The first words of a statement, for messages.
std::string summary(const std::string& sql) { return sql.substr(0, 40); }

void must(sqlite3* database, int code, const std::string& doing) {
  if (code != SQLITE_OK) fail(database, doing);
}
}  // namespace

Statement::Statement(sqlite3* database, sqlite3_stmt* statement, bool* busy)
    : database_(database), statement_(statement), busy_(busy) {}

Statement::Statement(Statement&& other) noexcept
    : database_(other.database_), statement_(std::exchange(other.statement_, nullptr)), busy_(other.busy_),
      bound_(other.bound_) {}

Statement::~Statement() {
  if (statement_ == nullptr) return;
  if (busy_ == nullptr) {
    sqlite3_finalize(statement_);
    return;
  }
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);  // secrets do not linger in the cache
  *busy_ = false;
}

void Statement::bind(std::int64_t value) { must(database_, sqlite3_bind_int64(statement_, ++bound_, value), "bind"); }
void Statement::bind_null() { must(database_, sqlite3_bind_null(statement_, ++bound_), "bind"); }
void Statement::bind(const std::string& value) {
  must(database_, sqlite3_bind_text64(statement_, ++bound_, value.data(), value.size(), SQLITE_TRANSIENT, SQLITE_UTF8), "bind");
}
void Statement::bind(View value) {
  // An empty view may have no address, which SQLite would take for NULL.
  const void* data = value.empty() ? static_cast<const void*>("") : value.data();
  must(database_, sqlite3_bind_blob64(statement_, ++bound_, data, value.size(), SQLITE_TRANSIENT), "bind");
}

bool Statement::step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) fail(database_, summary(sqlite3_sql(statement_)));
  return false;
}

bool Statement::is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_, column); }
std::optional<Instant> Statement::maybe_instant(int column) const {
  if (is_null(column)) return std::nullopt;
  return instant(column);
}
std::string Statement::text(int column) const {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  if (data == nullptr) return {};
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}
Blob Statement::blob(int column) const {
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  if (data == nullptr) return {};
  return Blob(data, data + size);
}
void Statement::copy_exactly(int column, std::span<std::uint8_t> out) const {
  const auto* data = sqlite3_column_blob(statement_, column);
  if (static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)) != out.size() || data == nullptr)
    throw Error(ErrorKind::corrupt, "The catalogue holds a value of the wrong size: restore it from a backup.");
  std::memcpy(out.data(), data, out.size());
}

Connection::Connection(const Path& file, bool writes) {
  const int flags = (writes ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY) | SQLITE_OPEN_NOMUTEX;
  if (sqlite3_open_v2(file.c_str(), &database_, flags, nullptr) != SQLITE_OK) {
    const std::string cause = database_ == nullptr ? "out of memory" : sqlite3_errmsg(database_);
    sqlite3_close(database_);
    throw Error(ErrorKind::io, "Cannot open the catalogue " + file.string() + ": check its folder and owner.", cause);
  }
  sqlite3_extended_result_codes(database_, 0);
  sqlite3_busy_timeout(database_, kBusyTimeoutMs);
}

Connection::~Connection() {
  for (auto& [sql, cached] : cache_) sqlite3_finalize(cached->statement);
  sqlite3_close(database_);
}

Statement Connection::prepare(const std::string& sql) {
  auto& cached = cache_[sql];
  if (!cached) cached = std::make_unique<Cached>();
  if (cached->statement != nullptr && !cached->busy) {
    cached->busy = true;
    return {database_, cached->statement, &cached->busy};
  }
  sqlite3_stmt* statement = nullptr;
  must(database_, sqlite3_prepare_v3(database_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                                     &statement, nullptr), summary(sql));
  if (cached->busy) return {database_, statement, nullptr};  // asked for again inside its own loop
  cached->statement = statement;
  cached->busy = true;
  return {database_, statement, &cached->busy};
}

void Connection::script(const std::string& sql) {
  must(database_, sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr), summary(sql));
}

std::int64_t Connection::changes() const { return sqlite3_changes64(database_); }

}  // namespace tenure::storage::sqlite
