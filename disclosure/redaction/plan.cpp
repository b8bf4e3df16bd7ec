#include "disclosure/redaction/plan.h"

#include <boost/json.hpp>

#include "base/log.h"
#include "disclosure/redaction/given_twice.h"

namespace tenure::disclosure::redaction {

namespace json = boost::json;

namespace {
constexpr std::size_t kLargestText = 4 << 20;
constexpr std::size_t kMostTracks = 1'000, kMostKeyframes = 100'000, kMostMutes = 10'000, kMostProblems = 100;
constexpr std::int64_t kLongestMs = 1000LL * 86'400 * 7;

// Collects a plan and what is wrong with it, in one walk over the document.
class Reader {
 public:
  explicit Reader(PlanResult& result) : result_(result) {}

  void read(const json::object& root) {
    only("", root, {"source", "call", "mode", "fill", "tracks", "mute"});
    auto& plan = result_.plan;
    plan.source = text(root, "source");
    plan.call = text(root, "call");
    if (plan.source.empty() == plan.call.empty()) problem("source", "a plan is for one \"source\" or for one \"call\": give exactly one of them");
    const auto mode = text(root, "mode");
    if (mode == "cover") plan.mode = Mode::cover;
    if (root.contains("mode") && mode != "cover" && mode != "subject") problem("mode", "must be \"subject\" (show only the boxes) or \"cover\" (hide only the boxes)");
    if (!plan.source.empty() && !root.contains("mode")) problem("mode", "is missing: \"subject\" (show only the boxes) or \"cover\" (hide only the boxes)");
    const auto fill = text(root, "fill");
    if (fill == "plate") plan.fill = Fill::plate;
    if (root.contains("fill") && fill != "solid" && fill != "plate") problem("fill", "must be \"solid\"");
    tracks(root);
    mutes(root);
  }

 private:
  void problem(const std::string& field, const std::string& text) {
    if (result_.problems.size() < kMostProblems) result_.problems.push_back({field, text});
  }

  void only(const std::string& where, const json::object& object, std::initializer_list<std::string_view> known) {
    for (const auto& member : object) {
      if (std::find(known.begin(), known.end(), std::string_view(member.key())) == known.end())
        problem(where + log_safe(member.key()), "is not a field of a plan");
    }
  }

  std::string text(const json::object& root, const char* name) {
    const auto* value = root.if_contains(name);
    if (value == nullptr) return {};
    if (value->is_string() && value->as_string().size() <= 100) return std::string(value->as_string());
    problem(name, "must be a text of at most 100 characters");
    return {};
  }

  const json::array* list(const json::object& object, const std::string& where, const char* name, std::size_t most) {
    const auto* value = object.if_contains(name);
    if (value == nullptr) return nullptr;
    if (value->is_array() && value->as_array().size() <= most) return &value->as_array();
    problem(where + name, "must be a list of at most " + std::to_string(most));
    return nullptr;
  }

  void tracks(const json::object& root) {
    const auto* all = list(root, "", "tracks", kMostTracks);
    if (all == nullptr) return;
    for (std::size_t i = 0; i < all->size(); ++i) {
      const auto where = "track " + std::to_string(i + 1);
      const auto* object = (*all)[i].if_object();
      if (object == nullptr) {
        problem(where, "must be an object with \"keyframes\"");
        result_.plan.tracks.emplace_back();
        continue;
      }
      only(where + ", ", *object, {"keyframes"});
      result_.plan.tracks.push_back(track(where + ", ", *object));
    }
  }

  TrackOfBoxes track(const std::string& where, const json::object& object) {
    TrackOfBoxes out;
    const auto* all = list(object, where, "keyframes", kMostKeyframes - keyframes_);
    if (all == nullptr || all->empty()) {
      problem(where + "keyframes", "needs at least one moment with a box");
      return out;
    }
    keyframes_ += all->size();
    std::optional<Instant> before;
    for (std::size_t i = 0; i < all->size(); ++i) {
      const auto here = where + "moment " + std::to_string(i + 1);
      Keyframe keyframe;
      const auto time = moment(here, (*all)[i], keyframe);
      if (time && before && *time <= *before) problem(here + ", time", "is not later than the moment before it");
      if (time) before = time;
      out.keyframes.push_back(keyframe);
    }
    return out;
  }

  // The moment's time, if it has one.
  std::optional<Instant> moment(const std::string& where, const json::value& value, Keyframe& out) {
    const auto* object = value.if_object();
    if (object == nullptr) {
      problem(where, "must be an object with \"time\" and \"box\"");
      return std::nullopt;
    }
    only(where + ", ", *object, {"time", "box"});
    const auto* time = object->if_contains("time");
    const auto parsed = time != nullptr && time->is_string() ? parse_rfc3339(std::string_view(time->as_string())) : std::nullopt;
    if (!parsed) problem(where + ", time", "must be a time like \"2026-03-02T14:05:00Z\"");
    const auto* box = object->if_contains("box");
    if (box == nullptr) problem(where + ", box", "is missing: [x, y, width, height], or null where the box ends");
    if (box != nullptr && !box->is_null()) out.box = pixels(where + ", box", *box);
    out.time = parsed.value_or(Instant{});
    return parsed;
  }

  std::optional<std::array<int, 4>> pixels(const std::string& where, const json::value& value) {
    const auto* all = value.if_array();
    std::array<int, 4> box{};
    bool good = all != nullptr && all->size() == 4;
    for (std::size_t i = 0; good && i < 4; ++i) {
      const auto number = whole((*all)[i], -100'000, 100'000);
      good = number.has_value();
      box[i] = static_cast<int>(number.value_or(0));
    }
    if (good && box[0] >= 0 && box[1] >= 0 && box[2] > 0 && box[3] > 0) return box;
    problem(where, "must be [x, y, width, height] in whole pixels, x and y not negative, width and height above 0");
    return std::nullopt;
  }

  static std::optional<std::int64_t> whole(const json::value& value, std::int64_t least, std::int64_t most) {
    const auto* number = value.if_int64();
    if (number == nullptr || *number < least || *number > most) return std::nullopt;
    return *number;
  }

  void mutes(const json::object& root) {
    const auto* all = list(root, "", "mute", kMostMutes);
    if (all == nullptr) return;
    for (std::size_t i = 0; i < all->size(); ++i) {
      const auto where = "mute " + std::to_string(i + 1);
      const auto* object = (*all)[i].if_object();
      if (object == nullptr) {
        problem(where, "must be an object with \"from_ms\", \"to_ms\" and \"side\"");
        continue;
      }
      only(where + ", ", *object, {"from_ms", "to_ms", "side"});
      result_.plan.mute.push_back(mute(where + ", ", *object));
    }
  }

  Mute mute(const std::string& where, const json::object& object) {
    Mute out;
    const auto ms = [&](const char* name) {
      const auto* value = object.if_contains(name);
      const auto number = value != nullptr ? whole(*value, 0, kLongestMs) : std::nullopt;
      if (!number) problem(where + name, "must be whole milliseconds from the start of the call, at most a week");
      return number.value_or(0);
    };
    out.from_ms = ms("from_ms");
    out.to_ms = ms("to_ms");
    if (out.to_ms <= out.from_ms) problem(where + "to_ms", "must be after from_ms");
    const auto* side = object.if_contains("side");
    const std::string_view name = side != nullptr && side->is_string() ? std::string_view(side->as_string()) : "";
    if (name == "left") out.side = Side::left;
    if (name == "right") out.side = Side::right;
    if (side != nullptr && name != "all" && name != "left" && name != "right") problem(where + "side", "must be \"all\", \"left\" or \"right\"");
    return out;
  }

  PlanResult& result_;
  std::size_t keyframes_ = 0;
};
}  // namespace

static PlanResult no_document(std::string why) {
  PlanResult result;
  result.is_document = false;
  result.problems.push_back({"", std::move(why)});
  return result;
}

PlanResult parse_plan(std::string_view text) {
  if (text.size() > kLargestText) return no_document("the plan is over 4 MiB");
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return no_document("the plan is empty: it must be one JSON object");
  boost::system::error_code code;
  json::monotonic_resource memory;
  const auto value = json::parse(text, code, &memory);
  if (code || !value.is_object()) return no_document("the plan is not a JSON object" + (code ? " (" + code.message() + ")" : std::string()));
  PlanResult result;
  result.problems = given_twice(text);
  Reader(result).read(value.as_object());
  return result;
}

}  // namespace tenure::disclosure::redaction
