// An answer for people: tables and a few lines. Pure; what it cannot place it leaves out, for the whole is in --json.
#pragma once
#include <boost/json/value.hpp>
#include <string>

namespace tenure::client {

std::string render(const std::string& verb, const boost::json::value& answer);
std::string render_status(const boost::json::value& answer);
std::string render_brief(const boost::json::value& answer);  // the same in one line

}  // namespace tenure::client
