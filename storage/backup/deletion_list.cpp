#include "storage/backup/deletion_list.h"

#include "base/error.h"

namespace tenure::storage {

namespace {
constexpr std::string_view kMagic = "TNRDEL01";
constexpr std::size_t kLongestName = 255;
constexpr Duration kCallsReach = std::chrono::days(400), kFootageReach = std::chrono::days(14);

void short_text(ByteWriter& out, const std::string& text) {
  if (text.size() > kLongestName) throw Error(ErrorKind::internal, "A name in the catalogue is too long.");
  out.u8(static_cast<std::uint8_t>(text.size()));
  out.text(text);
}

void instant(ByteWriter& out, Instant at) { out.u64(static_cast<std::uint64_t>(micros_of(at))); }
Instant instant(ByteReader& in) { return instant_from_micros(static_cast<std::int64_t>(in.u64())); }
std::string short_text(ByteReader& in) { return std::string(as_text(in.take(in.u8()))); }

template <std::size_t N>
std::array<std::uint8_t, N> exactly(ByteReader& in) {
  std::array<std::uint8_t, N> out{};
  const auto bytes = in.take(N);
  if (bytes.size() == N) std::copy(bytes.begin(), bytes.end(), out.begin());
  return out;
}
}  // namespace

// What is condemned counts as deleted: of some its key is gone already. Bounded: what was deleted when its time was over
// is over in an older backup too, and goes there with the first sweep; what went before its time is listed until then.
Blob deletion_list(sqlite::Connection& db, Instant now) {
  ByteWriter out;
  out.text(kMagic);
  std::uint64_t count = 0;
  ByteWriter rows;
  auto stones = db.query("SELECT segment, source, class, kind, start_at, end_at, expires_at, deleted_at, digest, cause FROM tombstone"
                         " WHERE kind = 1 AND deleted_at >= ?1 UNION ALL"
                         " SELECT segment, source, class, kind, start_at, end_at, expires_at, deleted_at, digest, cause FROM tombstone"
                         " WHERE kind = 0 AND deleted_at >= ?2 UNION ALL"
                         " SELECT segment, source, class, kind, start_at, end_at, expires_at, deleted_at, digest, cause FROM tombstone"
                         " WHERE cause <> 0 AND expires_at > ?3 AND deleted_at < CASE kind WHEN 1 THEN ?1 ELSE ?2 END UNION ALL"
                         " SELECT id, source, class, kind, start_at, end_at, expires_at, ?3, digest, cause FROM segment WHERE state = 2",
                         now - kCallsReach, now - kFootageReach, now);
  for (; stones.step(); ++count) {
    rows.bytes(stones.bytes<16>(0));
    short_text(rows, stones.text(1));
    short_text(rows, stones.text(2));
    rows.u8(static_cast<std::uint8_t>(stones.integer(3)));
    for (int column = 4; column < 8; ++column) instant(rows, stones.instant(column));
    rows.bytes(stones.is_null(8) ? Digest{} : stones.bytes<32>(8));
    rows.u8(static_cast<std::uint8_t>(stones.integer(9)));
  }
  out.u64(count);
  out.bytes(rows.blob());
  auto tokens = db.query("SELECT kind, token, segment FROM tombstone_token UNION ALL"
                         " SELECT 0, content_token, segment FROM call JOIN segment s ON s.id = segment WHERE s.state = 2 UNION ALL"
                         " SELECT 1, native_token, segment FROM call JOIN segment s ON s.id = segment WHERE s.state = 2 UNION ALL"
                         " SELECT 2, token, segment FROM call_path JOIN segment s ON s.id = segment WHERE s.state = 2");
  count = 0;
  ByteWriter kept;
  for (; tokens.step(); ++count) {
    kept.u8(static_cast<std::uint8_t>(tokens.integer(0)));
    kept.bytes(tokens.bytes<32>(1));
    kept.bytes(tokens.bytes<16>(2));
  }
  out.u64(count);
  out.bytes(kept.blob());
  return out.take();
}

DeletionsApplied apply_deletion_list(sqlite::Connection& db, View list) {
  DeletionsApplied applied;
  ByteReader in(list);
  const bool ours = as_text(in.take(kMagic.size())) == kMagic;
  const auto stones = in.u64();
  for (std::uint64_t i = 0; ours && i < stones && !in.failed(); ++i) {
    const SegmentId id{exactly<16>(in)};
    const auto source = short_text(in), cls = short_text(in);
    const int kind = in.u8();
    std::array<Instant, 4> times{};
    for (auto& time : times) time = instant(in);
    const auto digest = exactly<32>(in);
    const int cause = in.u8();
    if (in.failed()) break;
    ++applied.tombstones;
    if (db.query("SELECT 1 FROM segment WHERE id = ?", id).step()) {
      db.run("UPDATE segment SET state = 2, cause = ?2 WHERE id = ?1", id, cause);  // buried by the eraser, tokens and all
      applied.rows.push_back(id);
    } else {
      db.run("INSERT OR IGNORE INTO tombstone(segment, source, class, kind, start_at, end_at, expires_at, deleted_at, digest, cause)"
             " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", id, source, cls, kind, times[0], times[1], times[2], times[3], digest, cause);
    }
  }
  const auto tokens = in.u64();
  for (std::uint64_t i = 0; i < tokens && !in.failed(); ++i) {
    const int kind = in.u8();
    const auto token = exactly<32>(in);
    const auto segment = exactly<16>(in);
    if (in.failed()) break;
    ++applied.tokens;
    db.run("INSERT OR IGNORE INTO tombstone_token VALUES(?, ?, ?)", kind, token, segment);
  }
  if (!ours || in.failed() || in.left() != 0) throw Error(ErrorKind::corrupt, "The deletion list of the key backup cannot be read.");
  return applied;
}

}  // namespace tenure::storage
