#include "storage/backup/files.h"

#include <algorithm>
#include <boost/filesystem/operations.hpp>
#include <functional>

#include "base/error.h"

namespace tenure::storage {

namespace {
constexpr std::size_t kPiece = 1 << 20;

void read_pieces(const File& file, const std::function<void(View)>& take) {
  Blob piece(kPiece);
  std::uint64_t at = 0;
  for (std::size_t got = 1; got > 0; at += got) {
    got = file.read_some_at(at, piece);
    if (got > 0) take(View(piece).first(got));
  }
}
}  // namespace

std::uint64_t Copier::copy(const Path& from, const Path& to) { return copy_open(File(from, File::Mode::read), to); }

std::optional<std::uint64_t> Copier::copy_if_there(const Path& from, const Path& to) {
  File file;
  try {
    file = File(from, File::Mode::read);
  } catch (const Error&) {
    boost::system::error_code error;
    if (boost::filesystem::status(from, error).type() == boost::filesystem::file_not_found) return std::nullopt;
    throw;
  }
  return copy_open(file, to);
}

void Copier::sync() {
  for (; !grown_.empty(); grown_.erase(grown_.begin())) sync_directory(*grown_.begin());
}

std::uint64_t Copier::copy_open(const File& from, const Path& to) {
  make_directories(to.parent_path());
  Path beside = to;
  beside += ".new";
  remove_file(beside);
  File target(beside, File::Mode::create);
  std::uint64_t size = 0;
  read_pieces(from, [&](View piece) {
    target.write_at(size, piece);
    size += piece.size();
  });
  target.sync();
  target.close();
  boost::filesystem::rename(beside, to);
  grown_.insert(to.parent_path());
  return size;
}

Digest digest_of(const Path& path) {
  Sha256 hash;
  read_pieces(File(path, File::Mode::read), [&](View piece) { hash.update(piece); });
  return hash.finish();
}

void overwrite_and_remove(const Path& path) {
  {
    File file(path, File::Mode::read_write);
    const Blob zeros(kPiece);
    const auto size = file.size();
    for (std::uint64_t at = 0; at < size; at += zeros.size())
      file.write_at(at, View(zeros).first(static_cast<std::size_t>(std::min<std::uint64_t>(zeros.size(), size - at))));
    file.sync();
  }
  if (remove_file(path)) sync_directory(path.parent_path());
}

}  // namespace tenure::storage
