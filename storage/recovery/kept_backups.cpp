#include "storage/recovery/kept_backups.h"

#include <algorithm>
#include <boost/filesystem/operations.hpp>
#include <boost/json.hpp>
#include <mutex>

#include "base/aead.h"
#include "base/error.h"
#include "storage/catalogue/catalogue_state.h"

namespace tenure::storage {

namespace json = boost::json;
using BackupId = Id<struct BackupTag>;

namespace {
constexpr auto kPurpose = "tenure backups file";
constexpr std::size_t kLargestFile = 16 << 20;

Key file_key(const Key& root) { return hkdf_sha256(root, {}, kPurpose); }

json::value text_or_null(const std::optional<Instant>& at) {
  return at ? json::value(micros_of(*at)) : json::value(nullptr);
}

std::mutex writing;  // one at a time: the thread of a backup and upkeep's

}  // namespace

std::string backups_text(sqlite::Connection& db) {
  json::value key = nullptr;
  auto known = db.query("SELECT public, made_at, made_by FROM recovery_key");
  if (known.step())
    key = json::object{{"public", to_hex(known.bytes<32>(0))},
                       {"made_at", micros_of(known.instant(1))},
                       {"made_by", known.text(2)}};
  json::array backups;
  auto rows = db.query("SELECT id, kind, folder, name, made_at, verified_at, bytes, sha256 FROM backup WHERE gone_at IS NULL"
                       " ORDER BY id");
  while (rows.step())
    backups.push_back(json::object{{"id", rows.id<BackupId>(0).text()},
                                   {"kind", rows.integer(1)},
                                   {"folder", rows.text(2)},
                                   {"name", rows.text(3)},
                                   {"made_at", micros_of(rows.instant(4))},
                                   {"verified_at", text_or_null(rows.maybe_instant(5))},
                                   {"bytes", rows.natural(6)},
                                   {"sha256", to_hex(rows.bytes<32>(7))}});
  return json::serialize(
      json::object{{"schema", "tenure-backups-1"}, {"recovery_key", std::move(key)}, {"backups", std::move(backups)}});
}

namespace {
std::optional<std::string> text_in(const Path& path, const Key& key) {
  if (!boost::filesystem::exists(path)) return std::nullopt;
  const auto plain = open_message(key, kPurpose, read_whole(path, kLargestFile));
  if (!plain) throw Error(ErrorKind::corrupt, "The file " + path.string() + " was not sealed with this installation's key.");
  return std::string(as_text(*plain));
}

Digest digest_from(const json::value& hex) {
  Digest digest{};
  const auto bytes = from_hex(std::string(hex.as_string()));
  if (!bytes || bytes->size() != digest.size()) throw Error(ErrorKind::corrupt, "a digest in it is none");
  std::ranges::copy(*bytes, digest.begin());
  return digest;
}

std::uint64_t insert(sqlite::Connection& db, const json::value& kept) {
  if (const auto& key = kept.at("recovery_key"); !key.is_null())
    db.run("INSERT INTO recovery_key VALUES(1, ?1, ?2, ?3) ON CONFLICT DO UPDATE SET public = ?1, made_at = ?2, made_by = ?3"
           " WHERE ?2 > made_at", digest_from(key.at("public")),
           instant_from_micros(key.at("made_at").as_int64()), std::string(key.at("made_by").as_string()));
  std::uint64_t count = 0;
  for (const auto& one : kept.at("backups").as_array()) {
    const auto id = BackupId::parse(std::string(one.at("id").as_string()));
    if (!id) throw Error(ErrorKind::corrupt, "an id in it is none");
    const auto& verified = one.at("verified_at");
    db.run("INSERT INTO backup VALUES(?, ?, ?, ?, ?, ?, NULL, ?, ?) ON CONFLICT DO UPDATE SET gone_at = NULL", *id, one.at("kind").as_int64(),
           std::string(one.at("folder").as_string()), std::string(one.at("name").as_string()),
           instant_from_micros(one.at("made_at").as_int64()),
           verified.is_null() ? std::optional<Instant>() : instant_from_micros(verified.as_int64()),
           one.at("bytes").to_number<std::uint64_t>(), digest_from(one.at("sha256")));
    ++count;
  }
  return count;
}
}  // namespace

Path kept_backups_file(const Path& state) { return state / "holds" / "backups"; }

void keep_backups(Catalogue& catalogue, const Path& state, const Key& root) {
  const auto path = kept_backups_file(state);
  const auto key = file_key(root);
  const std::scoped_lock lock(writing);
  const auto text = catalogue.state().read([](sqlite::Connection& db) { return backups_text(db); });
  try {
    if (text_in(path, key) == text) return;
  } catch (const Error&) {  // damaged: written anew
  }
  make_directories(path.parent_path());
  write_durably(path, seal_message(key, kPurpose, as_view(text)));
}

std::uint64_t take_kept_backups(sqlite::Connection& db, const Path& state, const Key& root) {
  const auto path = kept_backups_file(state);
  const auto text = text_in(path, file_key(root));
  return text ? take_backups_text(db, *text) : 0;
}

std::uint64_t take_backups_text(sqlite::Connection& db, const std::string& text) {
  try {
    return insert(db, json::parse(text));
  } catch (const std::exception& error) {
    throw Error(ErrorKind::corrupt, "What was kept of the backups is no list of them.", error.what());
  }
}

}  // namespace tenure::storage
