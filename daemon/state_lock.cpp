#include "daemon/state_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/error.h"

namespace tenure::daemon {

StateLock::StateLock(const Path& state) {
  make_directories(state);
  const Path path = state / "lock";
  file_ = File(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600), path);
  if (!file_.is_open()) throw io_error(fmt::format("cannot open {}", path.string()));
  if (::flock(file_.descriptor(), LOCK_EX | LOCK_NB) != 0) {
    Blob holder(20);
    holder.resize(file_.read_some_at(0, holder));
    throw Error(ErrorKind::refused, fmt::format("{} is in use by another tenured (process {}); stop it first, or give each its own [storage] path",
                                                state.string(), as_text(holder)));
  }
  file_.truncate(0);
  file_.write_at(0, as_view(std::to_string(::getpid())));
}

}  // namespace tenure::daemon
