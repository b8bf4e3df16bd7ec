// Erasures, keys, backups and a rebuild as text.
#include <fmt/format.h>

#include <boost/json/serialize.hpp>
#include <map>

#include "daemon/client/fields.h"
#include "daemon/client/render.h"
#include "daemon/client/table.h"

namespace tenure::client {
namespace json = boost::json;

namespace {
std::string listed(const json::value& answer, const char* name, const std::string& before) {
  std::string out;
  for (const auto& one : items(answer, name))
    if (const auto* text = one.if_string()) out += before + printable({text->data(), text->size()}) + "\n";
  return out;
}

std::string entries(const std::string& count) { return count + (count == "1" ? " entry" : " entries"); }

std::string preview(const json::value& answer) {
  Table going({"START", "END", "SOURCE", "SIZE", "EXPIRES", "ID"});
  for (const auto& one : items(answer, "segments"))
    going.add({cell(one, "start"), cell(one, "end"), cell(one, "source"), bytes_text(amount(one, "bytes")), cell(one, "expires_at"), cell(one, "id")});
  std::string out = going.empty() ? "" : going.text();
  if (cell(answer, "allowed") == "yes")
    out += fmt::format("{}, {}: may be erased\n", counted(items(answer, "segments").size(), "recording"), bytes_text(amount(answer, "bytes")));
  else if (items(answer, "in_the_way").empty())
    out += "nothing that is named is kept: look at the numbers and times\n";
  else
    out += fmt::format("cannot be erased as it is named: {} in the way\n", counted(items(answer, "in_the_way").size(), "recording"));
  for (const auto& one : items(answer, "in_the_way")) out += fmt::format("in the way: {} {} {}: {}\n", cell(one, "source"), cell(one, "start"), cell(one, "id"), cell(one, "why"));
  for (const auto& one : items(answer, "holds"))
    out += fmt::format("hold {} ({}): {}; authority {}; review {}\n", cell(one, "id"), cell(one, "state"), cell(one, "reason"), cell(one, "authority"), cell(one, "review"));
  const auto& rest = member(answer, "rest");
  if (!items(rest, "spans").empty() || !items(rest, "calls").empty()) out += "the rest may go, named as:\n";
  for (const auto& span : items(rest, "spans")) out += fmt::format("  --source {} --from {} --to {}\n", cell(span, "source"), cell(span, "from"), cell(span, "to"));
  out += listed(rest, "calls", "  --call ");
  if (amount(answer, "same_calls") > 0) out += fmt::format("{} of the same calls not named\n", counted(cell(answer, "same_calls"), "more recording"));
  return out;
}

std::string erasures(const json::value& answer) {
  Table table({"ID", "ENTRY", "ORDERED", "BY", "APPROVED BY", "RECORDINGS", "CERTIFIED", "REASON"});
  if (const auto* all = answer.if_array())
    for (const auto& one : *all)
      table.add({cell(one, "id"), cell(one, "ledger_number"), when_ordered(one), cell(one, "ordered_by"), cell(one, "approved_by"), cell(one, "recordings"), cell(one, "certified_at"), cell(one, "reason")});
  return table.empty() ? "no erasures\n" : table.text();
}

std::string erasure(const json::value& answer) {
  const auto certified = cell(answer, "certified_at");
  const auto by = cell(answer, "ordered_by"), approved = cell(answer, "approved_by"), again = cell(answer, "done_again_at");
  const auto order = again.empty() ? fmt::format("ordered {} by {}", cell(answer, "ordered_at"), by) : fmt::format("erased again {} by a restore", again);
  std::string out = fmt::format("erasure {}\n{}{}\nreason: {}\n{}, {}; ledger entry {}\n", cell(answer, "id"), order,
                                approved.empty() ? "" : ", approved by " + approved, cell(answer, "reason"), counted(cell(answer, "recordings"), "recording"), bytes_text(amount(answer, "bytes")), cell(answer, "ledger_number"));
  out += certified.empty() ? "no certificate yet: tenured tries again\n"
                           : fmt::format("certified {}: tenure erase certificate {} --out FOLDER\n", certified, cell(answer, "id"));
  for (const auto& one : items(member(answer, "certificate"), "out_of_reach")) out += fmt::format("not reached: {}: {}\n", cell(one, "what"), cell(one, "why"));
  return out;
}

std::string keys(const json::value& answer) {
  std::string out = fmt::format("generation {} from {}, {} keys\n", cell(answer, "generation"), cell(answer, "place"), cell(answer, "in_use"));
  out += listed(answer, "backups", "");
  if (const auto remains = cell(answer, "remains"); !remains.empty()) return out + "what remains to be done: " + remains + "\n";
  if (const auto at = cell(answer, "rotated_at"); !at.empty()) out += "rotated " + at + "\n";
  out += fmt::format("erasure level {} of 3; {}\n", cell(answer, "level"), cell(answer, "text"));
  return out + listed(answer, "warnings", "note: ") + listed(answer, "unused", "opens nothing, take it away: ");
}

std::string backups(const json::value& answer) {
  Table table({"KIND", "MADE", "VERIFIED", "SIZE", "THERE", "FOLDER", "FILE"});
  for (const auto& one : items(answer, "backups"))
    table.add({cell(one, "kind"), cell(one, "made_at"), cell(one, "verified_at"), bytes_text(amount(one, "bytes")), cell(one, "reachable"), cell(one, "folder"), cell(one, "name")});
  const auto key = cell(answer, "recovery_key");
  std::string out = key.empty() ? "no recovery key yet: tenure backup recovery-key\n" : "recovery key " + key + "\n";
  return out + (table.empty() ? "no backups\n" : table.text()) + listed(answer, "alarms", "ALARM: ") + listed(answer, "warnings", "WARNING: ");
}

std::string recovery_key(const json::value& answer) {
  return fmt::format("{}\n\nWrite it on paper, twice, and keep it away from this machine. It is shown this once and kept nowhere.\n"
                     "Whoever has it and a backup of the keys can read what the backup of the data holds. Fingerprint: {}\n",
                     cell(answer, "recovery_key"), cell(answer, "fingerprint"));
}

std::string backed_up_keys(const json::value& answer) {
  return fmt::format("{}/{}: {}, read back whole\n", cell(answer, "folder"), cell(answer, "name"), bytes_text(amount(answer, "bytes"))) +
         listed(answer, "warnings", "WARNING: ");
}

std::string backed_up_data(const json::value& answer) {
  auto out = fmt::format("{}: {} recordings, {} of them new ({}), {} no longer kept were removed\n", cell(answer, "folder"), cell(answer, "files"),
                         cell(answer, "copied"), bytes_text(amount(answer, "bytes")), cell(answer, "removed"));
  if (amount(answer, "unread") > 0)
    out += fmt::format("NOT IN IT: {} could not be read; the first: {}\n", counted(cell(answer, "unread"), "recording"), cell(answer, "first_unread"));
  return out + listed(answer, "warnings", "WARNING: ");
}

std::string restored(const json::value& answer) {
  return fmt::format("{} files, {}; data of {}, keys of {}\n", cell(answer, "files"), bytes_text(amount(answer, "bytes")), cell(answer, "data_made_at"),
                     cell(answer, "keys_made_at")) + listed(answer, "notes", "note: ") + cell(member(answer, "holds"), "text") + "\n"
         "Start tenured: what was deleted since is deleted again before anything can be read.\n";
}

std::string rebuilt(const json::value& answer) {
  const auto old = cell(answer, "old_catalogue");
  std::string out = fmt::format(
      "The catalogue was made anew: {} and {} ({}), {} between them, {}.\n"
      "With them: {} of the ledger, {} of what was deleted, {}.\n",
      counted(cell(answer, "segments"), "segment"), counted(cell(answer, "calls"), "call"), bytes_text(amount(answer, "bytes")),
      counted(cell(answer, "gaps"), "gap"), counted(cell(answer, "holds"), "hold"), entries(cell(answer, "ledger_entries")),
      counted(cell(answer, "tombstones"), "record"), counted(cell(answer, "backups"), "backup"));
  const auto add = [&](const char* name, const char* one, const char* what) {
    if (amount(answer, name) > 0) out += fmt::format("{} {}\n", counted(cell(answer, name), one), what);
  };
  add("finished_deletions", "deletion", "had been begun, and came to an end");
  add("duplicates", "file", "with a call that was there already moved to quarantine");
  add("lost", "recording", "had been lost before, and stays told as lost");
  add("left", "file", "could not be taken; tenured looks again when it has started");
  out += listed(answer, "problems", "look at this: ");
  if (!old.empty()) out += "The old catalogue lies in " + old + ".\n";
  return out + fmt::format("Gone with it: {}.\nStart tenured now.\n", cell(answer, "gone"));
}
}  // namespace

std::optional<std::string> render_erasure(const std::string& verb, const json::value& answer) {
  using Renderer = std::string (*)(const json::value&);
  static const std::map<std::string, Renderer> all{{"erase preview", preview}, {"erase", erasure}, {"erase show", erasure}, {"erase list", erasures},
                                                   {"keys show", keys}, {"keys rotate", keys},
                                                   {"backup show", backups}, {"backup recovery-key", recovery_key}, {"backup keys", backed_up_keys},
                                                   {"backup data", backed_up_data}, {"restore", restored}, {"rebuild", rebuilt}};
  const auto found = all.find(verb);
  if (found == all.end()) return std::nullopt;
  return found->second(answer);
}

}  // namespace tenure::client
