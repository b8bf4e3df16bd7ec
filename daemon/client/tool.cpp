#include "daemon/client/tool.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>

#include "base/error.h"
#include "daemon/client/groups.h"
#include "daemon/client/plan_file.h"
#include "daemon/client/table.h"
#include "daemon/client/typed.h"

namespace tenure::client {
namespace json = boost::json;

namespace {
constexpr const char* kEpilogue =
    "\nTimes are RFC 3339 (2026-03-02T14:05:00Z) or local time (\"2026-03-02 14:05\"); also \"now\" and \"-10m\", \"-2h\", \"-1d\".\n"
    "Exit status: 0 done, 1 refused or failed, 2 wrong usage.";

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

// No option means something by an empty value: a script's unset variable must not be taken for an option left out.
void refuse_empty_values(CLI::App& app) {
  for (auto* option : app.get_options())
    if (option->get_expected_max() > 0) option->check(why_empty);
  for (auto* verb : app.get_subcommands([](CLI::App*) { return true; })) refuse_empty_values(*verb);
}

bool names_recordings(const std::string& name) { return name == "hold add" || name == "hold preview" || name == "erase" || name == "erase preview"; }

// `login` is three verbs: a new login, a fresh code, and what it is for.
void choose_login(wire::Request& request, bool fresh) {
  if (fresh && request.args.contains("name")) throw Error(ErrorKind::usage, "--fresh: goes without a name: it is for who is logged in");
  if (fresh) request.verb = "login fresh";
  else if (!request.args.contains("name")) request.verb = "login reason";
  if (request.verb == "login reason" && request.args.empty())
    throw Error(ErrorKind::usage, "name: say who logs in (tenure login NAME), or --fresh, or --reason");
}
}  // namespace

Verb& Verb::text(const std::string& flag, const std::string& field, const std::string& help, bool needed) {
  app_->add_option(flag, values_.texts[field], help)->required(needed)->check(why_no_text);
  return *this;
}

Verb& Verb::number(const std::string& flag, const std::string& field, const std::string& help) {
  app_->add_option(flag, values_.numbers[field], help)->check([](const std::string& text) {
    const bool digits = !text.empty() && text.size() < 19 && text.find_first_not_of("0123456789") == std::string::npos;
    return digits ? std::string() : fmt::format("\"{}\" is not a whole number", printable(text));
  });
  return *this;
}

Verb& Verb::list(const std::string& flag, const std::string& field, const std::string& help) {
  app_->add_option(flag, values_.lists[field], help)->expected(1)->allow_extra_args(false)->take_all()->check(why_no_text);
  return *this;
}

Verb& Verb::span(bool needed) { return text("--from", "from", kTimes, needed).text("--to", "to", kTimes, needed); }

Tool::Tool() : owned_(std::make_unique<CLI::App>("Asks tenured, the daemon that keeps the practice's recordings.", "tenure")), app_(*owned_) {
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
  add_erasure();
  add_cases();
  refuse_empty_values(app_);
}

Tool::~Tool() = default;

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

void Tool::fill(Command& command) const {
  const auto* used = typed();
  const auto& [name, values] = verbs_.find(used)->second;
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
  if (auto spans = names_recordings(name) ? group_spans(typed_spans(used)) : json::array(); !spans.empty()) args["spans"] = std::move(spans);
  if (values.dry_run) args["dry_run"] = true;
  if (values.new_password) args["new_password"] = true;  // asked for before the request goes out
  if (values.from_settings) args["from_settings"] = true;
  if (name == "login") choose_login(command.request, values.fresh);
  if (const auto* out = args.if_contains("out")) {
    command.out = std::string(out->get_string());
    args.erase("out");
    if (name == "attest") args["files"] = true;
  }
  if (const auto* plan = args.if_contains("plan")) {
    command.plan_file = std::string(plan->get_string());
    args["plan"] = read_plan(command.plan_file);
  }
}

Command Tool::parse(const std::vector<std::string>& arguments) {
  Command command;
  try {
    const auto typed = with_empty_values(arguments);
    app_.parse(std::vector<std::string>(typed.rbegin(), typed.rend()));
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

}  // namespace tenure::client
