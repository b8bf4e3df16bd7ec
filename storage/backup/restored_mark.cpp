#include "storage/backup/restored_mark.h"

#include <algorithm>
#include <boost/json.hpp>

namespace tenure::storage {

namespace json = boost::json;

namespace {
constexpr std::size_t kLargestMark = 64 << 10;

std::string text_in(const json::object& mark, const char* name) {
  const auto* value = mark.if_contains(name);
  if (value == nullptr || !value->is_string())
    throw Error(ErrorKind::corrupt, std::string(name) + " is missing or no text");
  return std::string(value->get_string());
}

std::uint64_t number_in(const json::object& mark, const char* name) {
  const auto* value = mark.if_contains(name);
  boost::system::error_code failed;
  const auto number = value != nullptr && value->is_number() ? value->to_number<std::uint64_t>(failed) : 0;
  if (value == nullptr || !value->is_number() || failed)
    throw Error(ErrorKind::corrupt, std::string(name) + " is missing or no number");
  return number;
}

template <typename Value>
Value must_be(const std::optional<Value>& value, const char* name) {
  if (!value) throw Error(ErrorKind::corrupt, std::string(name) + " is none");
  return *value;
}

// No time where the backup's own is none and it had no hold file.
RestoredHolds holds_in(const json::object& mark) {
  RestoredHolds holds{number_in(mark, "holds_in_backup"), number_in(mark, "holds_from_copies"), {}};
  if (const auto until = text_in(mark, "holds_known_until"); !until.empty())
    holds.known_until = must_be(parse_rfc3339(until), "holds_known_until");
  return holds;
}

std::optional<Digest> digest_from(const std::string& hex) {
  Digest digest{};
  const auto bytes = from_hex(hex);
  if (!bytes || bytes->size() != digest.size()) return std::nullopt;
  std::ranges::copy(*bytes, digest.begin());
  return digest;
}
}  // namespace

RestoredMark parse_restored_mark(std::string_view text) {
  boost::system::error_code failed;
  const auto value = json::parse(text, failed);
  if (failed || !value.is_object())
    throw Error(ErrorKind::corrupt, text.empty() ? "it is empty" : "it is cut off, or was changed");
  const auto& object = value.get_object();
  RestoredMark mark;
  mark.data_made_at = text_in(object, "data_made_at");
  mark.keys_made_at = text_in(object, "keys_made_at");
  mark.keys_id = must_be(BackupId::parse(text_in(object, "keys_id")), "keys_id");
  mark.keys_made = must_be(parse_rfc3339(mark.keys_made_at), "keys_made_at");
  mark.keys_file = text_in(object, "keys_file");
  mark.keys_bytes = number_in(object, "keys_bytes");
  mark.keys_sha256 = must_be(digest_from(text_in(object, "keys_sha256")), "keys_sha256");
  mark.holds = holds_in(object);
  return mark;
}

RestoredMark read_restored_mark(const Path& state) {
  const auto file = state / "restored";
  try {
    return parse_restored_mark(as_text(read_whole(file, kLargestMark)));
  } catch (const Error& error) {
    throw_unfinishable(file, error);
  }
}

void throw_unfinishable(const Path& file, const Error& why) {
  const auto state = file.parent_path().string();
  // Refused, so that nothing is recorded meanwhile: it would be sealed with the keys that go.
  throw Error(ErrorKind::refused,
              "The restore cannot be finished, and nothing is recorded until it is, for " + file.string() +
                  ", which it left for this start, cannot be used: look at the disk; then move catalogue, keys, holds, "
                  "ledger, secrets/kek, secrets/ledger-key and all that is named restored out of " +
                  state + ", and run tenure restore again. Vaults stay as they are.",
              why.what());
}

}  // namespace tenure::storage
