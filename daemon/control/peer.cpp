#include "daemon/control/peer.h"

#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/error.h"

namespace tenure::daemon {

namespace {
constexpr const char* kGroup = "tenure";

std::string user_name(uid_t uid) {
  std::array<char, 4096> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found) != 0 || !found) return {};
  return found->pw_name;
}

bool in_group(const Peer& peer) {
  std::array<char, 16384> buffer{};
  group entry{};
  group* found = nullptr;
  if (::getgrnam_r(kGroup, &entry, buffer.data(), buffer.size(), &found) != 0 || !found) return false;
  const gid_t wanted = found->gr_gid;
  if (peer.gid == wanted) return true;
  const auto name = user_name(peer.uid);
  if (name.empty()) return false;
  std::vector<gid_t> groups(256);
  int count = static_cast<int>(groups.size());
  if (::getgrouplist(name.c_str(), peer.gid, groups.data(), &count) < 0) return false;
  return std::find(groups.begin(), groups.begin() + count, wanted) != groups.begin() + count;
}
}  // namespace

Peer peer_of(int socket) {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) throw io_error("cannot tell who is at the control socket");
  return {credentials.uid, credentials.gid, credentials.pid};
}

bool may_speak(const Peer& peer) { return peer.uid == 0 || peer.uid == ::geteuid() || in_group(peer); }

storage::Actor actor_of(const Peer& peer) {
  const auto name = user_name(peer.uid);
  return {name.empty() ? fmt::format("uid {}", peer.uid) : fmt::format("uid {} ({})", peer.uid, name)};
}

}  // namespace tenure::daemon
