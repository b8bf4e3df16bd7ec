// `hold add` takes groups: each --source (or several) belongs to the --from and --to that follow it; without a --to it has
// no end. Pure.
#pragma once
#include <boost/json/array.hpp>
#include <string>
#include <utility>
#include <vector>

namespace tenure::client {

// The options named source, from and to in the order they were typed; JSON [{source, from, to}]. Throws Error{usage}.
boost::json::array group_spans(const std::vector<std::pair<std::string, std::string>>& typed);

}  // namespace tenure::client
