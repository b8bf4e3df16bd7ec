#include "ingest/telephony/file_name.h"

#include <algorithm>

#include "base/log.h"

namespace tenure::ingest {

namespace {
constexpr std::size_t kLongestShown = 180;  // log_safe() cuts at 200 bytes, wherever that is

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool joins_digits(char c) { return c == ' ' || c == '-' || c == '.' || c == '(' || c == ')' || c == '_'; }

std::string_view last_name(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

// Bytes of the UTF-8 character that `text` begins with; zero when it begins with none.
std::size_t character(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t length = lead < 0x80 ? 1 : lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
  if (length == 0 || length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80) return 0;
  const auto second = length > 2 ? static_cast<unsigned char>(text[1]) : 0x80;
  const bool wrong = (lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f) || (lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f);
  return wrong ? 0 : length;
}

// Status goes out as JSON, which must be UTF-8: other bytes are shown as one sign, and the cut falls between characters.
std::string readable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t length = character(text);
    const std::string_view shown = length == 0 ? "\xef\xbf\xbd" : text.substr(0, length);
    if (out.size() + shown.size() > kLongestShown) return out + "…";
    out += shown;
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}
}  // namespace

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = character(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string name_problem(std::string_view name) {
  if (name.empty() || name == "." || name == ".." || name.find('/') != std::string_view::npos) return "is no file name";
  if (name.size() > kLongestName) return "has a name longer than 255 bytes; rename it";
  const bool control = std::any_of(name.begin(), name.end(), [](char c) { return (c >= 0 && c < 0x20) || c == 0x7f; });
  if (control) return "has control characters in its name; rename it";
  if (!is_utf8(name)) return "has a name that is not UTF-8; rename it";
  return "";
}

std::string_view extension_of(std::string_view path) {
  const auto name = last_name(path);
  const auto dot = name.rfind('.');
  return dot == std::string_view::npos || dot == 0 ? std::string_view{} : name.substr(dot + 1);
}

std::string_view without_extension(std::string_view path) {
  const auto extension = extension_of(path);
  return extension.data() == nullptr ? path : path.substr(0, path.size() - extension.size() - 1);
}

FileKind kind_of(std::string_view path) {
  const std::string extension = lower(extension_of(path));
  if (extension == "wav" || extension == "mp3") return FileKind::audio;
  if (extension == "json") return FileKind::sidecar;
  for (const std::string_view unfinished : {"part", "tmp", "temp", "partial", "filepart", "crdownload", "swp"})
    if (extension == unfinished) return FileKind::unfinished;
  return path.ends_with('~') ? FileKind::unfinished : FileKind::other;
}

std::string masked(std::string_view path) {
  std::string out;
  const std::string_view name = last_name(path).substr(0, 2 * kLongestName);
  for (std::size_t at = 0; at < name.size();) {
    if (!is_digit(name[at])) {
      out.push_back(name[at++]);
      continue;
    }
    std::string digits;
    std::size_t end = at;
    for (std::size_t i = at; i < name.size() && (is_digit(name[i]) || (joins_digits(name[i]) && i == end)); ++i)
      if (is_digit(name[i])) digits.push_back(name[i]), end = i + 1;
    out += digits.size() >= 7 ? "…" + digits.substr(digits.size() - 4) : std::string(name.substr(at, end - at));
    at = end;
  }
  return log_safe(readable(out));
}

}  // namespace tenure::ingest
