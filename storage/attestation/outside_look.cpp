#include "storage/attestation/outside_look.h"

#include "storage/attestation/walk.h"

namespace tenure::storage::attestation {

namespace fs = boost::filesystem;

OutsideReport look_outside(const std::string& name, const Path& folder, const std::optional<Period>& promised, Instant now) {
  OutsideReport out{name, folder.string(), 0, 0, {}, {}, {}, 0};
  boost::system::error_code error;
  if (!fs::is_directory(folder, error)) {
    out.problem = "it is not there or may not be read";
    return out;
  }
  const auto look = [&](const Path& path, bool is_folder) {
    boost::system::error_code gone;
    const auto changed = is_folder ? 0 : fs::last_write_time(path, gone);
    if (is_folder || gone) return true;
    const Instant at{Seconds(changed)};
    ++out.files;
    out.oldest = std::min(out.oldest.value_or(at), at);
    out.newest = std::max(out.newest.value_or(at), at);
    if (promised && add(at, *promised) < now) ++out.older_than_promised;
    return true;
  };
  walk(folder, look, [&](const Path& unread) { out.problem = unread.string() + " may not be read"; });
  return out;
}

}  // namespace tenure::storage::attestation
