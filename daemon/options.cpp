#include "daemon/options.h"

#include <fmt/format.h>

namespace tenure::daemon {

std::string usage_text() {
  return "usage: tenured --config FILE [--check-config | --rebuild]\n"
         "  --config FILE    the settings, TOML (default /etc/tenure/tenure.toml)\n"
         "  --check-config   read the settings, report every mistake, and end\n"
         "  --rebuild        make a lost or damaged catalogue anew from what lies outside it, and end\n"
         "  --version        print the version and end\n"
         "  --help           print this and end\n";
}

Options parse_options(const std::vector<std::string>& arguments) {
  Options options;
  options.config = "/etc/tenure/tenure.toml";
  const auto name_config = [&options](const std::string& file) {
    options.config = file;
    options.config_given = true;
  };
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const auto& argument = arguments[i];
    if (argument == "--config" && i + 1 < arguments.size()) name_config(arguments[++i]);
    else if (argument == "--config") options.problem = "--config: a file name must follow";
    else if (argument.starts_with("--config=")) name_config(argument.substr(9));
    else if (argument == "--check-config") options.check_config = true;
    else if (argument == "--rebuild") options.rebuild = true;
    else if (argument == "--version") options.version = true;
    else if (argument == "--help" || argument == "-h") options.help = true;
    else if (options.problem.empty()) options.problem = fmt::format("\"{}\" is not an option of tenured", argument);
  }
  if (options.rebuild && options.check_config) options.problem = "--rebuild and --check-config do not go together";
  return options;
}

}  // namespace tenure::daemon
