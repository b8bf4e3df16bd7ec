#include "daemon/client/plan_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"
#include "base/file.h"
#include "daemon/client/table.h"
#include "daemon/client/typed.h"

namespace tenure::client {

namespace {
constexpr std::size_t kLargest = 4 << 20;

[[noreturn]] void wrong(const std::string& file, const std::string& text) {
  throw Error(ErrorKind::usage, fmt::format("--plan {}: {}", printable(file), text));
}
}  // namespace

// Read as a stream: a pipe will do too, and a device that never ends is left at the limit.
std::string read_plan(const std::string& file) {
  const File plan(::open(file.c_str(), O_RDONLY | O_CLOEXEC), file);
  if (!plan.is_open()) wrong(file, fmt::format("cannot be read ({})", std::strerror(errno)));
  struct stat status {};
  if (::fstat(plan.descriptor(), &status) == 0 && S_ISDIR(status.st_mode)) wrong(file, "is a folder, not a redaction plan");
  std::string text(kLargest + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const auto got = ::read(plan.descriptor(), text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) wrong(file, fmt::format("cannot be read ({})", std::strerror(errno)));
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > kLargest) wrong(file, "is over 4 MiB, too large for a redaction plan");
  text.resize(size);
  if (text.find_first_not_of(" \t\r\n") == std::string::npos) wrong(file, "is empty; docs/reference/redaction-plan.md says what a plan holds");
  if (!why_no_text(text).empty()) wrong(file, "is not UTF-8 text; save the redaction plan as UTF-8");
  return text;
}

}  // namespace tenure::client
