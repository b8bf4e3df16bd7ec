#include "daemon/client/groups.h"

#include <boost/json/object.hpp>

#include "base/error.h"

namespace tenure::client {
namespace json = boost::json;

namespace {
struct Group {
  std::vector<std::string> sources;
  std::string from, to;
  bool timed() const { return !from.empty() || !to.empty(); }
};

void finish(const Group& group, json::array& spans) {
  if (group.sources.empty()) return;
  const auto& name = group.sources.back();
  if (group.from.empty()) throw Error(ErrorKind::usage, "from: --source " + name + " needs a --from after it");
  for (const auto& source : group.sources) {
    json::object span{{"source", source}, {"from", group.from}};
    if (!group.to.empty()) span["to"] = group.to;
    spans.push_back(std::move(span));
  }
}

void put(std::string& place, const Group& group, const std::string& name, const std::string& value) {
  if (group.sources.empty()) throw Error(ErrorKind::usage, name + ": --" + name + " belongs to a --source before it");
  if (!place.empty()) throw Error(ErrorKind::usage, name + ": a second --" + name + " for the same --source; repeat --source too");
  place = value;
}
}  // namespace

json::array group_spans(const std::vector<std::pair<std::string, std::string>>& typed) {
  json::array spans;
  Group group;
  for (const auto& [name, value] : typed) {
    if (name == "source" && group.timed()) {
      finish(group, spans);
      group = {};
    }
    if (name == "source") group.sources.push_back(value);
    if (name == "from") put(group.from, group, name, value);
    if (name == "to") put(group.to, group, name, value);
  }
  finish(group, spans);
  return spans;
}

}  // namespace tenure::client
