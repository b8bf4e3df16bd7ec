// An answer for people: tables and a few lines. Pure; what it cannot place it leaves out, for the whole is in --json.
#pragma once
#include <boost/json/value.hpp>
#include <optional>
#include <string>

namespace tenure::client {

std::string render(const std::string& verb, const boost::json::value& answer);
std::string render_status(const boost::json::value& answer);
std::string render_attest(const boost::json::value& answer);
std::string render_brief(const boost::json::value& answer);  // the same in one line
// The verbs of people and approvals; nothing for the others.
std::optional<std::string> render_people(const std::string& verb, const boost::json::value& answer);
// The verbs of the policy; nothing for the others.
std::optional<std::string> render_policy(const std::string& verb, const boost::json::value& answer);
// The verbs of erasures, keys and backups; nothing for the others.
std::optional<std::string> render_erasure(const std::string& verb, const boost::json::value& answer);
// When the act was not done but waits for a second person: what to do. Empty otherwise.
std::string waits_for_approval(const std::string& verb, const boost::json::value& answer);

}  // namespace tenure::client
