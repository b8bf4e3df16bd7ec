// A thin layer over SQLite: connections with their prepared statements, values bound by type, failures as Error.
// SQLite itself stays inside sqlite.cpp. A connection belongs to one thread at a time.
#pragma once
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/bytes.h"
#include "base/file.h"
#include "base/id.h"
#include "base/time.h"

struct sqlite3;
struct sqlite3_stmt;

namespace tenure::storage::sqlite {

// A prepared statement on loan from its connection; given back, reset, when this goes.
class Statement {
 public:
  Statement(sqlite3* database, sqlite3_stmt* statement, bool* busy);  // a null `busy`: finalized at the end
  ~Statement();
  Statement(Statement&& other) noexcept;
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  void bind(std::int64_t value);
  void bind(int value) { bind(static_cast<std::int64_t>(value)); }
  void bind(bool value) { bind(static_cast<std::int64_t>(value)); }
  void bind(std::uint32_t value) { bind(static_cast<std::int64_t>(value)); }
  void bind(std::uint64_t value) { bind(static_cast<std::int64_t>(value)); }
  void bind(Instant value) { bind(micros_of(value)); }
  void bind(Duration value) { bind(static_cast<std::int64_t>(value.count())); }
  void bind(const std::string& value);
  void bind(const char* value) { bind(std::string(value)); }  // else it would be taken for a truth value
  void bind(View value);
  void bind(const Blob& value) { bind(View(value)); }
  template <std::size_t N>
  void bind(const std::array<std::uint8_t, N>& value) { bind(View(value)); }
  template <typename Tag>
  void bind(const Id<Tag>& value) { bind(value.bytes()); }
  template <typename T>
  void bind(const std::optional<T>& value) {
    if (value) bind(*value); else bind_null();
  }
  void bind_null();

  bool step();  // true while there is a row
  void run() { while (step()) {} }
  bool is_null(int column) const;
  std::int64_t integer(int column) const;
  std::uint64_t natural(int column) const { return static_cast<std::uint64_t>(integer(column)); }
  bool truth(int column) const { return integer(column) != 0; }
  Instant instant(int column) const { return instant_from_micros(integer(column)); }
  std::optional<Instant> maybe_instant(int column) const;
  std::string text(int column) const;
  Blob blob(int column) const;
  // Exactly N bytes, or Error{corrupt}.
  template <std::size_t N>
  std::array<std::uint8_t, N> bytes(int column) const {
    std::array<std::uint8_t, N> out{};
    copy_exactly(column, out);
    return out;
  }
  template <typename IdType>
  IdType id(int column) const { return IdType{bytes<16>(column)}; }

 private:
  void copy_exactly(int column, std::span<std::uint8_t> out) const;
  sqlite3* database_;
  sqlite3_stmt* statement_;
  bool* busy_;
  int bound_ = 0;
};

class Connection {
 public:
  Connection(const Path& file, bool writes);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // The statement for `sql` with its parameters bound in order. `sql` is always a constant of this program.
  template <typename... Values>
  Statement query(const std::string& sql, const Values&... values) {
    Statement statement = prepare(sql);
    (statement.bind(values), ...);
    return statement;
  }
  template <typename... Values>
  void run(const std::string& sql, const Values&... values) { query(sql, values...).run(); }
  void script(const std::string& sql);  // several statements without parameters
  std::int64_t changes() const;

 private:
  struct Cached { sqlite3_stmt* statement = nullptr; bool busy = false; };
  Statement prepare(const std::string& sql);
  sqlite3* database_ = nullptr;
  std::unordered_map<std::string, std::unique_ptr<Cached>> cache_;
};

}  // namespace tenure::storage::sqlite
