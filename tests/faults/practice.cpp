#include "tests/faults/practice.h"

#include <unistd.h>

#include <algorithm>
#include <boost/filesystem/operations.hpp>

#include "tests/faults/shim.h"

namespace tenure::faults {

namespace fs = boost::filesystem;

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

static void copy_one(const Path& from, const Path& to) {
  static constexpr std::size_t kBlock = std::size_t{64} << 10;
  static const Blob zeros(kBlock);
  const File source(from, File::Mode::read);
  File target(to, File::Mode::create);
  Blob block(kBlock);
  const auto size = source.size();
  for (std::uint64_t at = 0; at < size; at += kBlock) {
    const auto got = source.read_some_at(at, block);
    if (!std::equal(block.begin(), block.begin() + static_cast<std::ptrdiff_t>(got), zeros.begin())) target.write_at(at, View(block).first(got));
  }
  target.truncate(size);
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
