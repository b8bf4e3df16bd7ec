// Reads and validates a settings file whole: every mistake is reported at once, with its line, field, value and remedy.
#pragma once
#include <string>
#include <vector>

#include "config/settings.h"

namespace tenure::config {

struct Problem {
  int line = 0;       // 1-based; 0 when it concerns the whole file
  std::string field;  // "camera[1].area"
  std::string text;   // what is wrong, the value, and what is allowed; never a password
};

struct ReadResult {
  Settings settings;              // meaningful only when problems is empty
  std::vector<Problem> problems;
  std::vector<Problem> warnings;  // allowed, but a person should know; worth a log line each at the start
  bool ok() const { return problems.empty(); }
};

ReadResult read_settings(const Path& file);
ReadResult parse_settings(const std::string& text, const Path& file);
// "tenure.toml:12: camera[1].area: …", one line a problem.
std::string describe(const ReadResult& result);

}  // namespace tenure::config
