#include "daemon/client/arguments.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <map>

#include "daemon/client/groups.h"
#include "daemon/client/plan_file.h"
#include "daemon/client/table.h"

namespace tenure::client {
namespace json = boost::json;

namespace {
constexpr const char* kTimes = "RFC 3339, or local time \"2026-03-02 14:05\", \"now\", \"-10m\"";
constexpr const char* kApproval = "the request that a second person approved";
constexpr const char* kRoles =
    "practice-manager, partner, clinical-lead, data-protection-officer, front-desk or it-administrator; repeat for several";
constexpr const char* kCase = "the case it is for";
constexpr const char* kEpilogue =
    "\nTimes are RFC 3339 (2026-03-02T14:05:00Z) or local time (\"2026-03-02 14:05\"); also \"now\" and \"-10m\", \"-2h\", \"-1d\".\n"
    "Exit status: 0 done, 1 refused or failed, 2 wrong usage.";

// What the options are read into; a request takes of it what its verb has.
struct Values {
  std::map<std::string, std::string> texts;
  std::map<std::string, std::uint64_t> numbers;
  std::map<std::string, std::vector<std::string>> lists;
  bool dry_run = false, fresh = false;
};

using Build = std::function<void(Command&)>;

// One verb while the command line is put together.
class Verb {
 public:
  Verb(CLI::App* app, Values& values) : app_(app), values_(values) {}
  Verb& text(const std::string& flag, const std::string& field, const std::string& help, bool needed = false) {
    app_->add_option(flag, values_.texts[field], help)->required(needed);
    return *this;
  }
  Verb& number(const std::string& flag, const std::string& field, const std::string& help) {
    app_->add_option(flag, values_.numbers[field], help)->check([](const std::string& text) {
      const bool digits = !text.empty() && text.size() < 19 && text.find_first_not_of("0123456789") == std::string::npos;
      return digits ? std::string() : fmt::format("\"{}\" is not a whole number", printable(text));
    });
    return *this;
  }
  Verb& list(const std::string& flag, const std::string& field, const std::string& help) {
    app_->add_option(flag, values_.lists[field], help)->expected(1)->allow_extra_args(false)->take_all();
    return *this;
  }
  Verb& span(bool needed) { return text("--from", "from", kTimes, needed).text("--to", "to", kTimes, needed); }
  CLI::App* app() { return app_; }

 private:
  CLI::App* app_;
  Values& values_;
};

// The options source, from and to in the order they were typed.
std::vector<std::pair<std::string, std::string>> typed_spans(const CLI::App* app) {
  std::vector<std::pair<std::string, std::string>> typed;
  std::map<std::string, std::size_t> seen;
  for (const auto* option : app->parse_order()) {
    const auto name = option->get_single_name();
    if (name != "source" && name != "from" && name != "to") continue;
    const auto& results = option->results();
    const auto index = seen[name]++;
    if (index < results.size()) typed.emplace_back(name, results[index]);
  }
  return typed;
}

// "hold add"
std::string verb_name(const CLI::App* app) {
  const auto* parent = app->get_parent();
  return parent && parent->get_parent() ? verb_name(parent) + " " + app->get_name() : app->get_name();
}

// The whole tool: its verbs, and after parsing the request of the one that was typed.
class Tool {
 public:
  Tool();
  Command parse(const std::vector<std::string>& arguments);

 private:
  Verb verb(CLI::App* parent, const std::string& name, const std::string& help, const std::string& full = {});
  CLI::App* group(const std::string& name, const std::string& help);
  void add_looking();
  void add_holds();
  void add_exports();
  void add_upkeep();
  void add_people();
  void fill(Command& command) const;
  const CLI::App* typed() const;  // the innermost verb or group that was typed
  std::string what_is_unknown() const;

  CLI::App app_{"Asks tenured, the daemon that keeps the practice's recordings.", "tenure"};
  Command options_;
  std::map<const CLI::App*, std::pair<std::string, Values>> verbs_;
};

Tool::Tool() {
  app_.add_option("--config", options_.config, "the daemon's settings file: where its socket is found");
  app_.add_option("--socket", options_.socket, "the daemon's control socket");
  app_.add_flag("--json", options_.json, "print one JSON document on stdout");
  app_.set_version_flag("--version", "tenure " TENURE_VERSION);
  app_.require_subcommand(1);
  app_.fallthrough();
  app_.footer(kEpilogue);
  add_looking();
  add_holds();
  add_exports();
  add_upkeep();
  add_people();
}

CLI::App* Tool::group(const std::string& name, const std::string& help) {
  auto* made = app_.add_subcommand(name, help)->require_subcommand(1)->fallthrough();
  return made;
}

Verb Tool::verb(CLI::App* parent, const std::string& name, const std::string& help, const std::string& full) {
  auto* made = parent->add_subcommand(name, help)->fallthrough();
  auto& entry = verbs_[made];
  entry.first = full.empty() ? name : full;
  return {made, entry.second};
}

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
      .text("--case", "case", kCase)
      .number("--limit", "limit", "at most so many");
}

void Tool::add_holds() {
  auto* holds = group("hold", "what must not be deleted, and why");
  verb(holds, "add", "holds footage (--source with --from and --to, repeated), numbers and calls", "hold add")
      .list("--source", "source", "a source; the --from and --to after it are its times")
      .list("--from", "from", kTimes)
      .list("--to", "to", kTimes)
      .list("--number", "numbers", "every call with this number")
      .list("--call", "calls", "one call, by its id")
      .text("--reason", "reason", "why")
      .text("--authority", "authority", "by whose authority")
      .text("--review", "review", "when to look at it again: a time, or a date");
  verb(holds, "list", "all holds", "hold list");
  verb(holds, "show", "one hold and what it keeps", "hold show").text("id,--id", "id", "the hold's id", true);
  verb(holds, "release", "ends a hold; what has expired goes 24 h later", "hold release")
      .text("id,--id", "id", "the hold's id", true)
      .text("--reason", "reason", "why")
      .text("--approval", "approval", kApproval);
  verb(holds, "extend", "sets a later review", "hold extend")
      .text("id,--id", "id", "the hold's id", true)
      .text("--review", "review", "a time, or a date")
      .text("--reason", "reason", "why");
}

void Tool::add_exports() {
  auto* exports = group("export", "takes recordings out");
  const auto common = [](Verb verb) { verb.text("--reason", "reason", "for the ledger").text("--case", "case", kCase).text("--approval", "approval", kApproval).text("--out", "out", "the folder for the files; made when missing", true); };
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
      .text("--reason", "reason", "what makes you sure");
  auto* policy = group("policy", "how long what is kept");
  verb(policy, "show", "the policy in force, and what the settings propose", "policy show");
  auto* ledger = group("ledger", "the record of every act");
  verb(ledger, "show", "its entries", "ledger show").number("--from", "from", "from this number").number("--limit", "limit", "at most so many (100)");
  auto* time = group("time", "trusted time: what is known of it, and what people say about it");
  verb(time, "show", "the interval that holds the time, and why", "time show");
  verb(time, "confirm", "names the right time when it is in doubt", "time confirm")
      .text("time,--time", "time", kTimes, true)
      .text("--reason", "reason", "how you know, for the ledger");
  verb(time, "lower", "asks for an earlier time, or does it once a second person has approved", "time lower")
      .text("time,--time", "time", kTimes)
      .text("--reason", "reason", "why")
      .text("--approval", "approval", "the request that was approved");
  verb(&app_, "doctor", "checks the machine and what is kept");
  verb(&app_, "version", "the daemon's version");
}

const CLI::App* Tool::typed() const {
  const CLI::App* used = &app_;
  while (!used->get_subcommands().empty()) used = used->get_subcommands().front();
  return used;
}

// For a verb that is missing or does not exist, or an argument that its verb does not take.
std::string Tool::what_is_unknown() const {
  const auto* used = typed();
  const auto left = app_.remaining(/*recurse=*/true);
  const auto name = used == &app_ ? std::string("tenure") : "tenure " + verb_name(used);
  std::vector<std::string> verbs;
  for (const auto* child : used->get_subcommands([](const CLI::App*) { return true; })) verbs.push_back(child->get_name());
  const bool verb = !verbs.empty() && (left.empty() || left.front().front() != '-');
  const auto list = fmt::format("{}", fmt::join(verbs, ", "));
  if (verb && left.empty()) return fmt::format("{}: a verb must follow: {}", name, list);
  if (verb) return fmt::format("\"{}\" is not a verb of {}; there are: {}", printable(left.front()), name, list);
  return fmt::format("\"{}\" is not an argument of {}; {} --help lists them", left.empty() ? "" : printable(left.front()), name, name);
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
  named("disable", "ends a person's logins, at once").text("--reason", "reason", "why");
  named("enable", "lets a person log in again").text("--reason", "reason", "why");
  secret(named("password", "a new password, one's own without a name", false));
  named("totp", "a new authenticator secret, shown once", false);
  named("recovery", "ten new recovery codes, shown once", false);
  auto* approvals = group("approvals", "what waits for a second person");
  verb(approvals, "list", "all requests, newest first", "approvals list").number("--limit", "limit", "at most so many (100)");
  const auto request = [&](const std::string& name, const std::string& help) {
    return verb(approvals, name, help, "approvals " + name).text("id,--id", "id", "the request's id", true);
  };
  request("show", "one request");
  request("approve", "allows what another asked for");
  request("refuse", "refuses it, or takes one's own back").text("--reason", "reason", "why");
}

// `login` is three verbs: a new login, a fresh code, and what it is for.
void choose_login(wire::Request& request, bool fresh) {
  if (fresh && request.args.contains("name")) throw Error(ErrorKind::usage, "--fresh: goes without a name: it is for who is logged in");
  if (fresh) request.verb = "login fresh";
  else if (!request.args.contains("name")) request.verb = "login reason";
  if (request.verb == "login reason" && request.args.empty())
    throw Error(ErrorKind::usage, "name: say who logs in (tenure login NAME), or --fresh, or --reason");
}

void Tool::fill(Command& command) const {
  const auto* used = typed();
  const auto& [name, values] = verbs_.at(used);
  command.request.verb = name;
  auto& args = command.request.args;
  const auto was_given = [&](const std::string& field) {
    const auto matches = [&](const CLI::Option* option) { return option->count() > 0 && (option->check_lname(field) || option->check_name(field)); };
    const auto all = used->get_options();
    return std::any_of(all.begin(), all.end(), matches);
  };
  for (const auto& [field, text] : values.texts)
    if (!text.empty()) args[field] = text;
  for (const auto& [field, number] : values.numbers)
    if (was_given(field)) args[field] = number;
  for (const auto& [field, list] : values.lists)
    if (!list.empty() && (field == "numbers" || field == "calls" || field == "roles")) args[field] = json::array(list.begin(), list.end());
  if (auto spans = name == "hold add" ? group_spans(typed_spans(used)) : json::array(); !spans.empty()) args["spans"] = std::move(spans);
  if (values.dry_run) args["dry_run"] = true;
  if (name == "login") choose_login(command.request, values.fresh);
  if (const auto* out = args.if_contains("out")) {
    command.out = std::string(out->get_string());
    args.erase("out");
  }
  if (const auto* plan = args.if_contains("plan")) {
    command.plan_file = std::string(plan->get_string());
    args["plan"] = read_plan(command.plan_file);
  }
}

Command Tool::parse(const std::vector<std::string>& arguments) {
  Command command;
  try {
    app_.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
    command = options_;
    fill(command);
  } catch (const CLI::ExtrasError&) {
    command.message = "tenure: " + what_is_unknown() + "\n";
    command.status = 2;
  } catch (const CLI::ParseError& error) {
    std::ostringstream out, problem;
    const bool asked = error.get_exit_code() == 0;
    app_.exit(error, out, problem);
    const auto* needed = dynamic_cast<const CLI::RequiredError*>(&error);
    const bool no_verb = needed && !typed()->get_subcommands([](const CLI::App*) { return true; }).empty();
    command.message = asked ? out.str() : "tenure: " + (no_verb ? what_is_unknown() + "\n" : problem.str());
    command.status = asked ? 0 : 2;
  } catch (const Error& error) {
    command.message = std::string("tenure: ") + error.what() + "\n";
    command.status = 2;
  }
  return command;
}
}  // namespace

Command parse_arguments(const std::vector<std::string>& arguments) {
  Tool tool;
  return tool.parse(arguments);
}

}  // namespace tenure::client
