#include <sys/stat.h>

#include <algorithm>
#include <boost/filesystem/operations.hpp>
#include <cstdlib>

#include "base/entropy.h"
#include "base/error.h"
#include "storage/key_slots.h"

namespace tenure::storage {

namespace {

Key key_from(const Path& path) {
  Blob bytes = read_whole(path, 4096);
  Key key;
  if (bytes.size() != key.size())
    throw Error(ErrorKind::refused, "The key-encryption key in " + path.string() + " must be exactly 32 random bytes.");
  std::ranges::copy(bytes, key.begin());
  wipe(bytes);
  return key;
}

}  // namespace

Key load_key_encryption_key(const Path& state) {
  if (const char* folder = std::getenv("CREDENTIALS_DIRECTORY")) {  // NOLINT(concurrency-mt-unsafe): before any thread
    const Path credential = Path(folder) / "tenure-kek";
    if (boost::filesystem::exists(credential)) return key_from(credential);
  }
  const Path path = state / "secrets" / "kek";
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) {
    Key key;
    fill_random(key);
    make_directories(path.parent_path());
    write_durably(path, key);
    return key;
  }
  if ((info.st_mode & 077) != 0)
    throw Error(ErrorKind::refused, "The key-encryption key " + path.string() + " can be read by others. Run chmod 600 on it.");
  return key_from(path);
}

}  // namespace tenure::storage
