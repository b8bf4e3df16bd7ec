#include "config/known_socket.h"

#include <algorithm>

namespace tenure::config {

std::optional<Path> known_socket(const ReadResult& read) {
  const auto hides_it = [](const Problem& problem) {
    const bool of_whole_file = problem.field.empty();  // it could not be read, or is no TOML
    return of_whole_file || problem.field == "daemon" || problem.field == "daemon.socket";
  };
  const auto& socket = read.settings.socket;
  // Without a socket of its own it lies in the state directory; where that is not known either, it is no whole path.
  if (!socket.is_absolute() || std::any_of(read.problems.begin(), read.problems.end(), hides_it)) return std::nullopt;
  return socket;
}

}  // namespace tenure::config
