#include "storage/keys/root_key.h"

#include <algorithm>
#include <array>
#include <boost/filesystem/operations.hpp>

#include "base/aead.h"
#include "base/entropy.h"
#include "base/error.h"
#include "base/log.h"

namespace tenure::storage {

namespace {
constexpr std::size_t kPlaceSize = 64;
constexpr std::uint32_t kPlaces = 2;
constexpr std::array kCopies = {"a", "b"};
using Place = std::array<std::uint8_t, kPlaceSize>;
using Places = std::array<std::array<Place, kPlaces>, kCopies.size()>;  // by copy

const Place kNothing{};

Key sealing_key(const Key& key_encryption_key) { return hkdf_sha256(key_encryption_key, {}, "tenure root key"); }
std::string purpose_of(std::uint32_t generation) { return "tenure root key " + std::to_string(generation); }
std::uint32_t generation_of(const Place& place) { return ByteReader(place).u32(); }

Place sealed(std::uint32_t generation, const Key& key_encryption_key, const Key& root) {
  ByteWriter out;
  out.u32(generation);
  out.bytes(seal_message(sealing_key(key_encryption_key), purpose_of(generation), root));
  Place place{};
  std::ranges::copy(out.blob(), place.begin());
  return place;
}

std::optional<Key> opened(const Place& place, const Key& key_encryption_key) {
  auto plain = open_message(sealing_key(key_encryption_key), purpose_of(generation_of(place)), View(place).subspan(4));
  Key root;
  if (!plain || plain->size() != root.size()) return std::nullopt;
  std::ranges::copy(*plain, root.begin());
  wipe(*plain);
  return root;
}

Places read_places(const Path& folder) {
  Places places{};
  for (std::size_t copy = 0; copy < kCopies.size(); ++copy) {
    const auto path = folder / kCopies.at(copy) / "root";
    if (!boost::filesystem::exists(path)) continue;
    const File file(path, File::Mode::read);
    for (std::uint32_t place = 0; place < kPlaces; ++place)
      static_cast<void>(file.read_some_at(place * kPlaceSize, places.at(copy).at(place)));
  }
  return places;
}
}  // namespace

bool RootKeyFiles::is_there() const {
  for (const auto& copy : read_places(folder_))
    if (copy[0] != kNothing || copy[1] != kNothing) return true;
  return false;
}

void RootKeyFiles::make(const Key& key_encryption_key) {
  Key root;
  fill_random(root);
  add(1, key_encryption_key, root);
  wipe(root);
}

bool RootKeyFiles::is_half_made(const std::vector<Key>& given) const {
  const auto copies = read_places(folder_);
  const auto opens = [&](const Place& place) {
    return std::ranges::any_of(given, [&](const Key& key) { return opened(place, key).has_value(); });
  };
  return copies[0] != copies[1] && std::ranges::none_of(copies, [&](const auto& copy) { return std::ranges::any_of(copy, opens); });
}

void RootKeyFiles::put(std::uint32_t place, View bytes) const {
  for (const auto* copy : kCopies) {
    const auto path = folder_ / copy / "root";
    make_directories(path.parent_path());
    if (!boost::filesystem::exists(path)) write_durably(path, Blob(kPlaces * kPlaceSize));
    File file(path, File::Mode::read_write);
    file.write_at(place * kPlaceSize, bytes);
    file.sync();
  }
}

void RootKeyFiles::add(std::uint32_t generation, const Key& key_encryption_key, const Key& root) {
  put(generation % kPlaces, sealed(generation, key_encryption_key, root));
}

void RootKeyFiles::drop(std::uint32_t generation) { put(generation % kPlaces, kNothing); }

OpenedRoot RootKeyFiles::open(const std::vector<Key>& given) {
  const auto copies = read_places(folder_);
  OpenedRoot found;
  std::vector<std::uint32_t> torn;
  bool missing = false;
  for (std::uint32_t place = 0; place < kPlaces; ++place) {
    const auto& a = copies[0].at(place);
    const auto& b = copies[1].at(place);
    if (a == kNothing && b == kNothing) continue;
    const Place* good = nullptr;
    for (const auto* one : {&a, &b})
      for (std::size_t index = 0; index < given.size() && good == nullptr; ++index)
        if (const auto root = opened(*one, given[index])) {
          good = one;
          found.root = *root;
          found.generations[generation_of(*one)] = index;
        }
    if (good != nullptr && a != b) {
      log_warning("event=root-key-repaired place={}", place);
      put(place, *good);
    }
    if (good == nullptr) (a == b ? missing = true : (torn.push_back(place), false));
  }
  if (found.generations.empty())
    throw Error(ErrorKind::refused, "The key-encryption key is not the one that the keys in " + folder_.string() +
                                        " were made with. Restore the right key.");
  if (missing)
    throw Error(ErrorKind::refused, "A rotation of the key-encryption key stopped half-way, and one of its two keys is missing:"
                                    " give the old and the new one (docs/guide/keys.md).");
  for (const auto place : torn) put(place, kNothing);  // a rotation that never began
  return found;
}

}  // namespace tenure::storage
