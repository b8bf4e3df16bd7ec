#include "storage/erasure/kept_erasures.h"

#include <algorithm>
#include <boost/filesystem/operations.hpp>
#include <boost/json.hpp>

#include "base/aead.h"
#include "base/error.h"
#include "base/log.h"
#include "storage/catalogue/catalogue_state.h"
#include "storage/catalogue/needed.h"

namespace tenure::storage {

namespace fs = boost::filesystem;
namespace json = boost::json;

namespace {
constexpr auto kPurpose = "tenure erasure file";
constexpr auto kExtension = ".erasure";
constexpr std::size_t kLargestFile = 256 << 20;

Key file_key(const Key& root) { return hkdf_sha256(root, {}, kPurpose); }

Path file_of(const Path& state, const ErasureId& id) { return state / "holds" / (id.text() + kExtension); }

json::value micros_or_null(const std::optional<Instant>& at) {
  return at ? json::value(micros_of(*at)) : json::value(nullptr);
}

std::string text_of(sqlite::Connection& db, const ErasureId& id) {
  json::array items;
  auto rows = db.query(
      "SELECT segment, source, class, kind, start_at, end_at, bytes, digest FROM erasure_item WHERE erasure = ?"
      " ORDER BY segment",
      id);
  while (rows.step())
    items.push_back(json::object{{"segment", rows.id<SegmentId>(0).text()},
                                 {"source", rows.text(1)},
                                 {"class", rows.text(2)},
                                 {"kind", rows.integer(3)},
                                 {"start", micros_of(rows.instant(4))},
                                 {"end", micros_of(rows.instant(5))},
                                 {"bytes", rows.natural(6)},
                                 {"digest", to_hex(rows.bytes<32>(7))}});
  auto row = db.query(
      "SELECT ordered_at, ordered_by, approved_by, reason, entry, certified_at, certificate FROM erasure"
      " WHERE id = ?",
      id);
  if (!row.step()) throw Error(ErrorKind::not_found, "There is no erasure with the id " + id.text() + ".");
  return json::serialize(json::object{{"schema", "tenure-erasure-order-1"},
                                      {"id", id.text()},
                                      {"ordered_at", micros_of(row.instant(0))},
                                      {"ordered_by", row.text(1)},
                                      {"approved_by", row.text(2)},
                                      {"reason", row.text(3)},
                                      {"entry", row.natural(4)},
                                      {"certified_at", micros_or_null(row.maybe_instant(5))},
                                      {"certificate", row.text(6)},
                                      {"items", std::move(items)}});
}

std::string text_in(const Path& path, const Key& key) {
  const auto plain = open_message(key, kPurpose, read_whole(path, kLargestFile));
  if (!plain) throw Error(ErrorKind::corrupt, "it was not sealed with this installation's key");
  return std::string(as_text(*plain));
}

std::string string_in(const json::value& value, const char* name) { return std::string(value.at(name).as_string()); }
Instant instant_in(const json::value& value, const char* name) {
  return instant_from_micros(value.at(name).as_int64());
}

Digest digest_in(const json::value& value, const char* name) {
  Digest digest{};
  const auto bytes = from_hex(string_in(value, name));
  if (!bytes || bytes->size() != digest.size()) throw Error(ErrorKind::corrupt, "a digest in it is none");
  std::ranges::copy(*bytes, digest.begin());
  return digest;
}

void insert(sqlite::Connection& db, const ErasureId& id, const json::value& kept) {
  if (string_in(kept, "id") != id.text()) throw Error(ErrorKind::corrupt, "it is the file of another order");
  const auto& certified = kept.at("certified_at");
  db.run("INSERT INTO erasure VALUES(?, ?, ?, ?, ?, ?, ?, ?)", id, instant_in(kept, "ordered_at"),
         string_in(kept, "ordered_by"), string_in(kept, "approved_by"), string_in(kept, "reason"),
         kept.at("entry").to_number<std::uint64_t>(),
         certified.is_null() ? std::optional<Instant>() : instant_from_micros(certified.as_int64()),
         string_in(kept, "certificate"));
  for (const auto& item : kept.at("items").as_array()) {
    const auto segment = SegmentId::parse(string_in(item, "segment"));
    if (!segment) throw Error(ErrorKind::corrupt, "an id in it is none");
    db.run("INSERT INTO erasure_item VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)", id, *segment, string_in(item, "source"),
           string_in(item, "class"), item.at("kind").as_int64(), instant_in(item, "start"), instant_in(item, "end"),
           item.at("bytes").to_number<std::uint64_t>(), digest_in(item, "digest"));
  }
}

// All of it or nothing: a damaged file must not leave half an order.
void take(sqlite::Connection& db, const Path& file, const Key& key) {
  const auto id = ErasureId::parse(file.stem().string());
  if (!id) throw Error(ErrorKind::corrupt, "its name is no order's");
  const Needed needed{file, "what is to be erased", "that order is in the ledger only then, and is not carried out"};
  const auto kept = json::parse(needing(needed, [&] { return text_in(file, key); }));
  db.script("SAVEPOINT erasure");
  try {
    insert(db, *id, kept);
  } catch (...) {
    db.script("ROLLBACK TO erasure; RELEASE erasure");
    throw;
  }
  db.script("RELEASE erasure");
}
}  // namespace

void keep_erasure(Catalogue& catalogue, const Path& state, const Key& root, const ErasureId& id) {
  const auto path = file_of(state, id);
  const auto key = file_key(root);
  const auto text = catalogue.state().read([&](sqlite::Connection& db) { return text_of(db, id); });
  try {
    if (fs::exists(path) && text_in(path, key) == text) return;
  } catch (const Error& error) {
    log_warning("event=erasure-file-damaged cause=\"{}\" effect=\"it is written anew\"", error.what());
  }
  make_directories(path.parent_path());
  write_durably(path, seal_message(key, kPurpose, as_view(text)));
}

void keep_erasures(Catalogue& catalogue, const Path& state, const Key& root) {
  const auto ids = catalogue.state().read([](sqlite::Connection& db) {
    std::vector<ErasureId> all;
    auto query = db.query("SELECT id FROM erasure");
    while (query.step()) all.push_back(query.id<ErasureId>(0));
    return all;
  });
  for (const auto& id : ids) keep_erasure(catalogue, state, root, id);
}

TakenErasures take_kept_erasures(sqlite::Connection& db, const Path& state, const Key& root) {
  TakenErasures taken;
  if (!fs::is_directory(state / "holds")) return taken;
  const auto key = file_key(root);
  for (const auto& item : fs::directory_iterator(state / "holds")) {
    if (item.path().extension() != kExtension) continue;
    try {
      take(db, item.path(), key);
      ++taken.orders;
    } catch (const std::exception& error) {
      const auto* refusal = dynamic_cast<const Error*>(&error);
      if (refusal != nullptr && refusal->kind() == ErrorKind::refused) throw;
      taken.problems.push_back(
          "The file " + item.path().string() + " is no order of erasure: " + error.what() +
          ". That order is in the ledger only, and whether a backup of the keys is from before it is not"
          " told any more: remove those that are (*.tenure-keys)");
    }
  }
  return taken;
}

}  // namespace tenure::storage
