#include <fmt/format.h>

#include "daemon/client/fields.h"
#include "daemon/client/render.h"
#include "daemon/client/table.h"

namespace tenure::client {
namespace json = boost::json;

namespace {
std::string anchor(const json::value& one) { return cell(one, "anchor") == "capture_start" ? "start of capture" : "end of capture"; }

std::string show(const json::value& answer) {
  Table table({"CLASS", "PERIOD", "FROM"});
  for (const auto& one : items(answer, "classes")) table.add({cell(one, "class"), cell(one, "period"), anchor(one)});
  std::string out = table.text();
  Table versions({"VERSION", "CLASS", "PERIOD", "FROM", "STATE", "EFFECTIVE", "BY", "REASON"});
  for (const auto& one : items(answer, "versions"))
    versions.add({cell(one, "version"), cell(one, "class"), cell(one, "period"), anchor(one), cell(one, "state"), cell(one, "effective_at"),
                  cell(one, "asked_by"), cell(one, "reason")});
  if (!versions.empty()) out += "\n" + versions.text();
  for (const auto& proposal : items(answer, "proposals")) {
    if (const auto* text = proposal.if_string()) out += "proposed, not in force: " + printable({text->data(), text->size()}) + "\n";
  }
  return out;
}

// At a time that was named only by the preview's name: without it, it takes effect at once.
std::string longer(const json::value& one) {
  const bool named = cell(one, "at_once") == "no";
  return fmt::format(
      "lengthens: takes effect {}, for what is recorded from then on; what is there keeps the expiry it was promised\n"
      "then: tenure policy change {} --period {} --anchor {}{} --reason \"...\"\n",
      named ? "at " + cell(one, "effective_at") : "as soon as it is changed", cell(one, "class"), cell(one, "period"), cell(one, "anchor"),
      named ? " --preview " + cell(one, "preview") : "");
}

std::string preview_of_one(const json::value& one) {
  std::string out = fmt::format("class {}: {} from the {}, now {} from the {}\n", cell(one, "class"), cell(one, "period"), anchor(one),
                                cell(member(one, "now"), "period"), anchor(member(one, "now")));
  if (cell(one, "shortens") != "yes") return out + longer(one);
  out += fmt::format("takes effect at {}, if a second person approves it 24 hours before\n", cell(one, "effective_at"));
  Table table({"AT THAT MOMENT", "RECORDINGS", "CALLS", "SIZE", "OLDEST", "NEWEST"});
  const auto add = [&](const char* name, const char* text) {
    const auto& tally = member(one, name);
    table.add({text, cell(tally, "recordings"), cell(tally, "calls"), bytes_text(amount(tally, "bytes")), cell(tally, "oldest"), cell(tally, "newest")});
  };
  add("goes", "go by this change");
  add("held", "kept by a hold while it lasts");
  add("sooner", "expire later, but sooner than promised");
  add("anyway", "go anyway, as things are");
  if (amount(member(one, "anyway_held"), "recordings") > 0) add("anyway_held", "past their time by then anyway, kept by a hold");
  out += table.text() + fmt::format("recorded since {}: by the new period\n", cell(one, "as_of"));
  return out + fmt::format("then: tenure policy change {} --period {} --anchor {} --preview {} --reason \"...\"\n", cell(one, "class"),
                           cell(one, "period"), cell(one, "anchor"), cell(one, "preview"));
}

std::string preview(const json::value& answer) {
  std::string out;
  if (const auto* all = answer.if_array())
    for (const auto& one : *all) out += (out.empty() ? "" : "\n") + preview_of_one(one);
  return out;
}

std::string version(const json::value& one) {
  if (cell(one, "state") == "cancelled") return fmt::format("cancelled: class {} stays as it is\n", cell(one, "class"));
  // A longer one waits for nothing; times without their fraction stand in the order of their letters.
  if (!cell(one, "effective_at").empty() && cell(one, "effective_at") <= cell(one, "asked_at"))
    return fmt::format("class {} is kept {} from the {} for what is recorded from now on\n", cell(one, "class"), cell(one, "period"), anchor(one));
  return fmt::format("class {} changes to {} from the {} at {}; until then: tenure policy cancel {}\n", cell(one, "class"), cell(one, "period"),
                     anchor(one), cell(one, "effective_at"), cell(one, "class"));
}
}  // namespace

std::optional<std::string> render_policy(const std::string& verb, const json::value& answer) {
  if (verb == "policy show") return show(answer);
  if (verb == "policy preview") return preview(answer);
  if (verb == "policy change" || verb == "policy cancel") return version(answer);
  return std::nullopt;
}

}  // namespace tenure::client
