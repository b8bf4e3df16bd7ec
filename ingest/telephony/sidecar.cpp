#include "ingest/telephony/sidecar.h"

#include <algorithm>
#include <boost/json.hpp>

#include "ingest/telephony/times.h"

namespace tenure::ingest {

namespace json = boost::json;

namespace {
constexpr std::size_t kMostParties = 50, kMostPauses = 1000, kMostProblems = 20;
constexpr std::int64_t kLongestCallMs = 24 * 3600 * 1000;


// Reads one JSON object's fields; a field of the wrong kind is a problem and reads as absent.
class Fields {
 public:
  Fields(const json::object& object, std::string prefix, std::vector<std::string>& problems)
      : object_(object), prefix_(std::move(prefix)), problems_(problems) {}

  void problem(const std::string& key, const std::string& text) {
    if (problems_.size() < kMostProblems) problems_.push_back(prefix_ + key + " " + text);
  }
  const json::value* find(const std::string& key) const {
    const json::value* value = object_.if_contains(key);
    return value == nullptr || value->is_null() ? nullptr : value;
  }
  std::optional<std::string> text(const std::string& key, std::size_t longest) {
    const json::value* value = find(key);
    if (value == nullptr) return std::nullopt;
    const json::string* found = value->if_string();
    if (found == nullptr) return problem(key, "must be text"), std::nullopt;
    if (found->size() > longest) return problem(key, "is longer than " + std::to_string(longest) + " bytes"), std::nullopt;
    for (const char c : *found)
      if ((c >= 0 && c < 0x20) || c == 0x7f) return problem(key, "holds a control character"), std::nullopt;
    return std::string(*found);
  }
  std::optional<std::int64_t> number(const std::string& key, std::int64_t most) {
    const json::value* value = find(key);
    if (value == nullptr) return std::nullopt;
    boost::system::error_code error;
    const auto found = value->is_number() ? value->to_number<std::int64_t>(error) : -1;
    if (error || found < 0 || found > most) return problem(key, "must be a whole number from 0 to " + std::to_string(most)), std::nullopt;
    return found;
  }
  std::optional<Instant> time(const std::string& key) {
    const auto value = text(key, 40);
    if (!value) return std::nullopt;
    const auto parsed = parse_rfc3339(*value);
    if (!parsed) return problem(key, "must be a time with its offset, such as 2026-03-02T09:12:01+00:00"), std::nullopt;
    if (*parsed < kEarliestCall) return problem(key, "lies before the year 2000"), std::nullopt;
    return parsed;
  }
  // The object at `key`, or nothing.
  const json::object* object(const std::string& key) {
    const json::value* value = find(key);
    if (value == nullptr) return nullptr;
    if (!value->is_object()) problem(key, "must be an object {…}");
    return value->if_object();
  }
  // Calls `body(object, "key[1].")` for each element.
  template <typename Body>
  void each(const std::string& key, std::size_t most, Body body) {
    const json::value* value = find(key);
    if (value == nullptr) return;
    const json::array* array = value->if_array();
    if (array == nullptr || array->size() > most) return problem(key, "must be a list of at most " + std::to_string(most));
    std::size_t number = 0;
    for (const json::value& element : *array) {
      const std::string name = key + "[" + std::to_string(++number) + "]";
      if (element.is_object()) body(element.get_object(), prefix_ + name + ".");
      else problem(name, "must be an object {…}");
    }
  }

 private:
  const json::object& object_;
  std::string prefix_;
  std::vector<std::string>& problems_;
};

storage::Party party_of(Fields fields) {
  storage::Party party;
  party.role = fields.text("role", 20).value_or("remote");
  if (party.role != "remote" && party.role != "local" && party.role != "transferee")
    fields.problem("role", "must be remote, local or transferee");
  party.number = fields.text("number", 64).value_or("");
  party.name = fields.text("name", 200).value_or("");
  party.extension = fields.text("extension", 20).value_or("");
  party.channel = fields.text("channel", 100).value_or("");
  return party;
}

storage::Pause pause_of(Fields fields) {
  storage::Pause pause;
  const auto from = fields.number("from_ms", kLongestCallMs), to = fields.number("to_ms", kLongestCallMs);
  pause.from_ms = from.value_or(0);
  pause.to_ms = to.value_or(0);
  if (!from || !to || *to <= *from) fields.problem("to_ms", "and from_ms must both be given, to_ms later");
  pause.kind = fields.text("kind", 20).value_or("pause");
  if (pause.kind != "mask" && pause.kind != "pause") fields.problem("kind", "must be mask or pause");
  pause.reason = fields.text("reason", 200).value_or("");
  return pause;
}

void read_file(Fields fields, Sidecar& sidecar) {
  sidecar.file_name = fields.text("name", 255);
  if (const auto bytes = fields.number("bytes", std::int64_t{1} << 40)) sidecar.bytes = static_cast<std::uint64_t>(*bytes);
  const auto text = fields.text("sha256", 64);
  if (!text) return;
  const auto digest = from_hex(*text);
  if (!digest || digest->size() != 32) return fields.problem("sha256", "must be 64 hexadecimal digits");
  sidecar.sha256.emplace();
  std::copy(digest->begin(), digest->end(), sidecar.sha256->begin());
}

void read_root(const json::object& root, SidecarResult& result) {
  Fields fields(root, "", result.problems);
  Sidecar& out = result.sidecar;
  const auto schema = fields.text("schema", 100);
  if (schema != "tenure-call-1") fields.problem("schema", "must be \"tenure-call-1\"");
  out.native_id = fields.text("native_id", 200).value_or("");
  out.group_id = fields.text("group_id", 200).value_or("");
  if (const auto direction = fields.text("direction", 20)) {
    const auto parsed = storage::parse_direction(*direction);
    if (parsed) out.direction = *parsed;
    else fields.problem("direction", "must be in, out or internal");
  }
  out.start = fields.time("start");
  out.answered = fields.time("answer");
  out.ended = fields.time("end");
  if (out.start && ((out.ended && *out.ended < *out.start) || (out.answered && *out.answered < *out.start)))
    fields.problem("start", "lies after answer or end");
  fields.each("parties", kMostParties, [&](const json::object& o, std::string prefix) { out.parties.push_back(party_of({o, std::move(prefix), result.problems})); });
  fields.each("pauses", kMostPauses, [&](const json::object& o, std::string prefix) { out.pauses.push_back(pause_of({o, std::move(prefix), result.problems})); });
  if (const json::object* file = fields.object("file")) read_file({*file, "file.", result.problems}, out);
}
}  // namespace

SidecarResult parse_sidecar(View bytes) {
  SidecarResult result;
  if (bytes.size() > kLargestSidecar) return result.problems.push_back("is larger than 256 KiB"), result;
  const std::string_view text = as_text(bytes);
  json::parse_options options;
  options.max_depth = 16;
  boost::system::error_code error;
  const json::value root = json::parse(text, error, {}, options);
  if (error) return result.problems.push_back("is not JSON: " + error.message()), result;
  if (!root.is_object()) return result.problems.push_back("must be a JSON object {…}"), result;
  read_root(root.get_object(), result);
  result.sidecar.text.assign(text);
  return result;
}

}  // namespace tenure::ingest
