// What is left on a file system: bytes, and files that can still be made. Any thread.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/file.h"
#include "storage/vault/vault.h"

namespace tenure::storage {

struct Room {
  std::uint64_t bytes = 0, files = 0;
};

// Of files, where a file system makes them as it goes and counts none.
inline constexpr std::uint64_t kNotCounted = UINT64_MAX;

// Nothing when it cannot be told: the folder is gone or its disk does not answer. That is not a full disk.
std::optional<Room> room_at(const Path& folder);
// Of vaults on one file system: the least that any of them finds, as one may have a quota of its own.
std::optional<Room> room_of(const Vaults& vaults, const std::vector<std::string>& disk);
// Of vaults on one file system, by name, those that find less than `wanted`: what goes from one whose own count has
// room gives nothing to one that is at the end of a quota.
std::vector<std::string> lacking(const std::map<std::string, Room>& rooms, const Room& wanted);
// Never less than nothing.
Room without(const Room& room, const Room& gone);

}  // namespace tenure::storage
