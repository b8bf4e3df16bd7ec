#include "storage/people/approval_difference.h"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <map>

#include "base/log.h"

namespace tenure::storage {

namespace {
using Members = std::map<std::string, std::string>;

Members members_of(const std::string& subject) {
  boost::system::error_code error;
  const auto parsed = boost::json::parse(subject, error);
  Members members;
  if (error || !parsed.is_object()) return members;
  for (const auto& [name, value] : parsed.get_object())
    members[std::string(name)] = value.is_string() ? std::string(value.get_string()) : boost::json::serialize(value);
  return members;
}

// What stands for something by its hash, which says nothing to a person.
const char* thing_behind(const std::string& name) {
  if (name == "root") return "the recordings are not the same";
  if (name == "preview") return "the preview is another one";
  if (name == "plan") return "the plan is another one";
  return nullptr;
}

std::string with_blanks(std::string name) {
  for (auto& letter : name)
    if (letter == '_') letter = ' ';
  return name;
}

std::string value_of(const Members& members, const std::string& name) {
  const auto found = members.find(name);
  return found == members.end() ? "not named" : "\"" + log_safe(found->second) + "\"";
}
}  // namespace

std::string difference_in_words(const std::string& approved, const std::string& now) {
  const auto there = members_of(approved), here = members_of(now);
  auto names = there;
  names.insert(here.begin(), here.end());
  std::string all;
  for (const auto& [name, value] : names) {
    const auto was = value_of(there, name), is = value_of(here, name);
    if (was == is) continue;
    const auto* thing = thing_behind(name);
    if (!all.empty()) all += "; ";
    if (thing != nullptr)
      all += thing;
    else
      all += fmt::format("{} was {} when it was asked, and is {} now", with_blanks(name), was, is);
  }
  if (all.empty()) all = "it was asked for something else";
  return all + ". Do exactly what was asked for, or ask for this anew, without --approval.";
}

}  // namespace tenure::storage
