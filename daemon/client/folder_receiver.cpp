#include "daemon/client/folder_receiver.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/filesystem/operations.hpp>
#include <cstdio>

namespace tenure::client {
namespace fs = boost::filesystem;

// On a slow stick the sync at the end of a long file takes minutes, and the daemon gives up a client that takes nothing for
// half a minute; so little by little.
static constexpr std::uint64_t kSyncEvery = 16 << 20;  // bytes
static constexpr const char* kManifest = "manifest-sha256.txt";  // the last file of every export

bool is_plain_name(const std::string& name) {
  const auto odd = [](char c) { return c == '/' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  return !name.empty() && name.size() <= 200 && name.front() != '.' && std::none_of(name.begin(), name.end(), odd);
}

FolderReceiver::FolderReceiver(Path folder, bool show_progress) : folder_(std::move(folder)), show_progress_(show_progress) {
  boost::system::error_code error;
  if (fs::exists(folder_, error) && !fs::is_directory(folder_, error)) throw Error(ErrorKind::usage, fmt::format("--out: {} is not a folder", folder_.string()));
  if (fs::exists(folder_ / kManifest, error))
    throw Error(ErrorKind::refused, fmt::format("--out: {} holds an export already ({} is there); give another folder", folder_.string(), kManifest));
  make_folder();
}

void FolderReceiver::make_folder() {
  boost::system::error_code error;
  std::vector<Path> missing;
  for (Path at = fs::absolute(folder_).lexically_normal(); !at.empty() && !fs::exists(at, error); at = at.parent_path()) missing.push_back(at);
  for (; !missing.empty(); missing.pop_back()) {
    if (fs::create_directory(missing.back(), error)) made_.push_back(missing.back());
    if (!error) continue;
    const auto why = error.message();
    take_back();
    throw Error(ErrorKind::io, fmt::format("--out: the folder {} cannot be made", folder_.string()), why);
  }
}

bool FolderReceiver::take_back() {
  const bool any = abandon() || !files_.empty();
  for (const auto& file : files_) remove_file(file);
  files_.clear();
  boost::system::error_code ignored;  // a folder that somebody put a file into meanwhile stays
  for (; !made_.empty(); made_.pop_back()) fs::remove(made_.back(), ignored);
  return any;
}

FolderReceiver::~FolderReceiver() { abandon(); }

void FolderReceiver::begin_file(const std::string& name) {
  if (!is_plain_name(name)) throw Error(ErrorKind::corrupt, "the daemon named a file in a way that is not taken");
  target_ = folder_ / name;
  const Path part = folder_ / (name + ".part");
  boost::system::error_code error;
  if (boost::filesystem::exists(boost::filesystem::symlink_status(target_, error)))
    throw Error(ErrorKind::refused, fmt::format("{} is there already and is not overwritten; give another --out", target_.string()));
  const int descriptor = ::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) throw io_error(fmt::format("cannot make {}", part.string()));
  part_ = part;
  file_ = File(descriptor, part_);
  written_ = 0;
}

void FolderReceiver::data(View bytes) {
  if (!file_.is_open()) throw Error(ErrorKind::corrupt, "the daemon sent bytes that belong to no file");
  file_.write_at(written_, bytes);
  const bool much = (written_ + bytes.size()) / kSyncEvery > written_ / kSyncEvery;
  written_ += bytes.size();
  if (much) file_.sync();
}

void FolderReceiver::end_file() {
  if (!file_.is_open()) throw Error(ErrorKind::corrupt, "the daemon ended a file it did not begin");
  file_.sync();
  file_.close();
  // RENAME_NOREPLACE: a file that came to be there meanwhile stays too.
  if (::renameat2(AT_FDCWD, part_.c_str(), AT_FDCWD, target_.c_str(), RENAME_NOREPLACE) != 0)
    throw io_error(fmt::format("cannot rename {} to {}", part_.string(), target_.string()));
  part_.clear();
  sync_directory(folder_);
  files_.push_back(target_);
}

void FolderReceiver::progress(double done, const std::string& what) {
  if (!show_progress_) return;
  std::string safe = what.substr(0, 60);
  for (char& c : safe) {
    if (static_cast<unsigned char>(c) < 0x20) c = '?';
  }
  fmt::print(stderr, "\r\033[K{:3.0f} %  {}", std::clamp(done, 0.0, 1.0) * 100, safe);
  std::fflush(stderr);
  shown_ = true;
}

bool FolderReceiver::abandon() {
  if (std::exchange(shown_, false)) fmt::print(stderr, "\r\033[K");
  if (part_.empty()) return false;
  file_ = {};
  ::unlink(part_.c_str());
  part_.clear();
  return true;
}

}  // namespace tenure::client
