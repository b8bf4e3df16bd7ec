#include <fmt/format.h>

#include "daemon/client/fields.h"
#include "daemon/client/render.h"
#include "daemon/client/table.h"

namespace tenure::client {
namespace json = boost::json;

namespace {
std::string picture(const json::value& camera) {
  if (cell(camera, "codec").empty()) return {};
  return fmt::format("{} {}x{}", cell(camera, "codec"), cell(camera, "width"), cell(camera, "height"));
}

std::string cameras(const json::value& status) {
  Table table({"CAMERA", "STATE", "LAST FRAME", "RATE", "FPS", "PICTURE", "WHY"});
  for (const auto& camera : items(status, "cameras"))
    table.add({cell(camera, "name"), cell(camera, "state"), cell(camera, "last_frame"), bits_text(amount(camera, "bits_per_second")),
               fmt::format("{:.1f}", amount(camera, "fps")), picture(camera), cell(camera, "why")});
  return table.empty() ? "no cameras in the settings\n" : table.text();
}

constexpr std::size_t kMostProblems = 50;

std::string folders(const json::value& status) {
  Table table({"CALLS", "STATE", "IMPORTED", "KNOWN", "WAITING", "PROBLEMS", "LAST IMPORT", "WHY"});
  std::string problems;
  for (const auto& folder : items(status, "calls")) {
    const auto& all = items(folder, "problems");
    table.add({cell(folder, "name"), cell(folder, "state"), cell(folder, "imported"), cell(folder, "known"), cell(folder, "waiting"),
               std::to_string(all.size()), cell(folder, "last_import"), cell(folder, "why")});
    for (std::size_t i = 0; i < all.size() && i < kMostProblems; ++i) problems += fmt::format("  {}: {}\n", cell(all[i], "file"), cell(all[i], "why"));
    if (all.size() > kMostProblems) problems += fmt::format("  and {} more\n", all.size() - kMostProblems);
  }
  return (table.empty() ? "no call folders being watched\n" : table.text()) + problems;
}

// The other vaults on the disk of this one, where what is free must do for all: "attic, phones".
std::string neighbours(const json::value& vault) {
  std::string names;
  for (const auto& other : items(vault, "shares")) {
    const auto* name = other.if_string();
    if (name != nullptr) names += (names.empty() ? "" : ", ") + printable({name->data(), name->size()});
  }
  return names;
}

// When there is no room any more, and of what: many small recordings use up the files that a disk can make before its
// bytes.
std::string when_full(const json::value& vault) {
  const bool files = cell(vault, "full_of") == "files";
  const auto full = cell(vault, "full_at");
  if (cell(vault, "full_now") == "yes")
    return files ? "; no more files can be made on its disk now, or within the hour"
                 : "; the disk is full now, or within the hour";
  if (full.empty()) return {};
  return files ? fmt::format("; no more files can be made on its disk from {} on", full)
               : fmt::format("; the disk will be full at {}", full);
}

std::string too_small(const json::value& vault, const std::string& name, const std::string& others) {
  const bool files = cell(vault, "short_of") == "files";
  const auto& of_files = member(vault, "files");
  const auto size = [&](std::string_view field) {
    return files ? fmt::format("{:.0f} files", amount(of_files, field)) : bytes_text(amount(vault, field));
  };
  const auto beside = others.empty() ? "" : fmt::format(", and {} in {} on the same disk", size("others_need"), others);
  const auto only =
      files ? fmt::format("; its disk can make {:.0f}, however much room is left on it", amount(of_files, "there"))
            : "";
  return fmt::format("TOO SMALL: what was promised needs {} in vault {}{}{}{}\n", size("promise_needs"), name, beside,
                     only, when_full(vault));
}

// One line, so that what fits by the rates of the whole period never stands beside a disk that fills meanwhile.
std::string outlook(const json::value& vault, const std::string& name) {
  const auto when = when_full(vault), others = neighbours(vault);
  const auto same_disk = others.empty() ? std::string() : fmt::format(" (on one disk with {})", others);
  if (cell(vault, "promise_fits") == "no") return too_small(vault, name, others);
  if (!when.empty())
    return fmt::format(
        "DISK FILLS UP: vault {}{} keeps what was promised until now{}, and then the oldest footage goes before its "
        "date or\n"
        "cameras stop; give it {}, or see what fills it\n",
        name, same_disk, when, cell(vault, "full_of") == "files" ? "a disk made for more files" : "more room");
  if (cell(vault, "month_fits") == "no")
    return fmt::format(
        "vault {}{} has room for what was promised, but not for 31 days of CCTV, for which the police may ask\n", name,
        same_disk);
  return {};
}

// A tenth of a day matters only where there are few.
std::string days_that_fit(const json::value& vault) {
  const auto days = amount(vault, "days_that_fit");
  return fmt::format("{:.{}f} days{}", days, days < 10 ? 1 : 0, cell(vault, "estimated") == "yes" ? " (estimated)" : "");
}

// What is held goes for nobody, so it may be why nothing more is kept.
std::string held_there(const json::value& vault) {
  if (amount(vault, "held") == 0) return {};
  return fmt::format("; {} there are held: release what is over (tenure hold list), or give it more room", bytes_text(amount(vault, "held")));
}

std::string space(const json::value& status) {
  Table table({"VAULT", "ON LINE", "USED", "FREE", "CCTV THAT FITS", "FORECAST", "WHY"});
  std::string alarms;
  for (const auto& vault : items(status, "space")) {
    const auto name = cell(vault, "vault");
    table.add({name, cell(vault, "online"), bytes_text(amount(vault, "used")), bytes_text(amount(vault, "free")),
               cell(vault, "days_that_fit").empty() || amount(vault, "month_needs") == 0 ? "" : days_that_fit(vault),
               cell(vault, "forecast"), cell(vault, "why")});
    alarms += outlook(vault, name);
    if (cell(vault, "holds_endanger") == "yes")
      alarms += fmt::format("HOLDS ENDANGER THE PROMISE: {} of vault {} are held; release what is over (tenure hold list), or give it more room\n",
                            bytes_text(amount(vault, "held")), name);
    const auto* full = cell(vault, "full_of") == "files" ? "NO MORE FILES ON THE DISK" : "DISK FULL";
    if (const auto stopped = cell(vault, "stopped"); !stopped.empty())
      alarms += fmt::format("{}: {} of vault {} are not kept{}\n", full, stopped, name, held_there(vault));
  }
  return table.text() + alarms;
}

// What was deleted before its time, and what waits for somebody to say that it may go.
std::string promises(const json::value& status) {
  std::string out;
  for (const auto& broken : items(status, "broken_promises"))
    out += fmt::format("PROMISE BROKEN: {} from {} to {} was deleted at {} to make room\n", cell(broken, "source"), cell(broken, "start"),
                       cell(broken, "end"), cell(broken, "at"));
  for (const auto& question : items(status, "sweep_questions"))
    out += fmt::format("DELETION WAITS: {} of {} in class {} are due, and {}. Look first; then: tenure sweep approve {} --reason \"...\"\n",
                       cell(question, "segments"), cell(question, "of"), cell(question, "class"), cell(question, "why"), cell(question, "class"));
  return out;
}

std::string policy(const json::value& status) {
  std::string out = "policy:";
  for (const auto& one : items(status, "policy")) out += fmt::format(" {} {}", cell(one, "class"), cell(one, "period"));
  out += "\n";
  for (const auto& one : items(status, "policy_waiting"))
    out += fmt::format("changes at {}: class {} to {}; until then: tenure policy cancel {}\n", cell(one, "effective_at"), cell(one, "class"),
                       cell(one, "period"), cell(one, "class"));
  for (const auto& proposal : items(status, "proposals")) {
    const auto* text = proposal.if_string();
    if (text) out += "proposed, not in force: " + printable({text->data(), text->size()}) + "\n";
  }
  return out;
}

// The walk and the scrub of what lies in the vaults.
std::string vault_contents(const json::value& status) {
  const auto& scrub = member(status, "scrub");
  std::string out = fmt::format("read and checked: {} of {} since {}, all by {}\n", bytes_text(amount(scrub, "read_bytes")),
                                bytes_text(amount(scrub, "cycle_bytes")), cell(scrub, "cycle_began"), cell(scrub, "cycle_due"));
  if (cell(scrub, "cycle_began").empty()) out = fmt::format("read and checked: not begun, {} compared\n", counted(cell(scrub, "files"), "name"));
  if (amount(scrub, "lost") > 0) out += fmt::format("LOST: {} without a file\n", counted(cell(scrub, "lost"), "recording"));
  for (const auto& one : items(status, "lost"))
    out += fmt::format("  {} {}: {} to {}\n", cell(one, "segment"), cell(one, "source"), cell(one, "start"), cell(one, "end"));
  const auto named = static_cast<double>(items(status, "lost").size());
  if (named > 0 && amount(scrub, "lost") > named) out += fmt::format("  and {:.0f} more\n", amount(scrub, "lost") - named);
  if (amount(status, "lost_not_judged") > 0)
    out += fmt::format("NOT YET JUDGED: {} without a file: the time is not settled, and their date may be over (tenure time show)\n",
                       counted(cell(status, "lost_not_judged"), "recording"));
  if (amount(scrub, "damaged") > 0) out += fmt::format("DAMAGED: {} not as recorded any more\n", counted(cell(scrub, "damaged"), "recording"));
  for (const auto& one : items(status, "damaged")) out += fmt::format("  {} {}: {}\n", cell(one, "segment"), cell(one, "source"), cell(one, "why"));
  if (amount(scrub, "unreadable") > 0)
    out += fmt::format("UNREADABLE: {} in the vaults that nobody knows of; the log names them\n", counted(cell(scrub, "unreadable"), "file"));
  if (amount(scrub, "in_quarantine") > 0) out += fmt::format("IN QUARANTINE: {} nobody knows of\n", counted(cell(scrub, "in_quarantine"), "file"));
  return out;
}

std::string ledger(const json::value& status) {
  const auto& ledger = member(status, "ledger");
  std::string out = fmt::format("ledger: {} {}, signed up to {} at {}\n", cell(ledger, "entries"), cell(ledger, "entries") == "1" ? "entry" : "entries", cell(ledger, "checkpointed"), cell(ledger, "checkpoint_at"));
  if (const auto why = cell(ledger, "rolled_back"); !why.empty()) out += "CATALOGUE ROLLED BACK: " + why + "; recordings stay closed\n";
  if (const auto why = cell(ledger, "problem"); !why.empty()) out += "LEDGER NOT WRITTEN: " + why + "\n";
  for (const auto& copy : items(ledger, "copies"))
    if (const auto why = cell(copy, "problem"); !why.empty()) out += "LEDGER NOT COPIED: " + why + "\n";
  return out;
}

std::string about_people(const json::value& status) {
  std::string out;
  if (cell(status, "people_gone") == "yes")
    out += "PEOPLE ARE GONE: there were some, and the rebuilt catalogue has none. Until somebody is a practice manager again, root and the\n"
           "daemon's own user act without a login: restore a backup, or sudo tenure user add NAME --display TEXT --role practice-manager\n";
  for (const auto& one : items(status, "break_glass"))
    out += fmt::format("BREAK GLASS: {} gave {} a new second factor{} from outside at {}; if nobody asked for it, somebody else can log in\n",
                       cell(one, "by"), cell(one, "person"), cell(one, "password") == "yes" ? " and password" : "", cell(one, "at"));
  return out;
}

std::string backup(const json::value& status) {
  const auto& backup = member(status, "backup");
  const auto keys = cell(backup, "keys_at"), data = cell(backup, "data_at");
  std::string out = fmt::format("backup: keys {}, data {}\n", keys.empty() ? "never" : keys, data.empty() ? "never" : data);
  for (const auto& alarm : items(backup, "alarms"))
    if (const auto* text = alarm.if_string()) out += "BACKUP: " + printable({text->data(), text->size()}) + "\n";
  return out;
}
}  // namespace

std::string render_status(const json::value& status) {
  std::string out = fmt::format("tenured {} since {}", cell(status, "version"), cell(status, "started"));
  if (cell(status, "trial") == "yes") out += "   TRIAL: short periods are allowed";
  const auto& time = member(status, "time");
  const auto told = cell(time, "text");
  out += told.empty() ? fmt::format("\ntrusted time {} to {}\n\n", cell(time, "lo"), cell(time, "hi")) : fmt::format("\ntrusted time {}\n\n", told);
  out += cameras(status) + "\n" + folders(status) + "\n" + space(status) + "\n";
  const auto& counts = member(status, "counts");
  out += fmt::format("kept: {}, {}, {}\n", counted(cell(counts, "segments"), "segment"), counted(cell(counts, "calls"), "call"), bytes_text(amount(counts, "bytes")));
  const auto next = cell(status, "next_expiry");
  out += fmt::format("next expiry: {}\n", next.empty() ? "none" : next);
  const auto& holds = member(status, "holds");
  out += fmt::format("holds: {} active ({} without an end), {} releasing; reviews: {} overdue, {} due within 14 days\n", cell(holds, "active"),
                     cell(holds, "without_end"), cell(holds, "releasing"), cell(holds, "review_due"), cell(holds, "review_soon"));
  const auto& approvals = member(status, "approvals");
  if (amount(approvals, "waiting") > 0) {
    const auto alone = cell(approvals, "alone_from");
    out += fmt::format("requests for a second person: {} waiting{}\n", cell(approvals, "waiting"),
                       alone.empty() ? "" : "; one stands alone from " + alone + ", for nobody else could approve it");
  }
  const auto& sweep = member(status, "sweep");
  out += fmt::format("deleted by the sweep since the start: {}\n", cell(sweep, "deleted"));
  if (const auto problem = cell(sweep, "problem"); !problem.empty()) out += "DELETION FAILS: " + problem + "\n";
  return out + about_people(status) + vault_contents(status) + promises(status) + backup(status) + ledger(status) + policy(status);
}

std::string render_brief(const json::value& status) {
  std::string out;
  for (const auto& camera : items(status, "cameras")) {
    out += fmt::format("{} {}", cell(camera, "name"), cell(camera, "state"));
    if (cell(camera, "state") == "recording") out += fmt::format(" {} {:.0f} fps", bits_text(amount(camera, "bits_per_second")), amount(camera, "fps"));
    out += ", ";
  }
  const auto& counts = member(status, "counts");
  const auto next = cell(status, "next_expiry");
  return out + fmt::format("kept {} and {} ({}), {}, next expiry {}\n", counted(cell(counts, "segments"), "segment"), counted(cell(counts, "calls"), "call"),
                           bytes_text(amount(counts, "bytes")), counted(cell(member(status, "holds"), "active"), "hold"), next.empty() ? "none" : next);
}

}  // namespace tenure::client
