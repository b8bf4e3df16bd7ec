#include "storage/ledger/entry.h"

#include <boost/json.hpp>

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
  line += R"({"number":)";
  line += std::to_string(body.number);
  line += R"(,"at":")";
  line += to_rfc3339(body.at);
  line += R"(","act":)";
  line += json::serialize(json::string(body.act));
  line += R"(,"subject":)";
  line += body.subject;
  line += R"(,"actor":")";
  line += to_hex(body.actor);
  line += R"(","reason":")";
  line += to_hex(body.reason);
  line += R"("})";
  return line;
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
