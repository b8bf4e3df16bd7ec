// tenured: keeps a practice's recordings exactly as long as was promised.
#include <malloc.h>
#include <sys/stat.h>

#include <cstdio>
#include <cstdlib>

#include "base/error.h"
#include "base/log.h"
#include "config/reader.h"
#include "daemon/options.h"
#include "daemon/places.h"
#include "daemon/rebuild.h"
#include "daemon/record_only.h"
#include "storage/backup/restore.h"

using namespace tenure;

namespace {
constexpr int kDone = 0, kFailed = 1, kWrongUsage = 2;
constexpr int kArenas = 2;  // of the allocator: what one thread gives back shall serve the others, not stay with it

LogLevel level_named(const std::string& name) {
  if (name == "debug") return LogLevel::debug;
  if (name == "warning") return LogLevel::warning;
  if (name == "error") return LogLevel::error;
  return LogLevel::info;
}

int say(std::FILE* where, const std::string& text, int status) {
  std::fputs(text.c_str(), where);
  return status;
}

void log_as(const config::Settings& settings) { start_log(level_named(settings.log_level), std::getenv("JOURNAL_STREAM") != nullptr); }

int serve(const config::Settings& settings) {
  log_as(settings);
  try {
    if (const auto problems = daemon::check_state_folder(settings); !problems.empty())
      throw Error(ErrorKind::io, fmt::format("{}", fmt::join(problems, "; ")));
    if (const auto why = storage::unfinished_restore(settings.storage.path); !why.empty()) throw Error(ErrorKind::refused, why);
    return daemon::start_and_run(settings);
  } catch (const std::exception& error) {
    log_error("event=failed cause=\"{}\"", error.what());
    return kFailed;
  }
}

int rebuild(const config::Settings& settings) {
  log_as(settings);
  return say(stdout, daemon::rebuild(settings) + "\n", kDone);
}

// Trying the folders too: what the settings say may be well formed and still be of no use on this machine.
int check(const std::string& file, const config::ReadResult& read) {
  const auto problems = daemon::check_places(read.settings);
  for (const auto& problem : problems) say(stderr, fmt::format("{}: {}\n", file, problem), kWrongUsage);
  return problems.empty() ? say(stdout, file + ": good\n", kDone) : kWrongUsage;
}
}  // namespace

int main(int count, char** values) {
  ::mallopt(M_ARENA_MAX, kArenas);
  ::umask(0077);  // what is kept is nobody else's to read; the socket says for itself who may come
  const auto options = daemon::parse_options({values + 1, values + count});
  if (options.help) return say(stdout, daemon::usage_text(), kDone);
  if (options.version) return say(stdout, "tenured " TENURE_VERSION "\n", kDone);
  if (!options.problem.empty()) return say(stderr, "tenured: " + options.problem + "\n" + daemon::usage_text(), kWrongUsage);
  try {
    auto read = config::read_settings(options.config);
    const bool asked = options.config_given || options.check_config;
    if (!read.ok()) return say(stderr, config::describe(read) + (asked ? "" : daemon::usage_text()), kWrongUsage);
    if (options.check_config) return check(options.config, read);
    if (options.rebuild) return rebuild(read.settings);
    return serve(read.settings);
  } catch (const std::exception& error) {
    return say(stderr, std::string("tenured: ") + error.what() + "\n", kFailed);
  }
}
