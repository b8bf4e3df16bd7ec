// Every verb of `tenure` with its arguments.
#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>

#include "daemon/client/tool.h"

namespace tenure::client {

namespace {
constexpr const char* kApproval = "the request that a second person approved";
constexpr const char* kRoles =
    "practice-manager, partner, clinical-lead, data-protection-officer, front-desk or it-administrator; repeat for several";
constexpr const char* kCase = "the case it is for";
// What no right guards, and what is done here, without the daemon. Any right may be granted by case, so that every other
// verb takes one; a test holds this against the daemon's own table.
constexpr std::array kOfNoRight = {"status",         "sources",        "gaps",             "doctor",
                                   "version",        "keys show",      "backup show",      "time show",
                                   "login",          "logout",         "whoami",           "user break-glass",
                                   "approvals list", "approvals show", "approvals approve", "approvals refuse",
                                   "rebuild",        "restore"};
}  // namespace

void Tool::add_looking() {
  auto status = verb(&app_, "status", "cameras, calls, space, next expiry, holds");
  status.app()->add_flag("--brief", options_.brief, "one line");
  verb(&app_, "sources", "cameras and call folders, and what is kept of each");
  verb(&app_, "segments", "what is kept").text("--source", "source", "of this source only").span(false).number("--limit", "limit", "at most so many");
  verb(&app_, "gaps", "minutes that were not recorded, and why (the last day by default)").text("--source", "source", "of this source only").span(false);
  auto* calls = group("calls", "call recordings");
  verb(calls, "find", "finds calls by number, digits, extension or time", "calls find")
      .text("--number", "number", "a number in any form")
      .text("--last-digits", "last_digits", "the last 4 to 15 digits of a number")
      .text("--extension", "extension", "the practice's own extension")
      .span(false)
      .number("--limit", "limit", "at most so many");
}

void Tool::add_holds() {
  auto* holds = group("hold", "what must not be deleted, and why");
  const auto what = [&](const std::string& name, const std::string& help) {
    verb(holds, name, help, "hold " + name)
        .list("--source", "source", "a source; the --from and --to after it are its times")
        .list("--from", "from", kTimes)
        .list("--to", "to", std::string(kTimes) + "; left out: without an end, what is yet to be recorded too")
        .list("--number", "numbers", "every call with this number")
        .list("--call", "calls", "one call, by its id")
        .text("--reason", "reason", "why")
        .text("--authority", "authority", "by whose authority")
        .text("--review", "review", "when to look at it again: a time, or a date");
  };
  what("add", "holds footage (--source with --from and --to, repeated), numbers and calls");
  verb(holds, "list", "all holds", "hold list");
  verb(holds, "show", "one hold and what it keeps", "hold show").text("id,--id", "id", "the hold's id", true);
  verb(holds, "release", "ends a hold; what has expired goes 24 h later", "hold release")
      .text("id,--id", "id", "the hold's id", true)
      .text("--reason", "reason", "why")
      .text("--approval", "approval", kApproval);
  what("preview", "what such a hold would keep, and what becomes of the room; the same arguments");
  verb(holds, "keep", "takes a release back while it is releasing", "hold keep")
      .text("id,--id", "id", "the hold's id", true)
      .text("--reason", "reason", "why");
  verb(holds, "extend", "sets a later review", "hold extend")
      .text("id,--id", "id", "the hold's id", true)
      .text("--review", "review", "a time, or a date")
      .text("--reason", "reason", "why");
}

void Tool::add_exports() {
  auto* exports = group("export", "takes recordings out");
  const auto common = [](Verb verb) { verb.text("--reason", "reason", "for the ledger").text("--approval", "approval", kApproval).text("--out", "out", "the folder for the files; made when missing", true); };
  common(verb(exports, "native", "the footage as it was recorded, as MP4", "export native").text("--source", "source", "the camera", true).span(true));
  common(verb(exports, "call", "a call's original audio", "export call").text("call,--call", "call", "the call's id", true));
  auto redacted = verb(exports, "redacted", "footage or a call with people hidden or muted", "export redacted");
  common(redacted.text("--source", "source", "the camera").span(false).text("--call", "call", "a call's id").text("--plan", "plan", "the redaction plan, JSON", true));
}

void Tool::add_upkeep() {
  auto sweep = verb(&app_, "sweep", "what is due for deletion (it goes by itself)");
  sweep.app()->add_flag("--dry-run", verbs_.at(sweep.app()).second.dry_run, "only shows it; required");
  verb(sweep.app(), "approve", "lets a deletion go on that stopped to ask", "sweep approve")
      .text("class,--class", "class", "the class it asks about", true)
      .text("--reason", "reason", "what makes you sure").text("--approval", "approval", kApproval);
  auto* policy = group("policy", "how long what is kept");
  verb(policy, "show", "the policy in force, its versions, and what the settings propose", "policy show");
  const auto wish = [&](const std::string& name, const std::string& help) {
    auto made = verb(policy, name, help, "policy " + name);
    made.text("class,--class", "class", "the class it is about").text("--period", "period", "ISO 8601: P28D, P3Y")
        .text("--anchor", "anchor", "capture_end or capture_start; as it is, when left out");
    made.app()->add_flag("--from-settings", verbs_.at(made.app()).second.from_settings, "what the settings file says");
    return made;
  };
  wish("preview", "what a change would make fall due, and when").text("--effective", "effective", kTimes);
  wish("change", "changes it; a shorter one needs its preview, a second person and 24 hours")
      .text("--preview", "preview", "as policy preview printed it")
      .text("--reason", "reason", "why")
      .text("--approval", "approval", kApproval);
  verb(policy, "cancel", "takes back a change that has not taken effect", "policy cancel")
      .text("class,--class", "class", "the class whose change waits", true)
      .text("--reason", "reason", "why");
  auto* ledger = group("ledger", "the record of every act");
  verb(ledger, "show", "its entries", "ledger show").number("--from", "from", "from this number").number("--limit", "limit", "at most so many (100)");
  auto check = verb(ledger, "verify", "derives all of it again and compares; names the first bad entry", "ledger verify");
  check.app()->add_option("--from-files", options_.ledger_files, "a copy of the ledger's folder, read here instead of asking the daemon");
  check.app()->add_option("--key", options_.ledger_key, "the verifier key, or the file that holds it; else the folder's own");
  verb(ledger, "checkpoint", "signs the ledger as it is now", "ledger checkpoint");
  verb(ledger, "prove", "that an entry is in the ledger, or that it only grew", "ledger prove")
      .number("--entry", "entry", "the entry's number").number("--from", "from", "a size").number("--to", "to", "a later size (as it is now)");
  verb(ledger, "erase-detail", "forgets who acted and why in one entry; what was done stays, and every proof", "ledger erase-detail")
      .number("--entry", "entry", "the entry's number").text("--reason", "reason", "why", true).text("--approval", "approval", kApproval);
  verb(ledger, "accept-rollback", "goes on with a catalogue that is older than the ledger's files", "ledger accept-rollback")
      .text("--reason", "reason", "why", true);
  auto* time = group("time", "trusted time: what is known of it, and what people say about it");
  verb(time, "show", "the interval that holds the time, and why", "time show");
  verb(time, "confirm", "names the right time when it is in doubt", "time confirm")
      .text("time,--time", "time", kTimes, true)
      .text("--reason", "reason", "how you know, for the ledger");
  verb(time, "lower", "asks for an earlier time, or does it once a second person has approved", "time lower")
      .text("time,--time", "time", kTimes)
      .text("--reason", "reason", "why")
      .text("--approval", "approval", "the request that was approved");
  verb(&app_, "attest", "the promise report: is anything kept longer than was promised?")
      .text("--out", "out", "a folder for the report as PDF, HTML and signed JSON; made when missing");
  verb(&app_, "rebuild", "makes a lost or damaged catalogue anew from what lies outside it, while tenured is stopped");
  verb(&app_, "doctor", "checks the machine and what is kept");
  verb(&app_, "version", "the daemon's version");
}

void Tool::add_people() {
  const auto secret = [this](Verb verb) {
    verb.app()->add_flag("--stdin", options_.from_input, "passwords and codes from standard input, one a line, instead of from the terminal");
    return verb;
  };
  auto login = secret(verb(&app_, "login", "logs a person in; --fresh gives a fresh code; --reason alone says what for"));
  login.text("name", "name", "the login name").text("--reason", "reason", "why recordings will be looked at").text("--case", "case_reference", kCase);
  login.app()->add_flag("--fresh", verbs_.at(login.app()).second.fresh, "only a fresh code, for what needs one");
  verb(&app_, "logout", "ends the login");
  verb(&app_, "whoami", "who is logged in, and until when");
  auto* users = group("user", "the people who may log in");
  const auto named = [&](const std::string& name, const std::string& help, bool needed = true) {
    return verb(users, name, help, "user " + name).text("name", "name", "the login name", needed);
  };
  secret(named("add", "makes a person; shows the authenticator's secret and the recovery codes once"))
      .text("--display", "display", "the person's name, for others to read", true)
      .list("--role", "roles", kRoles);
  verb(users, "list", "all people", "user list");
  named("show", "one person");
  named("role", "sets the roles of a person").list("--role", "roles", kRoles).text("--reason", "reason", "why");
  named("disable", "ends a person's logins, at once").text("--reason", "reason", "why").text("--approval", "approval", kApproval);
  named("enable", "lets a person log in again").text("--reason", "reason", "why");
  secret(named("password", "a new password, one's own without a name", false));
  named("totp", "a new authenticator secret, shown once", false);
  named("recovery", "ten new recovery codes, shown once", false);
  auto glass = secret(named("break-glass", "root lets the only practice manager back in: a new authenticator secret and recovery codes"));
  glass.text("--reason", "reason", "why").app()->add_flag("--new-password", verbs_.at(glass.app()).second.new_password, "a new password too");
  auto* approvals = group("approvals", "what waits for a second person");
  verb(approvals, "list", "all requests, newest first", "approvals list").number("--limit", "limit", "at most so many (100)");
  const auto request = [&](const std::string& name, const std::string& help) {
    return verb(approvals, name, help, "approvals " + name).text("id,--id", "id", "the request's id", true);
  };
  request("show", "one request");
  request("approve", "allows what another asked for");
  request("refuse", "refuses it, or takes one's own back").text("--reason", "reason", "why");
}

void Tool::add_cases() {
  for (auto& [app, entry] : verbs_) {
    auto& [name, values] = entry;
    if (std::find(kOfNoRight.begin(), kOfNoRight.end(), name) == kOfNoRight.end())
      Verb(app, values).text("--case", "case", kCase);
  }
}

}  // namespace tenure::client
