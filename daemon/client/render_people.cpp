#include <fmt/format.h>

#include <boost/json/serialize.hpp>
#include <map>

#include "daemon/client/fields.h"
#include "daemon/client/render.h"
#include "daemon/client/table.h"

namespace tenure::client {
namespace json = boost::json;

namespace {
std::string joined(const json::array& texts) {
  std::string all;
  for (const auto& one : texts)
    if (const auto* text = one.if_string()) all += (all.empty() ? "" : ", ") + printable({text->data(), text->size()});
  return all;
}

std::string roles_of(const json::value& person) {
  const auto roles = joined(items(person, "roles"));
  return roles.empty() ? "no roles" : roles;
}

// Shown this once: nobody can read them again.
std::string secrets_of(const json::value& answer) {
  std::string out;
  if (const auto uri = cell(answer, "totp_uri"); !uri.empty())
    out += fmt::format("\nfor the authenticator app, shown this once:\n  {}\n  or typed in: {}\n", uri,
                       cell(answer, "totp_secret"));
  if (const auto& codes = items(answer, "recovery_codes"); !codes.empty()) {
    out += "\nrecovery codes, shown this once; each counts once in place of the app's code. Keep them on paper:\n";
    for (const auto& code : codes)
      if (const auto* text = code.if_string()) out += "  " + printable({text->data(), text->size()}) + "\n";
  }
  return out;
}

std::string user(const json::value& answer) {
  std::string out = fmt::format("{} ({}): {}\n", cell(answer, "name"), cell(answer, "display"), roles_of(answer));
  out += fmt::format("made {} by {}\n", cell(answer, "created_at"), cell(answer, "created_by"));
  if (const auto at = cell(answer, "disabled_at"); !at.empty()) out += fmt::format("disabled since {}\n", at);
  out += fmt::format("password set by {}, code by {}, recovery codes by {}, {} of them left\n", cell(answer, "password_by"),
                     cell(answer, "code_by"), cell(answer, "recovery_codes_by"), cell(answer, "recovery_codes_left"));
  return out + secrets_of(answer);
}

std::string users(const json::value& answer) {
  Table table({"NAME", "PERSON", "ROLES", "MADE", "BY", "DISABLED"});
  if (const auto* all = answer.if_array())
    for (const auto& one : *all)
      table.add({cell(one, "name"), cell(one, "display"), roles_of(one), cell(one, "created_at"),
                 cell(one, "created_by"), cell(one, "disabled_at")});
  return table.empty()
             ? "no people yet: make the first with tenure user add NAME --display TEXT --role practice-manager\n"
             : table.text();
}

std::string session(const json::value& answer) {
  if (const auto note = cell(answer, "note"); !note.empty()) return fmt::format("{}: {}\n", cell(answer, "name"), note);
  std::string out = fmt::format("{} ({}): {}\n", cell(answer, "name"), cell(answer, "display"), roles_of(answer));
  out += fmt::format("logged in since {}, until {} if not used; fresh code {}\n", cell(answer, "started_at"),
                     cell(answer, "ends_at"), cell(answer, "fresh_since"));
  if (const auto reason = cell(answer, "reason"); !reason.empty()) out += fmt::format("reason: {}\n", reason);
  if (const auto reference = cell(answer, "case"); !reference.empty()) out += fmt::format("case: {}\n", reference);
  return out;
}

std::string logged_out(const json::value& answer) {
  return cell(answer, "ended") == "yes" ? "logged out\n" : "nobody was logged in\n";
}

std::string subject_of(const json::value& request) {
  std::string all;
  if (const auto* subject = member(request, "subject").if_object())
    for (const auto& [name, value] : *subject)
      all += fmt::format("{}{} {}", all.empty() ? "" : ", ", std::string_view(name.data(), name.size()),
                         cell(member(request, "subject"), name));
  return all;
}

// In the daemon's words, where it gives any.
std::string what_of(const json::value& request) {
  const auto what = cell(request, "what");
  return what.empty() ? cell(request, "act") + ": " + subject_of(request) : what;
}

// "Anna Smith (anna)"
std::string who(const json::value& request, const std::string& by) {
  const auto name = cell(request, by + "_name");
  return name.empty() ? cell(request, by) : name;
}

std::string requests(const json::value& answer) {
  Table table({"ID", "STATE", "ASKED BY", "UNTIL", "REASON", "HOW MUCH", "WHAT WOULD HAPPEN"});
  if (const auto* all = answer.if_array())
    for (const auto& one : *all)
      table.add({cell(one, "id"), cell(one, "state"), who(one, "asked_by"), cell(one, "expires_at"), cell(one, "reason"),
                 cell(one, "amount"), what_of(one)});
  return table.empty() ? "no requests\n" : table.text();
}

// By which the approval is held to exactly what was shown.
std::string bound_to(const json::value& request) {
  const auto root = cell(member(request, "subject"), "root"), preview = cell(member(request, "subject"), "preview");
  if (!root.empty()) return fmt::format("[these recordings and no others: {}]\n", root);
  return preview.empty() ? preview : fmt::format("[as the preview said: {}]\n", preview);
}

std::string until(const json::value& request) {
  const auto state = cell(request, "state");
  const auto* text = state == "waiting" ? "can be answered until" : state == "approved" ? "to be done by" : "counts until";
  return fmt::format("{} {}", text, cell(request, "expires_at"));
}

std::string request(const json::value& answer) {
  std::string out = fmt::format("request {} ({})\n{}\nreason: {}\nasked {} by {}, {}\n", cell(answer, "id"),
                                cell(answer, "state"), what_of(answer), cell(answer, "reason"), cell(answer, "asked_at"),
                                who(answer, "asked_by"), until(answer));
  if (const auto from = cell(answer, "alone_from"); !from.empty())
    out += fmt::format("nobody else could approve it: it stands alone from {}\n", from);
  if (const auto at = cell(answer, "decided_at"); !at.empty())
    out += fmt::format("decided {} by {}{}{}\n", at, who(answer, "decided_by"),
                       cell(answer, "decided_reason").empty() ? "" : ": ", cell(answer, "decided_reason"));
  if (const auto at = cell(answer, "used_at"); !at.empty()) out += fmt::format("used {}\n", at);
  if (const auto note = cell(answer, "note"); !note.empty()) out += fmt::format("LOOK TWICE: {}\n", note);
  return out + bound_to(answer);
}
}  // namespace

std::optional<std::string> render_people(const std::string& verb, const json::value& answer) {
  using Renderer = std::string (*)(const json::value&);
  static const std::map<std::string, Renderer> all{{"login", session},
                                                   {"login fresh", session},
                                                   {"login reason", session},
                                                   {"whoami", session},
                                                   {"logout", logged_out},
                                                   {"user add", user},
                                                   {"user show", user},
                                                   {"user role", user},
                                                   {"user disable", user},
                                                   {"user enable", user},
                                                   {"user password", user},
                                                   {"user totp", user},
                                                   {"user recovery", user},
                                                   {"user break-glass", user},
                                                   {"user list", users},
                                                   {"approvals list", requests},
                                                   {"approvals show", request},
                                                   {"approvals approve", request},
                                                   {"approvals refuse", request}};
  const auto found = all.find(verb);
  if (found == all.end()) return std::nullopt;
  return found->second(answer);
}

std::string waits_for_approval(const std::string& verb, const json::value& answer) {
  const auto& approval = member(answer, "approval");
  if (!approval.is_object() || cell(answer, "state") != "waiting" || verb.starts_with("approvals")) return {};
  const auto id = cell(approval, "id");
  const auto alone = cell(approval, "alone_from");
  const auto who = alone.empty() ? fmt::format("once a second person has approved it (tenure approvals approve {})", id)
                                 : fmt::format("from {} on, for nobody else could approve it", alone);
  return fmt::format("not done yet: do the same again with --approval {} {}", id, who);
}

}  // namespace tenure::client
