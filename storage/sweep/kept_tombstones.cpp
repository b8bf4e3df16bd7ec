#include "storage/sweep/kept_tombstones.h"

#include <algorithm>
#include <boost/filesystem/operations.hpp>

#include "base/error.h"
#include "base/log.h"
#include "storage/catalogue/catalogue_state.h"
#include "storage/sweep/tombstone_file.h"

namespace tenure::storage {

namespace {
constexpr std::size_t kAtOnce = 4096;

// Tokens are keyed hashes: their first bytes tell them apart, and a million of them fit.
std::uint64_t short_of(int kind, const Digest& token) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof value; ++i) value = value << 8 | token[i];
  return value ^ static_cast<std::uint64_t>(kind);
}

std::vector<std::uint64_t> known_in(const Path& file) {
  std::vector<std::uint64_t> known;
  for (const auto& one : read_tombstones(file)) known.push_back(short_of(one.kind, one.token));
  std::ranges::sort(known);
  return known;
}

std::uint64_t count_of(Catalogue& catalogue) {
  return catalogue.state().read([](sqlite::Connection& db) {
    auto query = db.query("SELECT count(*) FROM tombstone_token");
    query.step();
    return query.natural(0);
  });
}
}  // namespace

std::uint64_t complete_tombstones(Catalogue& catalogue, const Path& file) {
  const auto known = known_in(file);
  std::vector<TombstoneToken> missing;
  catalogue.state().read([&](sqlite::Connection& db) {
    auto query = db.query(
        "SELECT k.kind, k.token, k.segment, coalesce(t.deleted_at, 0) FROM tombstone_token k"
        " LEFT JOIN tombstone t ON t.segment = k.segment");
    while (query.step()) {
      TombstoneToken one{query.bytes<32>(1), query.id<SegmentId>(2), query.instant(3), static_cast<int>(query.integer(0))};
      if (!std::ranges::binary_search(known, short_of(one.kind, one.token))) missing.push_back(one);
    }
  });
  for (std::size_t at = 0; at < missing.size(); at += kAtOnce) {
    const auto begin = missing.begin() + static_cast<std::ptrdiff_t>(at);
    append_tombstones(file, {begin, begin + static_cast<std::ptrdiff_t>(std::min(kAtOnce, missing.size() - at))});
  }
  return missing.size();
}

void complete_tombstones_if_short(Catalogue& catalogue, const Path& file) {
  try {
    const auto records = boost::filesystem::exists(file) ? boost::filesystem::file_size(file) / kTombstoneRecord : 0;
    if (records >= count_of(catalogue)) return;
    log_warning("event=tombstones-completed records={}", complete_tombstones(catalogue, file));
  } catch (const std::exception& error) {
    log_error("event=tombstones-not-completed cause=\"{}\" effect=\"a rebuilt catalogue would import calls again that were "
              "deleted, if their source still has them\"", log_safe(error.what()));
  }
}

}  // namespace tenure::storage
