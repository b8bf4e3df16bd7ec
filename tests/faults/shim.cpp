// Preloaded into faults_practice: counts the file operations below one folder, SQLite's included, and at the one asked for
// ends the process, tears the write in two, or fails it once or from then on. Or it only writes down each operation with
// its bytes, so that disk_history.cpp can tell what a disk may hold that keeps only what was synced. Steered by the
// functions of shim.h; until armed it does nothing.
#include "tests/faults/shim.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdarg>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string>

namespace {

using tenure::faults::Fault;

enum class Op { create, write, sync, rename, unlink, truncate, mkdir };
constexpr std::array kNames{"create", "write", "sync", "rename", "unlink", "truncate", "mkdir"};

std::recursive_mutex mutex;
std::string root;                   // empty: not armed
Fault fault = Fault::none;
long at = 0, count = 0;
bool fired = false;
int log_file = -1;
std::array<bool, 4096> below{};     // by descriptor: it lies below the root

template <typename Function>
Function* real(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}
#define REAL(name) static auto* const call = real<decltype(::name)>(#name)

void put(int descriptor, const void* bytes, std::size_t size) {
  REAL(write);
  static_cast<void>(!call(descriptor, bytes, size));
}

std::string path_at(int folder, const char* name) {
  if (name[0] == '/' || folder == AT_FDCWD) return name;
  std::array<char, PATH_MAX> link{};
  const auto length = ::readlink(("/proc/self/fd/" + std::to_string(folder)).c_str(), link.data(), link.size());
  return length < 0 ? std::string(name) : std::string(link.data(), static_cast<std::size_t>(length)) + "/" + name;
}

bool is_below(const std::string& path) { return !root.empty() && (path == root || path.starts_with(root + "/")); }
bool is_below(int descriptor) {
  return !root.empty() && descriptor >= 0 && static_cast<std::size_t>(descriptor) < below.size() && below[static_cast<std::size_t>(descriptor)];
}
void mark(int descriptor, bool is) {
  if (descriptor >= 0 && static_cast<std::size_t>(descriptor) < below.size()) below[static_cast<std::size_t>(descriptor)] = is;
}

bool applies(Op op) {
  if (fault == Fault::torn) return op == Op::write;
  const bool space = op == Op::create || op == Op::write || op == Op::mkdir;
  return space || (fault != Fault::enospc_once && fault != Fault::enospc_ever);
}

// Whether this operation is the one, or follows it where a fault lasts. One that the fault cannot hit is no point.
bool is_due(Op op) {
  if (fault == Fault::count || fault == Fault::log || !applies(op)) return false;
  const bool lasts = fault == Fault::eio_ever || fault == Fault::enospc_ever;
  return count == at || (lasts && fired);
}

void say_fired(Op op) {
  if (fired) return;
  fired = true;
  const auto line = std::string("fired ") + kNames.at(static_cast<std::size_t>(op)) + " " + std::to_string(count) + "\n";
  put(STDOUT_FILENO, line.data(), line.size());
}

enum class Verdict { go_on, fail, tear };
Verdict judge(Op op) {
  if (root.empty() || fault == Fault::none) return Verdict::go_on;
  ++count;
  if (!is_due(op)) return Verdict::go_on;
  say_fired(op);
  if (fault == Fault::kill) ::_exit(tenure::faults::kKilled);
  if (fault == Fault::torn) return Verdict::tear;
  errno = fault == Fault::eio_once || fault == Fault::eio_ever ? EIO : ENOSPC;
  return Verdict::fail;
}

unsigned long long inode_of(int descriptor) {
  struct stat info {};
  return ::fstat(descriptor, &info) == 0 ? info.st_ino : 0;
}
unsigned long long inode_of(const std::string& path) {
  struct stat info {};
  return ::lstat(path.c_str(), &info) == 0 ? info.st_ino : 0;
}
void note(const std::string& line, const void* bytes = nullptr, std::size_t size = 0) {
  if (fault != Fault::log) return;
  put(log_file, line.data(), line.size());
  if (size > 0) put(log_file, bytes, size);
  put(log_file, "\n", 1);
}
std::string within(const std::string& path) { return path.substr(std::min(path.size(), root.size() + 1)); }

int finish_open(int descriptor, const std::string& path, bool is_new) {
  if (descriptor < 0) return descriptor;
  mark(descriptor, is_below(path));
  if (is_new && is_below(path)) note("C " + std::to_string(inode_of(descriptor)) + " " + within(path));
  return descriptor;
}

int open_as(int folder, const char* path, int flags, mode_t mode) {
  const auto whole = path_at(folder, path);
  static auto* const call = real<int(int, const char*, int, ...)>("openat");
  const std::scoped_lock lock(mutex);
  const bool creates = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
  if (!creates || !is_below(whole)) return finish_open(call(folder, path, flags, mode), whole, false);
  const bool is_new = (flags & O_TMPFILE) != O_TMPFILE && inode_of(whole) == 0;
  // Opening what is there, as SQLite does, makes nothing and does not count.
  if ((is_new || (flags & O_TMPFILE) == O_TMPFILE) && judge(Op::create) != Verdict::go_on) return -1;
  return finish_open(call(folder, path, flags, mode), whole, is_new);
}

template <typename Write>
ssize_t write_as(int descriptor, const void* bytes, std::size_t size, long long offset, Write&& write) {
  if (!is_below(descriptor)) return write(bytes, size);
  const std::scoped_lock lock(mutex);
  switch (judge(Op::write)) {
    case Verdict::fail: return -1;
    case Verdict::tear: write(bytes, size / 2); ::_exit(tenure::faults::kKilled);
    case Verdict::go_on: break;
  }
  if (offset < 0) offset = ::lseek(descriptor, 0, SEEK_CUR);
  const auto done = write(bytes, size);
  if (done > 0)
    note("W " + std::to_string(inode_of(descriptor)) + " " + std::to_string(offset) + " " + std::to_string(done) + "\n", bytes,
         static_cast<std::size_t>(done));
  return done;
}

template <typename Call>
int sync_as(int descriptor, Call&& call) {
  if (!is_below(descriptor)) return call();
  const std::scoped_lock lock(mutex);
  if (judge(Op::sync) != Verdict::go_on) return -1;
  const int code = call();
  if (code == 0) note("S " + std::to_string(inode_of(descriptor)));
  return code;
}

template <typename Call>
int truncate_as(int descriptor, long long size, Call&& call) {
  if (!is_below(descriptor)) return call();
  const std::scoped_lock lock(mutex);
  if (judge(Op::truncate) != Verdict::go_on) return -1;
  const int code = call();
  if (code == 0) note("T " + std::to_string(inode_of(descriptor)) + " " + std::to_string(size));
  return code;
}

template <typename Call>
int unlink_as(const std::string& path, Call&& call) {
  if (!is_below(path)) return call();
  const std::scoped_lock lock(mutex);
  if (inode_of(path) == 0) return call();  // changes nothing
  if (judge(Op::unlink) != Verdict::go_on) return -1;
  const int code = call();
  if (code == 0) note("U " + within(path));
  return code;
}

template <typename Call>
int mkdir_as(const std::string& path, Call&& call) {
  if (!is_below(path)) return call();
  const std::scoped_lock lock(mutex);
  if (judge(Op::mkdir) != Verdict::go_on) return -1;
  const int code = call();
  if (code == 0) note("D " + std::to_string(inode_of(path)) + " " + within(path));
  return code;
}

mode_t mode_of(int flags, va_list& list) {
  return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE ? static_cast<mode_t>(va_arg(list, unsigned)) : 0;
}

}  // namespace

extern "C" {

void tenure_fault_arm(const char* folder, int which, long number, const char* log) {
  const std::scoped_lock lock(mutex);
  root = folder;
  fault = static_cast<Fault>(which);
  at = number;
  count = 0;
  fired = false;
  if (log == nullptr) return;
  log_file = ::open(log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  note("D " + std::to_string(inode_of(root)) + " .");
}
long tenure_fault_count() { return count; }
void tenure_fault_note(const char* text, unsigned long size) {
  const std::scoped_lock lock(mutex);
  note("A " + std::to_string(size) + "\n", text, size);
}

#define OPENS(name, folder, parameters)      \
  int name parameters {                      \
    va_list list;                            \
    va_start(list, flags);                   \
    const mode_t mode = mode_of(flags, list); \
    va_end(list);                            \
    return open_as(folder, path, flags, mode); \
  }
OPENS(open, AT_FDCWD, (const char* path, int flags, ...))
OPENS(open64, AT_FDCWD, (const char* path, int flags, ...))
OPENS(openat, from, (int from, const char* path, int flags, ...))
OPENS(openat64, from, (int from, const char* path, int flags, ...))
int __open_2(const char* path, int flags) { return open_as(AT_FDCWD, path, flags, 0); }
int __open64_2(const char* path, int flags) { return open_as(AT_FDCWD, path, flags, 0); }

int close(int descriptor) {
  REAL(close);
  mark(descriptor, false);
  return call(descriptor);
}

ssize_t write(int descriptor, const void* bytes, std::size_t size) {
  REAL(write);
  return write_as(descriptor, bytes, size, -1, [=](const void* from, std::size_t much) { return call(descriptor, from, much); });
}
#define WRITES_AT(name, type)                                                                     \
  ssize_t name(int descriptor, const void* bytes, std::size_t size, type offset) {                \
    REAL(name);                                                                                   \
    return write_as(descriptor, bytes, size, offset,                                              \
                    [=](const void* from, std::size_t much) { return call(descriptor, from, much, offset); }); \
  }
WRITES_AT(pwrite, off_t)
WRITES_AT(pwrite64, off64_t)

#define SYNCS(name)                                            \
  int name(int descriptor) {                                   \
    REAL(name);                                                \
    return sync_as(descriptor, [=] { return call(descriptor); }); \
  }
SYNCS(fsync)
SYNCS(fdatasync)
#define TRUNCATES(name, type)                                                    \
  int name(int descriptor, type size) noexcept {                                 \
    REAL(name);                                                                  \
    return truncate_as(descriptor, size, [=] { return call(descriptor, size); }); \
  }
TRUNCATES(ftruncate, off_t)
TRUNCATES(ftruncate64, off64_t)
int posix_fallocate(int descriptor, off_t offset, off_t size) {
  REAL(posix_fallocate);
  int code = 0;
  if (truncate_as(descriptor, offset + size, [&] { code = call(descriptor, offset, size); return code == 0 ? 0 : -1; }) == 0) return 0;
  return code != 0 ? code : errno;
}

#define UNLINKS(name)                                  \
  int name(const char* path) noexcept {                \
    REAL(name);                                        \
    return unlink_as(path, [=] { return call(path); }); \
  }
UNLINKS(unlink)
UNLINKS(rmdir)
int unlinkat(int folder, const char* path, int flags) noexcept {
  REAL(unlinkat);
  return unlink_as(path_at(folder, path), [=] { return call(folder, path, flags); });
}
int mkdir(const char* path, mode_t mode) noexcept {
  REAL(mkdir);
  return mkdir_as(path, [=] { return call(path, mode); });
}
int mkdirat(int folder, const char* path, mode_t mode) noexcept {
  REAL(mkdirat);
  return mkdir_as(path_at(folder, path), [=] { return call(folder, path, mode); });
}
int rename(const char* from, const char* to) noexcept {
  REAL(rename);
  if (!is_below(std::string(to))) return call(from, to);
  const std::scoped_lock lock(mutex);
  if (judge(Op::rename) != Verdict::go_on) return -1;
  const int code = call(from, to);
  if (code == 0) note("R " + within(from) + "\t" + within(to));
  return code;
}

}  // extern "C"
