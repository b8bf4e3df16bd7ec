#include "media/worker/confine.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "base/error.h"
#include "media/worker/job.h"

namespace tenure::worker {

namespace {
constexpr int kNice = 10;  // recording goes first
constexpr std::uint64_t kGraceSeconds = 5;  // the first limit kills by SIGXCPU, which says why; the last one by SIGKILL

void must(bool ok, const char* what) {
  if (!ok) throw io_error(std::string("The worker cannot confine itself: ") + what);
}

void limit(__rlimit_resource what, std::uint64_t value, const char* name, std::uint64_t grace = 0) {
  const rlimit both{value, value + grace};
  must(::setrlimit(what, &both) == 0, name);
}
}  // namespace

void confine_early() {
  must(::prctl(PR_SET_PDEATHSIG, SIGKILL) == 0, "death with its parent");
  must(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "no new privileges");
#if !defined(__SANITIZE_ADDRESS__)  // the leak check attaches to its own process
  must(::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0, "no dumps");  // nobody may attach to a process that holds pictures
#endif
  must(::close_range(kStatus + 1, ~0U, 0) == 0, "descriptors");
  must(::clearenv() == 0, "environment");
  must(::chdir("/") == 0, "folder");
  limit(RLIMIT_CORE, 0, "core files");
  limit(RLIMIT_FSIZE, 0, "file sizes");  // descriptors here are sockets; no file can grow by a byte
  limit(RLIMIT_NOFILE, 16, "open files");
  ::signal(SIGPIPE, SIG_IGN);
  errno = 0;
  must(::nice(kNice) != -1 || errno == 0, "priority");
}

void confine_to(std::uint64_t address_space, std::uint64_t cpu_seconds) {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  limit(RLIMIT_AS, address_space, "memory");  // sanitizers reserve terabytes of address space
#else
  static_cast<void>(address_space);
#endif
  limit(RLIMIT_CPU, cpu_seconds, "time", kGraceSeconds);
}

}  // namespace tenure::worker
