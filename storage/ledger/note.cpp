#include "storage/ledger/note.h"

#include <charconv>

#include "base/error.h"

namespace tenure::storage {

namespace {
constexpr std::size_t kLongestNote = 4096, kLongestName = 100, kMostSignatures = 16;
constexpr std::uint8_t kEd25519 = 1;
constexpr std::string_view kDash = "\xe2\x80\x94 ";  // an em dash and a space begin each signature

using KeyId = std::array<std::uint8_t, 4>;

Blob typed_key(const PublicKey& key) {
  Blob typed{kEd25519};
  typed.insert(typed.end(), key.begin(), key.end());
  return typed;
}

KeyId key_id(const VerifierKey& key) {
  const auto text = key.name + "\n";
  const auto digest = Sha256().update(as_view(text)).update(typed_key(key.key)).finish();
  return {digest[0], digest[1], digest[2], digest[3]};
}

bool is_name(std::string_view name) {
  if (name.empty() || name.size() > kLongestName) return false;
  for (const char c : name)
    if ((c >= 0 && c <= ' ') || c == '+' || c == '\x7f') return false;
  return true;
}

// Cuts off the first line, which must end with a newline.
std::optional<std::string_view> take_line(std::string_view& text) {
  const auto end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const auto line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

std::optional<Checkpoint> parse_checkpoint(std::string_view text) {
  const auto origin = take_line(text), size = take_line(text), root = take_line(text);
  if (!origin || !size || !root || origin->empty() || origin->size() > kLongestName || !text.empty()) return std::nullopt;
  Checkpoint out;
  out.origin = *origin;
  const auto [end, code] = std::from_chars(size->data(), size->data() + size->size(), out.size);
  if (code != std::errc{} || end != size->data() + size->size() || std::to_string(out.size) != *size) return std::nullopt;
  const auto bytes = from_base64(*root);
  if (!bytes || bytes->size() != out.root.size() || to_base64(*bytes) != *root) return std::nullopt;
  std::memcpy(out.root.data(), bytes->data(), out.root.size());
  return out;
}

// Whether this signature line is one by `key` over `text`; nothing when it is no signature line.
std::optional<bool> signed_by(std::string_view line, const VerifierKey& key, std::string_view text) {
  if (!line.starts_with(kDash)) return std::nullopt;
  line.remove_prefix(kDash.size());
  const auto space = line.find(' ');
  if (space == std::string_view::npos || !is_name(line.substr(0, space))) return std::nullopt;
  const auto bytes = from_base64(line.substr(space + 1));
  if (!bytes || bytes->size() < 5 || to_base64(*bytes) != line.substr(space + 1)) return std::nullopt;
  const auto id = key_id(key);
  Signature signature;
  if (line.substr(0, space) != key.name || std::memcmp(bytes->data(), id.data(), id.size()) != 0 ||
      bytes->size() != id.size() + signature.size())
    return false;  // somebody else's
  std::memcpy(signature.data(), bytes->data() + id.size(), signature.size());
  return signature_holds(key.key, as_view(text), signature);
}
}  // namespace

std::string verifier_key_text(const VerifierKey& key) {
  return key.name + "+" + to_hex(key_id(key)) + "+" + to_base64(typed_key(key.key));
}

std::optional<VerifierKey> parse_verifier_key(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  const auto first = text.find('+');
  const auto second = first == std::string_view::npos ? first : text.find('+', first + 1);
  if (second == std::string_view::npos || !is_name(text.substr(0, first))) return std::nullopt;
  const auto bytes = from_base64(text.substr(second + 1));
  VerifierKey key{std::string(text.substr(0, first)), {}};
  if (!bytes || bytes->size() != 1 + key.key.size() || bytes->front() != kEd25519) return std::nullopt;
  std::memcpy(key.key.data(), bytes->data() + 1, key.key.size());
  if (verifier_key_text(key) != text) return std::nullopt;  // another hash, or base64 in another spelling
  return key;
}

std::string checkpoint_text(const Checkpoint& checkpoint) {
  return checkpoint.origin + "\n" + std::to_string(checkpoint.size) + "\n" + to_base64(checkpoint.root) + "\n";
}

std::string make_note(const SigningKey& key, const Checkpoint& checkpoint) {
  const auto text = checkpoint_text(checkpoint);
  const auto id = key_id(verifier_of(key));
  const auto signature = sign(key, as_view(text));
  Blob bytes(id.begin(), id.end());
  bytes.insert(bytes.end(), signature.begin(), signature.end());
  return text + "\n" + std::string(kDash) + key.name + " " + to_base64(bytes) + "\n";
}

std::optional<ReadNote> read_note(std::string_view note, const VerifierKey& key) {
  if (note.size() > kLongestNote) return std::nullopt;
  const auto blank = note.find("\n\n");
  if (blank == std::string_view::npos) return std::nullopt;
  const auto text = note.substr(0, blank + 1);
  const auto checkpoint = parse_checkpoint(text);
  if (!checkpoint) return std::nullopt;
  ReadNote out{*checkpoint, false};
  auto rest = note.substr(blank + 2);
  std::size_t signatures = 0;
  while (!rest.empty()) {
    const auto line = take_line(rest);
    if (!line || ++signatures > kMostSignatures) return std::nullopt;
    const auto good = signed_by(*line, key, text);
    if (!good) return std::nullopt;
    out.is_signed |= *good;
  }
  if (signatures == 0) return std::nullopt;
  out.is_signed &= checkpoint->origin == key.name;
  return out;
}

}  // namespace tenure::storage
