#include "daemon/client/recovery.h"

#include <boost/json.hpp>
#include <iostream>
#include <iterator>

#include "base/error.h"
#include "config/reader.h"
#include "storage/backup/recovery_key.h"
#include "storage/backup/restore.h"

namespace tenure::client {

namespace json = boost::json;

namespace {
constexpr std::size_t kLongestText = 4096;

std::string text_of(const std::string& file) {
  if (file != "-") return std::string(as_text(read_whole(file, kLongestText)));
  std::string text;
  std::getline(std::cin, text);
  return text;
}

config::Settings settings_of(const std::string& file) {
  auto read = config::read_settings(file.empty() ? "/etc/tenure/tenure.toml" : file);
  if (!read.ok()) throw Error(ErrorKind::usage, config::describe(read));
  return std::move(read.settings);
}
}  // namespace

std::string add_recovery_key(wire::Request& request) {
  if (request.verb != "backup recovery-key") return {};
  auto secret = storage::make_recovery_secret();
  request.args["public"] = to_hex(storage::recovery_public(secret));
  auto text = storage::recovery_text(secret);
  wipe(secret);
  return text;
}

std::string restore_here(const Command& command) {
  const auto settings = settings_of(command.config);
  const auto secret = storage::parse_recovery_text(text_of(command.recovery_file));
  if (!secret) throw Error(ErrorKind::usage, "--recovery-key: is not the key as it was shown; a digit may be wrong");
  storage::RestoreRequest request{command.restore_data, command.restore_keys, *secret, {}};
  if (!command.checkpoint_file.empty()) request.checkpoint = text_of(command.checkpoint_file);
  const auto report = storage::restore(settings, request);
  json::array notes;
  for (const auto& note : report.notes) notes.emplace_back(note);
  return json::serialize(json::object{{"files", report.files}, {"bytes", report.bytes}, {"data_made_at", report.data_made_at},
                                      {"keys_made_at", report.keys_made_at}, {"holds", storage::in_words(report.holds)}, {"notes", std::move(notes)}});
}

}  // namespace tenure::client
