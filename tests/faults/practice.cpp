#include "tests/faults/practice.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <boost/filesystem/operations.hpp>

#include "base/error.h"
#include "storage/backup/restore.h"
#include "storage/recovery/rebuild.h"
#include "tests/faults/shim.h"

namespace tenure::faults {

namespace fs = boost::filesystem;

const Key kRecoverySecret{0x40, 1, 2, 3, 4, 5, 6, 7};
const Instant kBegin = parse_rfc3339("2026-03-02T10:00:00Z").value();

config::Settings settings_in(const Path& folder) {
  config::Settings settings;
  settings.storage.path = folder / "state";
  settings.storage.sync_interval = std::chrono::hours(1);  // only when asked: so that each run is like the last
  settings.storage.least_free_bytes = 1 << 20;
  settings.storage.ballast_bytes = 64 << 10;
  settings.vaults = {{"main", folder / "vault", {}}};
  settings.classes = {{"cctv", *parse_period("P28D"), config::Anchor::capture_end},
                      {"calls", *parse_period("P3Y"), config::Anchor::capture_start}};
  for (const auto* name : {"front", "waiting-room"}) {
    settings.cameras.emplace_back();
    settings.cameras.back().name = name;
  }
  settings.calls.emplace_back();
  settings.calls.back().name = "pbx";
  return settings;
}

std::vector<Path> files_below(const Path& folder) {
  std::vector<Path> files;
  if (!fs::is_directory(folder)) return files;
  for (const auto& item : fs::recursive_directory_iterator(folder))
    if (fs::is_regular_file(item.symlink_status())) files.push_back(item.path());
  std::ranges::sort(files);
  return files;
}

// Only what is written is copied: the key slots are mostly a hole, and thousands of copies are made.
static void copy_one(const Path& from, const Path& to) {
  const int source = ::open(from.c_str(), O_RDONLY | O_CLOEXEC), target = ::open(to.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);  // NOLINT
  if (source < 0 || target < 0) throw io_error("Cannot copy " + from.string());
  const auto size = ::lseek(source, 0, SEEK_END);
  for (off_t data = 0; (data = ::lseek(source, data, SEEK_DATA)) >= 0 && data < size;) {
    const auto end = ::lseek(source, data, SEEK_HOLE);
    auto there = data;
    while (data < end && ::copy_file_range(source, &data, target, &there, static_cast<std::size_t>(end - data), 0) > 0) {}
    if (data != end) throw io_error("Cannot copy " + from.string());
  }
  if (::ftruncate(target, size) != 0) throw io_error("Cannot copy " + from.string());
  ::close(source);
  ::close(target);
}

void dig_holes(const Path& folder) {
  constexpr std::size_t kPage = 4096;
  for (const auto& path : files_below(folder)) {
    const File file(path, File::Mode::read_write);
    Blob page(kPage);
    for (std::uint64_t at = 0; at + kPage <= file.size(); at += kPage) {
      file.read_at(at, page);
      if (std::ranges::any_of(page, [](auto byte) { return byte != 0; })) continue;
      if (::fallocate(file.descriptor(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(at), kPage) != 0) throw io_error("Cannot dig a hole");
    }
  }
}

void copy_tree(const Path& from, const Path& to) {
  make_directories(to);
  for (const auto& item : fs::directory_iterator(from)) {
    const auto there = to / item.path().filename();
    if (fs::is_directory(item.symlink_status())) copy_tree(item.path(), there);
    else copy_one(item.path(), there);
  }
}

Blob slot_bytes(const Path& folder, char copy, std::uint64_t slot) {
  const auto path = folder / "state" / "keys" / std::string(1, copy) / "slots";
  if (!fs::exists(path)) return {};
  Blob bytes(64);
  const File file(path, File::Mode::read);
  if (file.read_some_at(slot * bytes.size(), bytes) != bytes.size()) return {};
  return bytes;
}

Path backups_in(const Path& folder) { return folder / "elsewhere"; }
Path lost_in(const Path& folder) { return folder / "lost"; }

namespace {
void restore_newest(const Path& folder) {
  Path keys;
  for (const auto& file : files_below(backups_in(folder) / "keys"))
    if (file.string().ends_with(".tenure-keys")) keys = file;  // in the order of their days
  storage::restore(settings_in(folder), {backups_in(folder) / "data", keys, kRecoverySecret, {}});
}
}  // namespace

// A disk is lost whole: what is on it goes in two steps here, and a run may end between them.
void finish_losing(const Path& folder) {
  const bool begun = fs::exists(lost_in(folder) / "vault") && !fs::exists(lost_in(folder) / "state");
  if (begun) fs::rename(folder / "state", lost_in(folder) / "state");
}

void put_right(const Path& folder, Instant now) {
  finish_losing(folder);
  const auto state = folder / "state";
  const bool lost = fs::exists(lost_in(folder) / "state");
  if (lost && (!storage::unfinished_restore(state).empty() || !fs::exists(state / "catalogue" / "catalogue.db"))) restore_newest(folder);
  if (storage::catalogue_is_missing(state)) storage::rebuild_catalogue(settings_in(folder), SimulatedClock(now));
}

Shop::Shop(const Path& where, Instant now) : folder(where), clock(now), storage(settings_in(where), clock) {}

void promise(const std::string& line) {
  const auto whole = line + "\n";
  shim::note(whole.data(), whole.size());
  if (::write(STDOUT_FILENO, whole.data(), whole.size()) != static_cast<ssize_t>(whole.size())) ::_exit(99);
}

std::string mark_of(const std::string& source, Instant at) { return "[tenure-mark " + source + " " + std::to_string(micros_of(at)) + "]"; }

Blob marked_bytes(const std::string& source, Instant at, std::size_t size) {
  const auto mark = mark_of(source, at);
  Blob bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(mark[i % mark.size()]);
  return bytes;
}

std::string phone_number(int number) { return "07700900" + std::to_string(1000 + number % 1000).substr(1); }

storage::CallDetails call_details(Instant start, int number) {
  storage::CallDetails details;
  details.source = "pbx";
  details.native_id = "native-" + std::to_string(number);
  details.direction = storage::Direction::in;
  details.start = start;
  details.duration = Seconds(30);
  details.parties = {{"remote", phone_number(number), storage::to_e164(phone_number(number)), "Caller " + std::to_string(number), "", ""},
                     {"local", "", "", "", "201", ""}};
  details.time_quality = "exact";
  details.original_name = details.native_id + ".wav";
  details.container = "wav";
  details.codec = "pcm_s16le";
  details.rate = 8000;
  details.channels = 1;
  return details;
}

}  // namespace tenure::faults
