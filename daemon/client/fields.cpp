#include "daemon/client/fields.h"

#include <boost/json/serialize.hpp>

#include "daemon/client/table.h"

namespace tenure::client {
namespace json = boost::json;

const json::value& member(const json::value& row, std::string_view name) {
  static const json::value none;
  const auto* object = row.if_object();
  const auto* found = object ? object->if_contains(name) : nullptr;
  return found ? *found : none;
}

const json::array& items(const json::value& row, std::string_view name) {
  static const json::array none;
  const auto* array = member(row, name).if_array();
  return array ? *array : none;
}

double amount(const json::value& row, std::string_view name) {
  boost::system::error_code error;
  const auto number = member(row, name).to_number<double>(error);
  return error ? 0 : number;
}

static std::string without_fraction(std::string text) {
  const bool is_time = text.size() == 27 && text[10] == 'T' && text[19] == '.' && text.back() == 'Z';
  return is_time ? text.erase(19, 7) : text;
}

std::string cell(const json::value& row, std::string_view name) {
  const auto& value = member(row, name);
  if (value.is_null()) return {};
  if (value.is_bool()) return value.get_bool() ? "yes" : "no";
  if (value.is_string()) return without_fraction(printable({value.get_string().data(), value.get_string().size()}));
  return json::serialize(value);
}

std::string when_ordered(const json::value& erasure) {
  const auto again = cell(erasure, "done_again_at");
  return again.empty() ? cell(erasure, "ordered_at") : "again " + again;
}

}  // namespace tenure::client
