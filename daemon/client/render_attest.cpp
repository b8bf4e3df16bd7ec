// The promise report, as a terminal shows it.
#include <fmt/format.h>

#include "daemon/client/fields.h"
#include "daemon/client/render.h"
#include "daemon/client/table.h"

namespace tenure::client {
namespace json = boost::json;

std::string render_attest(const json::value& answer) {
  std::string out;
  for (const auto& word : items(answer, "words"))
    if (const auto* text = word.if_string()) out += printable({text->data(), text->size()}) + "\n";
  Table findings({"", "FOUND", "HOW MANY", "THE FIRST", "WHAT TO DO"});
  for (const auto& one : items(answer, "findings")) {
    const auto& first = items(one, "first");
    findings.add({cell(one, "weight") == "broken"   ? "NO"
                  : cell(one, "weight") == "unsure" ? "?"
                                                    : "!",
                  cell(one, "kind"), cell(one, "count"), first.empty() ? "" : cell(first[0], "place"),
                  cell(one, "remedy")});
  }
  if (!findings.empty()) out += "\n" + findings.text();
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
