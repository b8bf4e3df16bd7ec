// The command line of `tenure`, read into one request for the daemon. CLI11 stays in the .cpp.
#pragma once
#include <string>
#include <vector>

#include "daemon/wire/message.h"

namespace tenure::client {

struct Command {
  wire::Request request;
  std::string config, socket;  // as given; empty when not
  bool json = false;
  bool brief = false;          // status in one line
  bool from_input = false;     // passwords and codes come on standard input
  std::string out;             // of an export: the folder its files go to
  std::string plan_file;       // of a redacted export: where the plan was read from
  std::string ledger_files, ledger_key;  // of ledger verify: files to read here, without the daemon
  std::string restore_data, restore_keys, recovery_file, checkpoint_file;  // of restore: done here, without the daemon
  std::string message;         // help or version asked for: print it and end; or what is wrong
  int status = -1;             // the exit status then; -1: go on
};

// `arguments` without the program's name.
Command parse_arguments(const std::vector<std::string>& arguments);

}  // namespace tenure::client
