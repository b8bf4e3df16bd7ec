// The promise report, as a terminal shows it.
#include <fmt/format.h>

#include "daemon/client/fields.h"
#include "daemon/client/render.h"
#include "daemon/client/table.h"

namespace tenure::client {
namespace json = boost::json;

namespace {
constexpr std::size_t kMostPlaces = 5;

// How many more there are than were shown, and where they are listed: the JSON has the first twenty.
std::string more_than(std::size_t shown, std::size_t listed, double count) {
  const auto more = count - static_cast<double>(shown);
  if (shown == 0 || more < 1) return {};
  if (listed == shown) return fmt::format("      and {:.0f} more\n", more);
  return static_cast<double>(listed) >= count
             ? fmt::format("      and {:.0f} more (in the JSON)\n", more)
             : fmt::format("      and {:.0f} more (the first {} of all are in the JSON)\n", more, listed);
}

std::string finding(const json::value& one) {
  const auto weight = cell(one, "weight");
  std::string out = fmt::format("{:<4}{} ({}): {}\n",
                                weight == "broken"   ? "NO"
                                : weight == "unsure" ? "?"
                                                     : "!",
                                cell(one, "kind"), cell(one, "count"), cell(one, "what"));
  std::size_t listed = 0, shown = 0;
  for (const auto& instance : items(one, "first")) {
    const auto place = cell(instance, "place"), since = cell(instance, "should_have_gone");
    if (place.empty() || ++listed > kMostPlaces) continue;
    out += "      " + place + (since.empty() ? "" : "  to go " + since) + "\n";
    ++shown;
  }
  return out + more_than(shown, listed, amount(one, "count")) +
         fmt::format("    What to do: {}\n", cell(one, "remedy"));
}

std::string erasures(const json::value& answer) {
  Table table({"ERASED BY ORDER OF ENTRY", "ORDERED", "RECORDINGS", "CERTIFIED"});
  for (const auto& one : items(answer, "erasures_in_31_days"))
    table.add({cell(one, "entry"), when_ordered(one), cell(one, "recordings"), cell(one, "certified")});
  return table.empty() ? "" : table.text();
}
}  // namespace

std::string render_attest(const json::value& answer) {
  std::string out;
  for (const auto& word : items(answer, "words"))
    if (const auto* text = word.if_string()) out += printable({text->data(), text->size()}) + "\n";
  for (const auto& one : items(answer, "findings")) out += "\n" + finding(one);
  if (const auto erased = erasures(answer); !erased.empty()) out += "\n" + erased;
  Table classes({"CLASS", "PERIOD", "RECORDINGS", "SIZE", "OLDEST", "NEXT DELETION", "PAST DATE, HELD"});
  for (const auto& one : items(answer, "classes"))
    classes.add({cell(one, "class"), cell(one, "period"), cell(one, "recordings"), bytes_text(amount(one, "bytes")),
                 cell(one, "oldest"), cell(one, "next_end"), cell(one, "kept_by_holds")});
  out += "\n" + classes.text();
  Table holds({"HOLD", "STATE", "REVIEW", "DUE", "KEEPS", "PAST DATE", "REASON"});
  for (const auto& one : items(answer, "holds"))
    holds.add({cell(one, "id"), cell(one, "state"), cell(one, "review"), cell(one, "review_due"), cell(one, "keeps"),
               cell(one, "past_end"), cell(one, "reason")});
  if (!holds.empty()) out += "\n" + holds.text();
  Table providers({"CALLS OF", "SUPPLIER", "ITS OWN COPY IN", "KEPT", "PROMISED", "UNTIL", ""});
  for (const auto& one : items(answer, "provider_copies"))
    providers.add({cell(one, "source"), cell(one, "provider"), cell(one, "place"), cell(one, "keeps"),
                   cell(one, "promised"), cell(one, "until"), cell(one, "standing")});
  if (!providers.empty()) out += "\n" + providers.text();
  out += fmt::format("\nledger entry {}; SHA-256 of the report {}\n", cell(answer, "ledger_number"),
                     cell(answer, "sha256"));
  if (const auto to = cell(answer, "out"); !to.empty())
    for (const auto& file : items(answer, "files"))
      if (const auto* name = file.if_string())
        out += fmt::format("{}/{}\n", to, printable({name->data(), name->size()}));
  return out;
}

}  // namespace tenure::client
