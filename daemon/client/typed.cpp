#include "daemon/client/typed.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace tenure::client {
namespace json = boost::json;

// As a request's text, read by the daemon's own parser: what passes here passes there.
std::string why_no_text(const std::string& value) {
  boost::system::error_code error;
  json::parse(json::serialize(json::string(value)), error);
  if (!error) return {};
  return "is not UTF-8 text: type it again, where the terminal's character set is UTF-8 (locale charmap names it)";
}

std::string why_empty(const std::string& value) {
  return value.empty() ? "is empty: give it a value, or leave it out where it is not needed" : "";
}

std::vector<std::string> with_empty_values(const std::vector<std::string>& arguments) {
  std::vector<std::string> all;
  for (const auto& argument : arguments) {
    const bool empty = argument.size() > 3 && argument.starts_with("--") && argument.find('=') == argument.size() - 1;
    all.push_back(empty ? argument.substr(0, argument.size() - 1) : argument);
    if (empty) all.emplace_back();
  }
  return all;
}

}  // namespace tenure::client
