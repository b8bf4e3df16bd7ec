#include "storage/attestation/backup_look.h"

#include <boost/json.hpp>

#include "base/error.h"

namespace tenure::storage::attestation {

namespace json = boost::json;

namespace {
constexpr std::string_view kMagic = "TNRBOX01";
constexpr std::size_t kLargestHeader = 64 << 10, kPiece = 1 << 20;

// The magic, the header's size (u32), the header: JSON.
std::optional<json::object> header_of(const File& file) {
  std::array<std::uint8_t, kMagic.size() + 4> head{};
  if (file.read_some_at(0, head) != head.size() || !is_key_backup(head)) return std::nullopt;
  const auto size = ByteReader(View(head).subspan(kMagic.size())).u32();
  if (size > kLargestHeader) return std::nullopt;
  Blob text(size);
  if (file.read_some_at(head.size(), text) != size) return std::nullopt;
  boost::system::error_code error;
  const auto header = json::parse(as_text(text), error);
  return error || !header.is_object() ? std::nullopt : std::optional(header.get_object());
}
}  // namespace

bool is_key_backup(View head) { return head.size() >= kMagic.size() && as_text(head.first(kMagic.size())) == kMagic; }

std::optional<Instant> key_backup_made_at(const File& file) {
  const auto header = header_of(file);
  const auto* made = header ? header->if_contains("made_at") : nullptr;
  return made != nullptr && made->is_string() ? parse_rfc3339(made->get_string()) : std::nullopt;
}

std::optional<Instant> key_backup_made_at(const Path& file) {
  try {
    return key_backup_made_at(File(file, File::Mode::read));
  } catch (const Error&) {
    return std::nullopt;
  }
}

bool is_key_backup_of(const Path& file, const std::string& ledger_key) {
  try {
    const auto header = header_of(File(file, File::Mode::read));
    const auto* ledger = header ? header->if_contains("ledger") : nullptr;
    return !ledger_key.empty() && ledger != nullptr && ledger->is_string() && ledger->get_string() == ledger_key;
  } catch (const Error&) {
    return false;
  }
}

std::optional<DataBackupWord> word_of_data_backup(const Path& folder) {
  try {
    const auto text = read_whole(folder / "tenure-backup.json", kLargestHeader);
    boost::system::error_code error;
    const auto parsed = json::parse(as_text(text), error);
    if (error || !parsed.is_object()) return std::nullopt;
    const auto* made = parsed.get_object().if_contains("made_at");
    const auto* sha256 = parsed.get_object().if_contains("catalogue_sha256");
    if (made == nullptr || !made->is_string() || sha256 == nullptr || !sha256->is_string()) return std::nullopt;
    const auto at = parse_rfc3339(made->get_string());
    if (!at) return std::nullopt;
    return DataBackupWord{*at, std::string(sha256->get_string())};
  } catch (const Error&) {
    return std::nullopt;
  }
}

Digest digest_of(const File& file, const std::function<void()>& each) {
  Sha256 hash;
  Blob piece(kPiece);
  std::uint64_t at = 0;
  while (const auto got = file.read_some_at(at, piece)) {
    each();
    hash.update(View(piece).first(got));
    at += got;
  }
  return hash.finish();
}

}  // namespace tenure::storage::attestation
