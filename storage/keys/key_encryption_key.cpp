#include "storage/keys/key_encryption_key.h"

#include <sys/stat.h>

#include <algorithm>
#include <boost/filesystem/operations.hpp>
#include <cstdlib>

#include "base/entropy.h"
#include "base/error.h"
#include "base/log.h"
#include "storage/keys/root_key.h"

namespace tenure::storage {

namespace {

Path key_file(const Path& state) { return state / "secrets" / "kek"; }
Path next_key_file(const Path& state) { return state / "secrets" / "kek.next"; }

Key key_from(const Path& path) {
  Blob bytes = read_whole(path, 4096);
  Key key;
  if (bytes.size() != key.size())
    throw Error(ErrorKind::refused, "The key-encryption key in " + path.string() + " must be exactly 32 random bytes.");
  std::ranges::copy(bytes, key.begin());
  wipe(bytes);
  return key;
}

void add_credential(std::vector<GivenKey>& all, const char* name, KeyPlace place) {
  const char* folder = std::getenv("CREDENTIALS_DIRECTORY");  // NOLINT(concurrency-mt-unsafe): nothing here changes it
  if (folder != nullptr && boost::filesystem::exists(Path(folder) / name)) all.push_back({key_from(Path(folder) / name), place});
}

void add_file(std::vector<GivenKey>& all, const Path& path, KeyPlace place) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return;
  if ((info.st_mode & 077) != 0)
    throw Error(ErrorKind::refused, "The key-encryption key " + path.string() + " can be read by others. Run chmod 600 on it.");
  all.push_back({key_from(path), place});
}

// Its bytes first: the file system may keep the blocks of a removed file.
void destroy(const Path& path) {
  if (!boost::filesystem::exists(path)) return;
  {
    File file(path, File::Mode::read_write);
    file.write_at(0, Blob(file.size()));
    file.sync();
  }
  if (remove_file(path)) sync_directory(path.parent_path());
}

}  // namespace

std::string to_string(KeyPlace place) {
  switch (place) {
    case KeyPlace::credential: return "the systemd credential tenure-kek";
    case KeyPlace::next_credential: return "the systemd credential tenure-kek-next";
    case KeyPlace::file: return "the file secrets/kek";
    case KeyPlace::next_file: return "the file secrets/kek.next";
  }
  return "nowhere";
}

std::vector<GivenKey> given_key_encryption_keys(const Path& state) {
  std::vector<GivenKey> all;
  add_credential(all, "tenure-kek", KeyPlace::credential);
  add_credential(all, "tenure-kek-next", KeyPlace::next_credential);
  add_file(all, key_file(state), KeyPlace::file);
  add_file(all, next_key_file(state), KeyPlace::next_file);
  if (!all.empty()) return all;
  if (RootKeyFiles(state / "keys").is_there())
    throw Error(ErrorKind::refused, "The key-encryption key is missing: give the credential tenure-kek, or restore " +
                                        key_file(state).string() + " from the key backup.");
  GivenKey made;
  fill_random(made.key);
  make_directories(key_file(state).parent_path());
  write_durably(key_file(state), made.key);
  return {made};
}

std::vector<Key> load_key_encryption_keys(const Path& state) {
  std::vector<Key> keys;
  for (const auto& given : given_key_encryption_keys(state)) keys.push_back(given.key);
  return keys;
}

Key make_next_key_file(const Path& state) {
  Key key;
  fill_random(key);
  make_directories(next_key_file(state).parent_path());
  write_durably(next_key_file(state), key);
  return key;
}

// In place, so that the old key's bytes are gone; torn by a crash, `kek.next` still has the new ones.
void settle_key_files(const Path& state, const GivenKey& current) {
  const auto path = key_file(state);
  const bool in_file = current.place == KeyPlace::file || current.place == KeyPlace::next_file;
  if (!in_file) {
    destroy(path);
    return destroy(next_key_file(state));
  }
  if (!boost::filesystem::exists(path)) {
    write_durably(path, current.key);
  } else if (key_from(path) != current.key) {
    File file(path, File::Mode::read_write);
    file.write_at(0, current.key);
    file.sync();
  }
  destroy(next_key_file(state));
}

}  // namespace tenure::storage
