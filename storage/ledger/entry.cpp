#include "storage/ledger/entry.h"

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>

#include "base/entropy.h"
#include "base/error.h"
#include "base/log.h"

namespace tenure::storage {

namespace json = boost::json;

namespace {
Digest commitment(const Salt& salt, const std::string& value) { return Sha256().update(salt).update(as_view(value)).finish(); }

// The subject as the entry carries it: compact, on one line.
std::string subject_json(const std::string& subject) {
  if (subject.empty()) return "{}";
  boost::system::error_code error;
  const auto value = json::parse(subject, error);
  return json::serialize(error ? json::value(log_safe(subject)) : value);
}

void append_hex(std::string& out, const Digest& digest) {
  static constexpr auto kPairs = [] {
    std::array<std::array<char, 2>, 256> pairs{};
    for (std::size_t byte = 0; byte < pairs.size(); ++byte)
      pairs[byte] = {"0123456789abcdef"[byte >> 4], "0123456789abcdef"[byte & 15]};
    return pairs;
  }();
  std::array<char, 64> text;
  for (std::size_t at = 0; at < digest.size(); ++at) std::memcpy(text.data() + 2 * at, kPairs[digest[at]].data(), 2);
  out.append(text.data(), text.size());
}

// In quotes, escaped where it must be. The names of acts never need it, unless somebody has changed one.
void append_json(std::string& out, const std::string& text) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  if (!std::ranges::all_of(text, plain)) {
    out += json::serialize(json::string(text));
    return;
  }
  out += '"';
  out += text;
  out += '"';
}

void append_digits(std::string& out, std::int64_t value, std::size_t width) {
  std::array<char, 6> text{};
  for (auto at = width; at > 0; value /= 10) text[--at] = static_cast<char>('0' + value % 10);
  out.append(text.data(), width);
}

std::optional<Digest> digest_of(const json::value* value) {
  if (value == nullptr || !value->is_string()) return std::nullopt;
  const auto& text = value->get_string();
  const auto bytes = from_hex({text.data(), text.size()});
  if (!bytes || bytes->size() != 32) return std::nullopt;
  Digest digest;
  std::memcpy(digest.data(), bytes->data(), digest.size());
  return digest;
}

std::string text_of(const json::value* value) {
  if (value == nullptr || !value->is_string()) return {};
  return std::string(value->get_string());
}
}  // namespace

EntryBody make_body(const LedgerEntry& entry, const EntryDetail& detail) {
  EntryBody body{entry.number, entry.at, entry.act, subject_json(entry.subject), commitment(detail.actor_salt, detail.actor),
                 commitment(detail.reason_salt, detail.reason)};
  const auto length = line_of(body).size();
  if (length > kLongestLine)
    throw Error(ErrorKind::usage, "The ledger cannot take so much in one entry (" + std::to_string(length) +
                                      " bytes): name fewer things at once.");
  return body;
}

std::string line_of(const EntryBody& body) {
  std::string line;
  line.reserve(body.subject.size() + body.act.size() + 240);
  LineWriter().append(line, body);
  return line;
}

void LineWriter::append(std::string& out, const EntryBody& body) {
  std::array<char, 20> number{};
  const auto* const first = number.data();
  const auto* const last = std::to_chars(number.data(), number.data() + number.size(), body.number).ptr;
  out += R"({"number":)";
  out.append(first, last);
  out += R"(,"at":")";
  append_time(out, body.at);
  out += R"(","act":)";
  append_json(out, body.act);
  out += R"(,"subject":)";
  out += body.subject;
  out += R"(,"actor":")";
  append_hex(out, body.actor);
  out += R"(","reason":")";
  append_hex(out, body.reason);
  out += R"("})";
}

// As to_rfc3339().
void LineWriter::append_time(std::string& out, Instant at) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  if (day != day_) {
    day_text_ = to_rfc3339(day);
    day_text_.resize(day_text_.size() - std::string_view("00:00:00Z").size());
    day_ = day;
  }
  const std::chrono::hh_mm_ss time(at - day);
  out += day_text_;
  append_digits(out, time.hours().count(), 2);
  out += ':';
  append_digits(out, time.minutes().count(), 2);
  out += ':';
  append_digits(out, time.seconds().count(), 2);
  if (const auto fraction = time.subseconds().count(); fraction != 0) {
    out += '.';
    append_digits(out, fraction, 6);
  }
  out += 'Z';
}

std::optional<EntryBody> parse_line(std::string_view line) {
  boost::system::error_code error;
  const auto value = json::parse(line, error);
  if (error || !value.is_object()) return std::nullopt;
  const auto& object = value.get_object();
  const auto* number = object.if_contains("number");
  const auto at = parse_rfc3339(text_of(object.if_contains("at")));
  const auto* subject = object.if_contains("subject");
  const auto actor = digest_of(object.if_contains("actor"));
  const auto reason = digest_of(object.if_contains("reason"));
  if (number == nullptr || !number->is_int64() || number->get_int64() < 1 || !at || subject == nullptr || !actor || !reason)
    return std::nullopt;
  EntryBody out{static_cast<std::uint64_t>(number->get_int64()), *at, text_of(object.if_contains("act")), json::serialize(*subject),
                *actor, *reason};
  if (out.act.empty() || line_of(out) != line) return std::nullopt;
  return out;
}

EntryDetail fresh_detail(const LedgerEntry& entry) {
  EntryDetail detail;
  fill_random(detail.actor_salt);
  fill_random(detail.reason_salt);
  detail.actor = entry.actor;
  detail.reason = entry.reason;
  return detail;
}

bool matches(const EntryBody& body, const EntryDetail& detail) {
  return commitment(detail.actor_salt, detail.actor) == body.actor && commitment(detail.reason_salt, detail.reason) == body.reason;
}

EntryBody read_body(const sqlite::Statement& row, int first) {
  return {row.natural(first), row.instant(first + 1), row.text(first + 2), row.text(first + 3), row.bytes<32>(first + 4),
          row.bytes<32>(first + 5)};
}

}  // namespace tenure::storage
