// The command line of `tenure` while it is put together and read. CLI11 stays in the .cpp files. One thread.
#pragma once
#include <functional>
#include <map>
#include <memory>

#include "daemon/client/arguments.h"

namespace CLI {
class App;
}

namespace tenure::client {

// What the options are read into; a request takes of it what its verb has.
struct Values {
  std::map<std::string, std::string> texts;
  std::map<std::string, std::uint64_t> numbers;
  std::map<std::string, std::vector<std::string>> lists;
  bool dry_run = false, fresh = false, from_settings = false, new_password = false;
};

// One verb while the command line is put together.
class Verb {
 public:
  Verb(CLI::App* app, Values& values) : app_(app), values_(values) {}
  Verb& text(const std::string& flag, const std::string& field, const std::string& help, bool needed = false);
  Verb& number(const std::string& flag, const std::string& field, const std::string& help);
  Verb& list(const std::string& flag, const std::string& field, const std::string& help);
  Verb& span(bool needed);
  CLI::App* app() { return app_; }

 private:
  CLI::App* app_;
  Values& values_;
};

// The whole tool: its verbs, and after parsing the request of the one that was typed.
class Tool {
 public:
  Tool();
  ~Tool();
  Command parse(const std::vector<std::string>& arguments);

 private:
  Verb verb(CLI::App* parent, const std::string& name, const std::string& help, const std::string& full = {});
  CLI::App* group(const std::string& name, const std::string& help);
  void add_looking();
  void add_holds();
  void add_exports();
  void add_upkeep();
  void add_people();
  void add_erasure();
  void add_cases();  // last: to the verbs that are there
  void fill(Command& command) const;
  const CLI::App* typed() const;  // the innermost verb or group that was typed
  std::string what_is_unknown() const;

  std::unique_ptr<CLI::App> owned_;
  CLI::App& app_;
  Command options_;
  std::map<CLI::App*, std::pair<std::string, Values>, std::less<>> verbs_;
};

// How times may be typed, for the help texts.
inline constexpr const char* kTimes = "RFC 3339, or local time \"2026-03-02 14:05\", \"now\", \"-10m\"";

}  // namespace tenure::client
