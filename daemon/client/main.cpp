// tenure: asks tenured and shows what it answers.
#include <fmt/format.h>
#include <unistd.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <memory>

#include "daemon/client/arguments.h"
#include "daemon/client/find_socket.h"
#include "daemon/client/folder_receiver.h"
#include "daemon/client/interrupt.h"
#include "daemon/client/ledger_files.h"
#include "daemon/client/rebuild.h"
#include "daemon/client/recovery.h"
#include "daemon/client/render.h"
#include "daemon/client/secrets.h"
#include "daemon/client/session_file.h"
#include "daemon/client/table.h"

using namespace tenure;

namespace {
constexpr int kDone = 0, kFailed = 1, kWrongUsage = 2;

// An answer that is a verdict against what was asked about.
int status_of(const std::string& verb, const boost::json::value& answer) {
  const bool unsound = verb == "ledger verify" && answer.is_object() && !answer.at("sound").as_bool();
  const bool broken = verb == "attest" && answer.is_object() && answer.at("verdict").as_string() != "kept";
  return unsound || broken ? kFailed : kDone;
}

int print(const client::Command& command, boost::json::value answer) {
  if (!command.out.empty() && answer.is_object()) answer.get_object()["out"] = command.out;
  const auto shown = command.json    ? boost::json::serialize(answer) + "\n"
                     : command.brief ? client::render_brief(answer)
                                     : client::render(command.request.verb, answer);
  fmt::print("{}", shown);
  return status_of(command.request.verb, answer);
}

// The token goes into its file and nowhere else.
void keep_session(const Path& socket, const std::string& verb, boost::json::value& answer) {
  if (verb == "logout") client::forget_session(socket);
  if (verb != "login" || !answer.is_object()) return;
  if (const auto* token = answer.get_object().if_contains("session"); token && token->is_string())
    client::write_session(socket, std::string(token->get_string()));
  answer.get_object().erase("session");
}

// An export that fails midway: what came whole so far is taken back too, for a part of an export is none.
void take_back(client::FolderReceiver& receiver) {
  if (receiver.take_back()) fmt::print(stderr, "tenure: the files written so far were removed\n");
}

// The daemon is sent the plan's text and cannot know which file it came from.
std::string of_plan(const client::Command& command, const Error& error) {
  const bool about_it = error.message().starts_with("plan") || error.message().starts_with("The redaction plan");
  return about_it && !command.plan_file.empty() ? fmt::format("--plan {}: ", client::printable(command.plan_file)) : std::string();
}

int ask(const client::Command& command) {
  std::unique_ptr<client::FolderReceiver> receiver;
  try {
    if (!command.ledger_files.empty())
      return print(command, boost::json::parse(client::verify_ledger_files(command.ledger_files, command.ledger_key)));
    if (command.request.verb == "rebuild") return print(command, boost::json::parse(client::run_rebuild(command.config)));
    if (!command.restore_keys.empty()) return print(command, boost::json::parse(client::restore_here(command)));
    // First, so that a folder that will not do is refused before the daemon is asked and notes an export.
    if (!command.out.empty()) receiver = std::make_unique<client::FolderReceiver>(command.out, ::isatty(STDERR_FILENO) != 0);
    if (receiver) client::notice_interrupts();
    const auto found = client::find_socket(command.socket, command.config);
    if (!found.warning.empty()) fmt::print(stderr, "tenure: {}", found.warning);
    const auto& socket = found.path;
    auto request = command.request;
    client::add_secrets(request, command.from_input);
    const auto recovery_key = client::add_recovery_key(request);
    request.session = client::read_session(socket);
    client::Connection connection(socket);
    auto answer = boost::json::parse(connection.ask(request, receiver.get()));
    if (receiver) receiver->abandon();
    keep_session(socket, request.verb, answer);
    if (!recovery_key.empty()) answer.as_object()["recovery_key"] = recovery_key;
    const auto waits = client::waits_for_approval(request.verb, answer);
    const int status = print(command, std::move(answer));
    if (waits.empty()) return status;
    if (receiver) receiver->take_back();  // nothing came: no empty folder stays
    fmt::print(stderr, "tenure: {}\n", waits);
    return kFailed;
  } catch (const Error& error) {
    if (receiver) take_back(*receiver);
    fmt::print(stderr, "tenure: {}{}\n", of_plan(command, error), error.what());
    return error.kind() == ErrorKind::usage ? kWrongUsage : kFailed;
  }
}
}  // namespace

int main(int count, char** values) {
  const auto command = client::parse_arguments({values + 1, values + count});
  if (command.status >= 0) {
    fmt::print(command.status == 0 ? stdout : stderr, "{}", command.message);
    return command.status;
  }
  try {
    return ask(command);
  } catch (const std::exception& error) {
    fmt::print(stderr, "tenure: {}\n", error.what());
    return kFailed;
  }
}
