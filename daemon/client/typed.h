// What somebody typed as the value of an option or argument, looked at before anything is asked of the daemon. Pure.
#pragma once
#include <string>
#include <vector>

namespace tenure::client {

// What is wrong with it, to stand after the option's name; empty when nothing is.
std::string why_no_text(const std::string& value);  // the daemon takes UTF-8 only
std::string why_empty(const std::string& value);    // an empty one would be taken for one that was left out
// "--out=" as "--out" and an empty value: what follows is not its value.
std::vector<std::string> with_empty_values(const std::vector<std::string>& arguments);

}  // namespace tenure::client
