#include "storage/attestation/file_look.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <vector>

#include "base/error.h"
#include "storage/attestation/backup_look.h"
#include "storage/attestation/plain_look.h"

namespace tenure::storage::attestation {

namespace {
bool begins(View bytes, std::string_view text, std::size_t at = 0) {
  return bytes.size() >= at + text.size() && as_text(bytes.subspan(at, text.size())) == text;
}

FileKind kind_of(const File& file, View head, bool thorough, Among among, FileLook& look) {
  if (head.empty()) return FileKind::empty;
  if (begins(head, "TENURESF")) {
    look.header = format::decode_header(head);
    return FileKind::sealed;
  }
  if (!thorough) return FileKind::other;
  if (is_key_backup(head)) return FileKind::key_backup;
  if (begins(head, "SQLite format 3")) return FileKind::catalogue;
  if (is_plain_recording(head)) return FileKind::recording;
  return holds_slots(file, look.bytes, among) ? FileKind::key_slots : FileKind::other;
}

constexpr std::size_t kPartsOfPlace = 7;  // class, source, year, month, day, hour, name

// An id begins with the milliseconds of when it was made.
Instant made_at(const SegmentId& id) {
  std::int64_t millis = 0;
  for (std::size_t at = 0; at < 6; ++at) millis = millis << 8 | id.raw.at(at);
  return Instant(Millis(millis));
}
}  // namespace

FileLook look_at(const Path& path, bool thorough, Among among) {
  FileLook look;
  try {
    const File file(path, File::Mode::read);
    struct stat info{};
    if (::fstat(file.descriptor(), &info) != 0) throw io_error("Cannot look at " + path.string());
    look.bytes = static_cast<std::uint64_t>(info.st_size);
    look.changed = Instant(std::chrono::duration_cast<Duration>(Seconds(info.st_mtim.tv_sec) +
                                                                std::chrono::nanoseconds(info.st_mtim.tv_nsec)));
    std::array<std::uint8_t, 4096> head{};
    look.kind = kind_of(
        file,
        View(head).first(file.read_some_at(0, std::span(head).first(thorough ? head.size() : format::kHeaderSize))),
        thorough, among, look);
  } catch (const Error&) {
    look.kind = FileKind::unreadable;
  }
  return look;
}

bool is_log_of_database(const Path& path) {
  using namespace std::string_view_literals;
  try {
    std::array<std::uint8_t, 4> head{};
    const auto got = File(path, File::Mode::read).read_some_at(0, head);
    return begins(View(head).first(got), "\x37\x7F\x06\x82"sv) || begins(View(head).first(got), "\x37\x7F\x06\x83"sv);
  } catch (const Error&) {
    return false;
  }
}

Path place_of(const SealedHeader& header) {
  const auto day = std::chrono::floor<std::chrono::days>(header.start);
  const std::chrono::year_month_day date(day);
  const auto hour = std::chrono::floor<std::chrono::hours>(header.start - day).count();
  return Path(header.cls) / header.source /
         fmt::format("{}/{:02}/{:02}/{:02}/{}.seg", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()), hour, header.id.text());
}

std::optional<NameLook> look_at_name(const Path& inside) {
  const auto id = SegmentId::parse(inside.stem().string());
  if (!id || inside.extension() != ".seg") return std::nullopt;
  NameLook look{*id, {}, {}, made_at(*id)};
  std::vector<std::string> parts;
  for (const auto& part : inside) parts.push_back(part.string());
  if (parts.size() != kPartsOfPlace) return look;
  const auto end = parse_rfc3339(fmt::format("{}-{}-{}T{}:59:59Z", parts[2], parts[3], parts[4], parts[5]));
  if (!end) return look;
  return NameLook{*id, parts[0], parts[1], *end};
}

}  // namespace tenure::storage::attestation
