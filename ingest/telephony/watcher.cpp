#include "ingest/telephony/watcher.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>

#include "base/error.h"

namespace tenure::ingest {

namespace {
constexpr std::uint32_t kEvents = IN_CREATE | IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ATTRIB | IN_ONLYDIR;
constexpr std::size_t kMostPaths = 10'000;
}  // namespace

Watcher::Watcher(Path root)
    : root_(std::move(root)), inotify_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC), root_), waker_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), root_) {
  if (!waker_.is_open()) throw io_error("cannot make an event to wake the watcher of a calls folder");
}

void Watcher::add(const std::string& folder) {
  if (!inotify_.is_open()) return;
  auto folders = folders_.lock();
  const int watch = ::inotify_add_watch(inotify_.descriptor(), (root_ / folder).c_str(), kEvents);
  if (watch >= 0) (*folders)[watch] = folder;
}

Watcher::Hints Watcher::wait(Duration longest) {
  pollfd waits[2] = {{waker_.descriptor(), POLLIN, 0}, {inotify_.descriptor(), POLLIN, 0}};
  const auto millis = std::clamp<std::int64_t>(std::chrono::ceil<Millis>(longest).count(), 1, 3'600'000);
  Hints hints;
  if (::poll(waits, inotify_.is_open() ? 2 : 1, static_cast<int>(millis)) <= 0) return hints;
  std::uint64_t count;
  if ((waits[0].revents & POLLIN) != 0 && ::read(waker_.descriptor(), &count, sizeof count) < 0) return hints;
  if ((waits[1].revents & POLLIN) != 0) read_events(hints);
  return hints;
}

void Watcher::read_events(Hints& hints) {
  alignas(inotify_event) char buffer[16384];
  ssize_t length;
  auto folders = folders_.lock();
  while ((length = ::read(inotify_.descriptor(), buffer, sizeof buffer)) > 0) {
    for (const char* at = buffer; at < buffer + length;) {
      const auto* event = reinterpret_cast<const inotify_event*>(at);
      at += sizeof(inotify_event) + event->len;
      const auto folder = folders->find(event->wd);
      const bool lost = (event->mask & (IN_Q_OVERFLOW | IN_ISDIR | IN_IGNORED)) != 0 || folder == folders->end();
      if (lost || hints.paths.size() >= kMostPaths) hints.rescan = true;
      if (lost && folder != folders->end() && (event->mask & IN_IGNORED) != 0) folders->erase(folder);
      if (!lost && event->len > 0 && event->name[0] != '.') hints.paths.push_back((folder->second.empty() ? "" : folder->second + "/") + event->name);
    }
  }
}

void Watcher::wake() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(waker_.descriptor(), &one, sizeof one);
}

}  // namespace tenure::ingest
