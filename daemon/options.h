// The daemon's command line: `tenured --config FILE [--check-config | --rebuild]`, `--version`, `--help`. Pure.
#pragma once
#include <string>
#include <vector>

namespace tenure::daemon {

struct Options {
  std::string config;
  bool config_given = false, check_config = false, rebuild = false, version = false, help = false;
  std::string problem;  // not empty: the arguments make no sense
};

Options parse_options(const std::vector<std::string>& arguments);
std::string usage_text();

}  // namespace tenure::daemon
