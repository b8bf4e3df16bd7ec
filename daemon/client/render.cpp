#include "daemon/client/render.h"

#include <fmt/format.h>

#include <boost/json/serialize.hpp>
#include <map>

#include "daemon/client/fields.h"
#include "daemon/client/table.h"

namespace tenure::client {
namespace json = boost::json;

namespace {
const json::array& array_of(const json::value& answer) {
  static const json::array none;
  const auto* array = answer.if_array();
  return array ? *array : none;
}

// Of one that is still being recorded nobody knows it yet: its row has its start there.
std::string end_of(const json::value& segment) {
  const auto end = cell(segment, "end");
  return cell(segment, "state") == "recording" && end <= cell(segment, "start") ? "recording" : end;
}

// It lies there and cannot be read any more.
std::string state_of(const json::value& segment) {
  const auto ended = cell(segment, "ended");
  auto state = cell(segment, "state");
  if (state != "live" || ended.empty()) return state;
  return ended == "expired" ? "expired, to be deleted" : ended + ", time is in doubt";
}

std::string segment_table(const json::array& all) {
  Table table({"START", "END", "SOURCE", "SIZE", "STATE", "EXPIRES", "HELD", "ID"});
  for (const auto& one : all)
    table.add({cell(one, "start"), end_of(one), cell(one, "source"), bytes_text(amount(one, "bytes")), state_of(one),
               cell(one, "expires_at"), cell(one, "held"), cell(one, "id")});
  return table.text();
}

std::string segments(const json::value& answer) { return array_of(answer).empty() ? "nothing is kept there\n" : segment_table(array_of(answer)); }

std::string sources(const json::value& answer) {
  Table table({"SOURCE", "CLASS", "KIND", "SEGMENTS", "SIZE", "OLDEST", "NEWEST"});
  for (const auto& one : array_of(answer))
    table.add({cell(one, "name"), cell(one, "class"), cell(one, "kind"), cell(one, "segments"), bytes_text(amount(one, "bytes")),
               cell(one, "oldest"), cell(one, "newest")});
  return table.text();
}

std::string gap_table(const json::array& all) {
  Table table({"FROM", "TO", "SOURCE", "LENGTH", "CAUSE"});
  for (const auto& one : all) table.add({cell(one, "start"), cell(one, "end"), cell(one, "source"), seconds_text(amount(one, "duration")), cell(one, "cause")});
  return table.text();
}

std::string gaps(const json::value& answer) { return array_of(answer).empty() ? "no gaps\n" : gap_table(array_of(answer)); }

std::string parties(const json::value& call) {
  std::string all;
  for (const auto& party : items(call, "parties")) {
    auto who = cell(party, "number");
    if (who.empty()) who = cell(party, "extension");
    if (!who.empty()) all += (all.empty() ? "" : ", ") + who;
  }
  return all;
}

std::string calls(const json::value& answer) {
  Table table({"START", "DIRECTION", "DURATION", "PARTIES", "SOURCE", "EXPIRES", "HELD", "ID"});
  for (const auto& one : array_of(answer))
    table.add({cell(one, "start"), cell(one, "direction"), seconds_text(amount(one, "duration")), parties(one), cell(one, "source"),
               cell(one, "expires_at"), cell(one, "held"), cell(one, "id")});
  return table.empty() ? "no such calls\n" : table.text();
}

std::string what_is_held(const json::value& hold) {
  return counted(items(hold, "spans").size(), "span") + ", " + counted(items(hold, "numbers").size(), "number") + ", " +
         counted(items(hold, "calls").size(), "call");
}

// "soon": due within 14 days.
std::string review_mark(const json::value& hold) {
  return cell(hold, "review_due") == "yes" ? "DUE" : cell(hold, "review_soon") == "yes" ? "soon" : "no";
}

// To whom the daemon gives them.
std::string numbers_of(const json::value& hold) {
  std::string all;
  for (const auto& number : items(hold, "numbers"))
    if (const auto* text = number.if_string()) all += (all.empty() ? ": " : ", ") + printable({text->data(), text->size()});
  return all;
}

std::string holds(const json::value& answer) {
  Table table({"ID", "STATE", "PLACED", "BY", "REVIEW", "DUE", "KEEPS", "REASON"});
  for (const auto& one : array_of(answer))
    table.add({cell(one, "id"), cell(one, "state"), cell(one, "placed_at"), cell(one, "placed_by"), cell(one, "review"),
               review_mark(one), what_is_held(one), cell(one, "reason")});
  return table.empty() ? "no holds\n" : table.text();
}

// "at 2026-12-01T10:00:00Z", or that it is so now; nothing when it does not fill up.
std::string full_when(const json::value& vault) {
  if (cell(vault, "full_now") == "yes") return "now";
  const auto at = cell(vault, "full_at");
  return at.empty() ? "" : "at " + at;
}

// By holds in force, without the one that is asked about: which vault, and the day.
std::string endangered_already(const json::array& before, const json::array& after) {
  std::string out = "What was promised is endangered already by holds in force (tenure hold list), and by this one little more:\n";
  for (std::size_t i = 0; i < after.size() && i < before.size(); ++i) {
    if (cell(before[i], "holds_endanger") != "yes") continue;
    const auto was = full_when(before[i]), is = full_when(after[i]);
    out += "  vault " + cell(before[i], "vault");
    if (was.empty()) out += ": they leave too little room for it\n";
    else out += " full " + was + " without this one" + (was == is ? " and with it\n" : ", " + is + " with it\n");
  }
  return out;
}

// Of a hold that keeps what is yet to be recorded.
std::string growth(const json::value& forecast) {
  const auto until = cell(forecast, "grows_until");
  return fmt::format("; it {}grows by {} a day{}{}", until.empty() ? "has no end and " : "",
                     bytes_text(amount(forecast, "bytes_per_day")), until.empty() ? "" : " until " + until,
                     cell(forecast, "estimated") == "yes" ? " (estimated)" : "");
}

// What it costs, and what could be named instead; nothing for who is not told.
std::string forecast(const json::value& answer) {
  const auto& forecast = member(answer, "forecast");
  if (!forecast.is_object()) return {};
  std::string out = fmt::format("\nkept by this hold alone: {}, {}", counted(cell(forecast, "recordings"), "recording"), bytes_text(amount(forecast, "bytes")));
  if (amount(forecast, "bytes_per_day") > 0) out += growth(forecast);
  out += "\n";
  const auto& before = items(forecast, "before");
  const auto& after = items(forecast, "after");
  for (std::size_t i = 0; i < after.size() && i < before.size(); ++i)
    out += fmt::format("vault {}: {} with it; {} without\n", cell(after[i], "vault"), cell(after[i], "forecast"), cell(before[i], "forecast"));
  if (cell(forecast, "endangers") != "yes")
    return out + (cell(forecast, "endangered_already") == "yes" ? endangered_already(before, after) : "");
  out += "WARNING: with this hold what was promised does not fit any more. It is not refused. Narrower ones:\n";
  for (const auto& offer : items(forecast, "narrower"))
    out += fmt::format("  {} ({}{}){}\n", cell(offer, "text"), bytes_text(amount(offer, "bytes")),
                       amount(offer, "bytes_per_day") > 0 ? ", and " + bytes_text(amount(offer, "bytes_per_day")) + " a day" : "",
                       cell(offer, "endangers") == "yes" ? ": too much as well" : "");
  return out;
}

// Of a hold that keeps no recording at this moment: whether it is good for anything.
std::string keeps_none_now(const json::value& answer) {
  const auto state = cell(answer, "state");
  const bool counts = state == "active" || state == "preview";
  if (!counts || cell(answer, "calls_not_shown") == "yes" || !items(answer, "segments").empty()) return {};
  const auto* keeps = state == "preview" ? "would keep" : "keeps";
  if (cell(answer, "keeps_nothing") == "yes")
    return fmt::format("WARNING: this hold {} nothing: no recording of what it names is here, and none is to come. Look at its sources, times\n"
                       "and calls again (tenure segments, tenure calls find).\n", keeps);
  return fmt::format("no recording of what it names is here yet: it {} what is to come. If you meant recordings that are there, look at its\n"
                     "sources, times and numbers again (tenure segments, tenure calls find).\n", keeps);
}

// For who may place and extend holds and not see them.
std::string hold_unseen(const json::value& answer) {
  const auto review = cell(answer, "review");
  return fmt::format("hold {} {}; who may see holds can look at it with: tenure hold show {}\n", cell(answer, "id"),
                     review.empty() ? std::string("placed") : "has its review at " + review, cell(answer, "id"));
}

std::string hold(const json::value& answer) {
  if (!cell(answer, "id").empty() && cell(answer, "placed_by").empty()) return hold_unseen(answer);
  const bool receipt = !member(answer, "segments").is_null();  // none: a release or an extension
  const bool preview = cell(answer, "state") == "preview";
  std::string out = preview ? std::string("not placed: a hold like this\n") : fmt::format("hold {} ({})\n", cell(answer, "id"), cell(answer, "state"));
  out += fmt::format("reason: {}\nauthority: {}\n", cell(answer, "reason"), cell(answer, "authority"));
  if (!preview) out += fmt::format("placed {} by {}\n", cell(answer, "placed_at"), cell(answer, "placed_by"));
  out += fmt::format("review {}{}\n", cell(answer, "review"), review_mark(answer) == "no" ? "" : "  " + review_mark(answer));
  if (const auto at = cell(answer, "released_at"); !at.empty())
    out += fmt::format("released {} by {}: {}\n", at, cell(answer, "released_by"), cell(answer, "release_reason"));
  for (const auto& span : items(answer, "spans")) out += fmt::format("footage of {}: {} {}\n", cell(span, "source"), cell(span, "from"), cell(span, "to").empty() ? "on, without an end" : "to " + cell(span, "to"));
  out += fmt::format("{}{}; {} named\n", counted(items(answer, "numbers").size(), "number"), numbers_of(answer), counted(items(answer, "calls").size(), "call"));
  if (!receipt) return out;
  out += fmt::format("\n{} {}, {}{}\n", preview ? "would keep" : "keeps", counted(cell(answer, "recordings"), "recording"), bytes_text(amount(answer, "bytes")),
                     preview ? std::string() : "; ledger entry " + cell(answer, "ledger_number"));
  out += keeps_none_now(answer);
  if (cell(answer, "calls_not_shown") == "yes") out += "calls are kept too, and shown to who may find calls only\n";
  if (!items(answer, "segments").empty()) out += segment_table(items(answer, "segments"));
  if (static_cast<double>(items(answer, "segments").size()) < amount(answer, "recordings")) out += fmt::format("... these are the oldest {} of them\n", items(answer, "segments").size());
  if (!items(answer, "gaps").empty()) out += "\nnot recorded:\n" + gap_table(items(answer, "gaps"));
  for (const auto& gone : items(answer, "gone")) out += fmt::format("already gone: {} {} to {}\n", cell(gone, "source"), cell(gone, "from"), cell(gone, "to"));
  return out + forecast(answer);
}

std::string exported(const json::value& answer) {
  std::string out;
  for (const auto& file : items(answer, "files")) {
    if (const auto* name = file.if_string()) out += printable({name->data(), name->size()}) + "\n";
  }
  out += fmt::format("{} written to {}; ledger entry {}\n", bytes_text(amount(answer, "bytes")), cell(answer, "out"), cell(answer, "ledger_number"));
  if (!items(answer, "gaps").empty()) out += "not recorded inside the span:\n" + gap_table(items(answer, "gaps"));
  for (const auto& note : items(answer, "notes")) {
    if (const auto* text = note.if_string()) out += "note: " + printable({text->data(), text->size()}) + "\n";
  }
  return out;
}

std::string sweep(const json::value& answer) {
  const auto next = cell(answer, "next");
  std::string out = items(answer, "due").empty() ? "nothing is due\n" : segment_table(items(answer, "due"));
  return out + fmt::format("{} due, {} expired and kept by a hold; next expiry: {}\n", items(answer, "due").size(), cell(answer, "held_back"), next.empty() ? "none" : next);
}

std::string ledger(const json::value& answer) {
  Table table({"NUMBER", "AT", "ACTOR", "ACT", "SUBJECT", "REASON"});
  for (const auto& one : array_of(answer))
    table.add({cell(one, "number"), cell(one, "at"), cell(one, "erased") == "yes" ? "(erased)" : cell(one, "actor"), cell(one, "act"), cell(one, "subject").substr(0, 80), cell(one, "reason")});
  return table.empty() ? "no entries\n" : table.text();
}

std::string verdict(const json::value& answer) {
  std::string out = fmt::format("{}: {} entries, {} of them under a signed checkpoint; {} checkpoints, {} batches\n",
                                cell(answer, "sound") == "yes" ? "sound" : "NOT SOUND", cell(answer, "entries"), cell(answer, "signed_through"),
                                cell(answer, "checkpoints"), cell(answer, "batches"));
  if (cell(answer, "pruned") != "0") out += fmt::format("pruned: the acts up to entry {}; their hashes are kept\n", cell(answer, "pruned"));
  if (cell(answer, "erased") != "0") out += fmt::format("erased: who and why of {} entries\n", cell(answer, "erased"));
  for (const auto& one : items(answer, "problems"))
    out += cell(one, "entry") == "0" ? cell(one, "what") + "\n" : fmt::format("entry {}: {}\n", cell(one, "entry"), cell(one, "what"));
  return out;
}

// As signed, so that it can be piped into a file; the key it was signed with goes beside it.
std::string note(const json::value& answer) {
  const auto* text = member(answer, "note").if_string();
  return text == nullptr ? std::string() : std::string(text->data(), text->size());
}

std::string rollback_accepted(const json::value& answer) {
  auto holds = cell(member(answer, "holds"), "text");
  if (holds.empty()) holds = "A hold that was placed in the lost part may not be here, and keeps nothing then: ask who places holds, and look at tenure hold list.";
  std::string out = fmt::format("The ledger goes on from the catalogue: {} entries. What was lost is recorded in it, and the files of the lost part are\n"
                                "kept beside the others, in a folder named lost-<time>. Recordings are not closed for this any more.\n", cell(answer, "entries")) + holds + "\n";
  if (const auto why = cell(answer, "rolled_back"); !why.empty()) out = "STILL ROLLED BACK: " + why + "; recordings stay closed\n";
  if (const auto why = cell(answer, "problem"); !why.empty()) out += "LEDGER NOT WRITTEN: " + why + "\n";
  return out;
}

std::string detail_erased(const json::value& answer) {
  return fmt::format("who and why of ledger entry {} are erased from the ledger; that is entry {}\nWhat the act itself left keeps its own: "
                     "a hold, an order of erasure, a request for approval.\n", cell(answer, "entry"), cell(answer, "ledger_number"));
}

std::string doctor(const json::value& answer) {
  Table table({"CHECK", "VERDICT", ""});
  for (const auto& one : array_of(answer)) table.add({cell(one, "check"), cell(one, "verdict"), cell(one, "text")});
  return table.text();
}

std::string time_shown(const json::value& answer) {
  std::string out = cell(answer, "text") + "\n";
  if (const auto since = cell(answer, "doubtful_since"); !since.empty()) out += "doubtful since " + since + ": what is recorded now is flagged and moved once\n";
  return out + fmt::format("machine's clock {}, {}by network time, {} battery clock\n", cell(answer, "machine_clock"),
                           cell(answer, "synchronised") == "yes" ? "held " : "not held ", cell(answer, "battery_clock") == "yes" ? "with a" : "no");
}

std::string time_changed(const json::value& answer) {
  return fmt::format("{}\n{} and {} settled; ledger entry {}\n", cell(answer, "text"), counted(cell(answer, "segments"), "recording"), counted(cell(answer, "gaps"), "gap"),
                     cell(answer, "ledger_number"));
}

std::string version(const json::value& answer) { return fmt::format("tenured {}\ntenure {}\n", cell(answer, "version"), TENURE_VERSION); }
}  // namespace

std::string render(const std::string& verb, const json::value& answer) {
  if (!waits_for_approval(verb, answer).empty()) return render_people("approvals show", member(answer, "approval")).value_or("");
  if (auto shown = render_people(verb, answer)) return *shown;
  if (auto shown = render_policy(verb, answer)) return *shown;
  if (auto shown = render_erasure(verb, answer)) return *shown;
  using Renderer = std::string (*)(const json::value&);
  static const std::map<std::string, Renderer> all{
      {"status", render_status}, {"sources", sources}, {"segments", segments}, {"gaps", gaps}, {"calls find", calls}, {"hold list", holds},
      {"hold add", hold}, {"hold show", hold}, {"hold release", hold}, {"hold extend", hold}, {"hold preview", hold}, {"hold keep", hold}, {"export native", exported},
      {"export call", exported}, {"erase certificate", exported}, {"export redacted", exported}, {"sweep", sweep}, {"ledger show", ledger},
      {"ledger verify", verdict}, {"ledger accept-rollback", rollback_accepted}, {"ledger erase-detail", detail_erased}, {"ledger checkpoint", note},
      {"attest", render_attest}, {"doctor", doctor}, {"time show", time_shown}, {"time confirm", time_changed}, {"time lower", time_changed}, {"version", version}};
  const auto found = all.find(verb);
  return found == all.end() ? json::serialize(answer) + "\n" : found->second(answer);
}

}  // namespace tenure::client
