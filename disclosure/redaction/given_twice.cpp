#include "disclosure/redaction/given_twice.h"

#include <boost/json/basic_parser_impl.hpp>
#include <set>

#include "base/log.h"

namespace tenure::disclosure::redaction {

namespace {
using Code = boost::system::error_code;
using Text = boost::json::string_view;
constexpr std::size_t kMostProblems = 100;

// One open object or list on the way to where the parser is.
struct Level {
  bool list = false;
  std::size_t items = 0;         // of a list, so far
  std::string key;               // of an object, the last one
  std::set<std::string> keys;
};

std::string item_of(const std::string& list, std::size_t number) {
  const std::string name = list == "tracks" ? "track" : list == "keyframes" ? "moment" : log_safe(list);
  return name + " " + std::to_string(number);
}

// What boost::json's parser calls; every answer is "go on".
class Keys {
 public:
  static constexpr std::size_t max_object_size = SIZE_MAX, max_array_size = SIZE_MAX, max_key_size = SIZE_MAX, max_string_size = SIZE_MAX;
  PlanProblems problems;

  bool on_document_begin(Code&) { return true; }
  bool on_document_end(Code&) { return true; }
  bool on_object_begin(Code&) { return open(/*list=*/false); }
  bool on_object_end(std::size_t, Code&) { return close(); }
  bool on_array_begin(Code&) { return open(/*list=*/true); }
  bool on_array_end(std::size_t, Code&) { return close(); }
  bool on_key_part(Text text, std::size_t, Code&) {
    part_ += text;
    return true;
  }
  bool on_key(Text text, std::size_t, Code&) {
    part_ += text;
    auto& object = levels_.back();
    object.key = std::exchange(part_, {});
    if (!object.keys.insert(object.key).second && problems.size() < kMostProblems)
      problems.push_back({where() + log_safe(object.key), "is given twice: leave the one that is meant"});
    return true;
  }
  bool on_string_part(Text, std::size_t, Code&) { return true; }
  bool on_string(Text, std::size_t, Code&) { return item(); }
  bool on_number_part(Text, Code&) { return true; }
  bool on_int64(std::int64_t, Text, Code&) { return item(); }
  bool on_uint64(std::uint64_t, Text, Code&) { return item(); }
  bool on_double(double, Text, Code&) { return item(); }
  bool on_bool(bool, Code&) { return item(); }
  bool on_null(Code&) { return item(); }
  bool on_comment_part(Text, Code&) { return true; }
  bool on_comment(Text, Code&) { return true; }

 private:
  bool item() {
    if (!levels_.empty() && levels_.back().list) ++levels_.back().items;
    return true;
  }
  bool open(bool list) {
    item();
    levels_.emplace_back().list = list;
    return true;
  }
  bool close() {
    levels_.pop_back();
    return true;
  }
  // "track 1, moment 3, " before the key of the innermost object.
  std::string where() const {
    std::string text;
    for (std::size_t i = 0; i + 1 < levels_.size(); ++i) {
      const bool names_list = !levels_[i].list && levels_[i + 1].list;
      if (names_list) continue;
      const std::string list = i > 0 ? levels_[i - 1].key : "";
      text += (levels_[i].list ? item_of(list, levels_[i].items) : log_safe(levels_[i].key)) + ", ";
    }
    return text;
  }

  std::vector<Level> levels_;
  std::string part_;
};
}  // namespace

PlanProblems given_twice(std::string_view json) {
  boost::json::basic_parser<Keys> parser{boost::json::parse_options()};
  Code code;
  parser.write_some(/*more=*/false, json.data(), json.size(), code);
  return std::move(parser.handler().problems);
}

}  // namespace tenure::disclosure::redaction
