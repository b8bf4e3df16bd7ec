// Reading an answer's members for display, forgivingly: what is missing reads as nothing. Pure.
#pragma once
#include <boost/json/value.hpp>
#include <string>

namespace tenure::client {

// Strings are made printable; times lose their fraction; booleans are yes and no; null and missing are "".
std::string cell(const boost::json::value& row, std::string_view name);
double amount(const boost::json::value& row, std::string_view name);
const boost::json::array& items(const boost::json::value& row, std::string_view name);
const boost::json::value& member(const boost::json::value& row, std::string_view name);
// Of an erasure: when it was ordered; where a restore did it again that is not known, and "again" with when that was.
std::string when_ordered(const boost::json::value& erasure);

}  // namespace tenure::client
