#include "storage/holds/hold_file.h"

#include <algorithm>
#include <boost/json.hpp>

#include "base/aead.h"
#include "base/error.h"

namespace tenure::storage {

namespace json = boost::json;

namespace {
constexpr std::size_t kLargestFile = 4 << 20;
constexpr std::size_t kMostMissed = 20'000;  // what is beyond counts as kept after a rebuild: the safe side
constexpr auto kEnding = ".hold";
constexpr auto kFilePurpose = "tenure hold file";
constexpr auto kNumbersPurpose = "tenure hold numbers";

json::object to_json(const Hold& hold) {
  json::array spans, numbers, calls, missed;
  for (const auto& span : hold.what.spans)
    spans.push_back({{"source", span.source}, {"from", micros_of(span.span.from)}, {"to", micros_of(span.span.to)}});
  for (const auto& number : hold.what.numbers) numbers.emplace_back(number);
  for (const auto& call : hold.what.calls) calls.emplace_back(call.text());
  for (std::size_t i = 0; i < std::min(hold.missed.size(), kMostMissed); ++i) missed.emplace_back(hold.missed[i].text());
  json::value released;  // null while it is in force
  if (hold.released_at && hold.counts_until)
    released = {{"at", micros_of(*hold.released_at)}, {"counts_until", micros_of(*hold.counts_until)}, {"by", hold.released_by}, {"reason", hold.release_reason}};
  return {{"schema", "tenure-hold-1"}, {"id", hold.id.text()}, {"reason", hold.what.reason},
          {"authority", hold.what.authority}, {"review", micros_of(hold.what.review.value_or(Instant{}))},
          {"placed_at", micros_of(hold.placed_at)}, {"placed_by", hold.placed_by}, {"spans", std::move(spans)},
          {"numbers", std::move(numbers)}, {"calls", std::move(calls)},
          {"missed", std::move(missed)}, {"released", std::move(released)}};
}

std::string text_of(const json::value& value) { return std::string(value.as_string()); }

template <typename IdType>
IdType id_of(const json::value& value) {
  const auto id = IdType::parse(text_of(value));
  if (!id) throw Error(ErrorKind::corrupt, "A hold file holds an id that is none.");
  return *id;
}

Hold from_json(const json::object& object) {
  Hold hold;
  hold.id = id_of<HoldId>(object.at("id"));
  hold.what.reason = text_of(object.at("reason"));
  hold.what.authority = text_of(object.at("authority"));
  hold.what.review = instant_from_micros(object.at("review").as_int64());
  hold.placed_at = instant_from_micros(object.at("placed_at").as_int64());
  hold.placed_by = text_of(object.at("placed_by"));
  for (const auto& span : object.at("spans").as_array())
    hold.what.spans.push_back({text_of(span.at("source")), {instant_from_micros(span.at("from").as_int64()),
                                                            instant_from_micros(span.at("to").as_int64())}});
  for (const auto& number : object.at("numbers").as_array()) hold.what.numbers.push_back(text_of(number));
  for (const auto& call : object.at("calls").as_array()) hold.what.calls.push_back(id_of<SegmentId>(call));
  for (const auto& segment : object.at("missed").as_array()) hold.missed.push_back(id_of<SegmentId>(segment));
  hold.state = "active";
  const auto* released = object.if_contains("released");
  if (!released || released->is_null()) return hold;
  hold.state = "releasing";
  hold.released_at = instant_from_micros(released->at("at").as_int64());
  hold.counts_until = instant_from_micros(released->at("counts_until").as_int64());
  hold.released_by = text_of(released->at("by"));
  hold.release_reason = text_of(released->at("reason"));
  return hold;
}
}  // namespace

Path hold_file_path(const Path& folder, const HoldId& id) { return folder / (id.text() + kEnding); }

bool is_hold_file(const Path& path) { return path.extension() == kEnding; }

void write_hold_file(const Path& folder, const Key& key, const Hold& hold) {
  const auto text = json::serialize(to_json(hold));
  write_durably(hold_file_path(folder, hold.id), seal_message(key, kFilePurpose, as_view(text)));
}

Hold read_hold_file(const Path& file, const Key& key) {
  const auto plain = open_message(key, kFilePurpose, read_whole(file, kLargestFile));
  if (!plain)
    throw Error(ErrorKind::corrupt, "The hold file " + file.string() + " was not sealed with this installation's key.");
  try {
    return from_json(json::parse(as_text(*plain)).as_object());
  } catch (const std::exception& error) {  // Boost.JSON's own types, or a member that is missing
    throw Error(ErrorKind::corrupt, "The hold file " + file.string() + " is no hold.", error.what());
  }
}

void remove_hold_file(const Path& folder, const HoldId& id) {
  if (remove_file(hold_file_path(folder, id))) sync_directory(folder);
}

Blob seal_numbers(const Key& key, const std::vector<std::string>& numbers) {
  json::array list;
  for (const auto& number : numbers) list.emplace_back(number);
  const auto text = json::serialize(list);
  return seal_message(key, kNumbersPurpose, as_view(text));
}

std::vector<std::string> open_numbers(const Key& key, View sealed) {
  const auto plain = open_message(key, kNumbersPurpose, sealed);
  if (!plain) throw Error(ErrorKind::corrupt, "The numbers of a hold were not sealed with this installation's key.");
  std::vector<std::string> numbers;
  const auto list = json::parse(as_text(*plain));
  for (const auto& number : list.as_array()) numbers.push_back(text_of(number));
  return numbers;
}

}  // namespace tenure::storage
