#include "storage/space/room.h"

#include <sys/statvfs.h>

#include <algorithm>

namespace tenure::storage {

std::optional<Room> room_at(const Path& folder) {
  struct statvfs info{};
  if (::statvfs(folder.c_str(), &info) != 0) return std::nullopt;
  return Room{std::uint64_t{info.f_bavail} * info.f_frsize,
              info.f_files == 0 ? kNotCounted : std::uint64_t{info.f_favail}};
}

std::optional<Room> room_of(const Vaults& vaults, const std::vector<std::string>& disk) {
  std::optional<Room> least;
  for (const auto& vault : disk) {
    const auto room = room_at(vaults.root(vault));
    if (!room) continue;
    least = least ? Room{std::min(least->bytes, room->bytes), std::min(least->files, room->files)} : *room;
  }
  return least;
}

std::vector<std::string> lacking(const std::map<std::string, Room>& rooms, const Room& wanted) {
  std::vector<std::string> names;
  for (const auto& [name, room] : rooms)
    if (room.bytes < wanted.bytes || room.files < wanted.files) names.push_back(name);
  return names;
}

Room without(const Room& room, const Room& gone) {
  return {room.bytes - std::min(room.bytes, gone.bytes), room.files - std::min(room.files, gone.files)};
}

}  // namespace tenure::storage
