#include "tests/ingest/calls_folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <ctime>
#include <fstream>

namespace tenure::ingest::testing {

namespace {
void little(Blob& out, std::uint32_t value, int width) {
  for (int i = 0; i < width; ++i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}
void text(Blob& out, std::string_view value) { out.insert(out.end(), value.begin(), value.end()); }
}  // namespace

Blob wav_promising(std::uint32_t promised, std::size_t sound_bytes) {
  Blob out;
  text(out, "RIFF");
  little(out, promised == 0 || promised == 0xFFFF'FFFF ? promised : promised + 36, 4);
  text(out, "WAVEfmt ");
  little(out, 16, 4);
  little(out, 1, 2);
  little(out, 1, 2);
  little(out, 8000, 4);
  little(out, 16000, 4);
  little(out, 2, 2);
  little(out, 16, 2);
  text(out, "data");
  little(out, promised, 4);
  for (std::size_t at = 0; at < sound_bytes; ++at) out.push_back(static_cast<std::uint8_t>(at * 7 + at / 256));
  return out;
}

Blob wav(std::size_t sound_bytes, unsigned seed) {
  Blob out = wav_promising(static_cast<std::uint32_t>(sound_bytes), sound_bytes);
  for (std::size_t at = 44; at < out.size(); ++at) out[at] = static_cast<std::uint8_t>(out[at] ^ seed);
  return out;
}

Blob mp3(std::size_t frames, std::size_t promised, unsigned seed) {
  constexpr std::size_t kFrame = 417;  // 128 kbit/s, 44.1 kHz, mono
  Blob out;
  for (std::size_t i = 0; i < frames; ++i) {
    out.insert(out.end(), {0xFF, 0xFB, 0x90, 0xC0});
    out.insert(out.end(), kFrame - 4, static_cast<std::uint8_t>(seed));
  }
  if (promised == 0) return out;
  ByteWriter info;
  info.text("Info");
  info.u32(3);
  info.u32(static_cast<std::uint32_t>(promised));
  info.u32(static_cast<std::uint32_t>(promised * kFrame));
  std::copy(info.blob().begin(), info.blob().end(), out.begin() + 21);
  return out;
}

std::string sidecar(const std::string& more, const std::string& native_id) {
  return R"({"schema":"tenure-call-1","native_id":")" + native_id + R"(","direction":"in","start":"2026-03-02T09:12:01+00:00","parties":[)"
         R"({"role":"remote","number":"07700 900123","name":"A. Caller"},{"role":"local","extension":"201"}])" + more + "}";
}

CallsFolder::CallsFolder(const std::string& format) {
  const bool in_memory = ::access("/dev/shm", W_OK) == 0;
  root = (in_memory ? Path("/dev/shm") : boost::filesystem::temp_directory_path()) / boost::filesystem::unique_path("tenure-calls-%%%%-%%%%");
  folder = root / "incoming";
  make_directories(folder);
  pbx.name = "pbx";
  pbx.folder = folder;
  pbx.format = format;
  pbx.extensions = {"201", "202"};
  settings.storage.path = root / "state";
  settings.vaults.push_back({"main", root / "vault", {}});
  settings.classes = {{"cctv", *parse_period("P28D"), config::Anchor::capture_end}, {"calls", *parse_period("P3Y"), config::Anchor::capture_start}};
  settings.calls.push_back(pbx);
  practice = std::make_unique<storage::Storage>(settings, clock);
  open();
}

CallsFolder::~CallsFolder() {
  drop.reset();
  practice.reset();
  boost::filesystem::remove_all(root);
}

void CallsFolder::put(const std::string& name, View bytes) const {
  const auto path = folder / name;
  boost::filesystem::create_directories(path.parent_path());
  {
    std::ofstream out(path.string(), std::ios::binary | std::ios::trunc);
    out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  }
  // A time of its own: the file system's clock moves only some hundred times a second, and a test is quicker.
  static std::time_t written = 1'772'000'000;
  const std::array<timespec, 2> times{timespec{++written, 0}, timespec{written, 0}};
  EXPECT_EQ(::utimensat(AT_FDCWD, path.c_str(), times.data(), 0), 0);
}

void CallsFolder::pass(Duration by) {
  drop->scan_now();
  clock.advance(by);
  drop->scan_now();
}

void CallsFolder::open() {
  drop.reset();
  drop = std::make_unique<DropFolder>(pbx, practice->calls(), clock);
}

void CallsFolder::restart() {
  drop.reset();
  practice.reset();
  practice = std::make_unique<storage::Storage>(settings, clock);
  open();
}

std::vector<storage::CallRow> CallsFolder::calls() const {
  storage::CallQuery everything;
  everything.span = Interval{*parse_rfc3339("1990-01-01T00:00:00Z"), *parse_rfc3339("2190-01-01T00:00:00Z")};
  return practice->calls().find(everything, manager);
}

storage::CallRow CallsFolder::only_call() const {
  const auto all = calls();
  EXPECT_EQ(all.size(), 1u);
  return all.empty() ? storage::CallRow{} : all[0];
}

std::string CallsFolder::problem(const std::string& name) const {
  for (const DropProblem& problem : drop->status().problems)
    if (problem.file == name) return problem.why;
  return "";
}

std::size_t CallsFolder::sealed_files() const {
  std::size_t count = 0;
  for (const auto& item : boost::filesystem::recursive_directory_iterator(root / "vault")) count += item.path().extension() == ".seg";
  return count;
}

}  // namespace tenure::ingest::testing
