// A tiny practice for exports: real storage in a folder of its own, filled with real clips made by ffmpeg, and a receiver
// that keeps files.
#pragma once
#include <gtest/gtest.h>

#include <boost/filesystem.hpp>
#include <cmath>
#include <fstream>

#include "base/error.h"
#include "disclosure/export.h"

namespace tenure::disclosure::testing {

inline const Instant kStart = *parse_rfc3339("2026-03-02T14:05:00Z");
inline Instant at(double seconds) { return kStart + Duration(std::llround(seconds * 1e6)); }

// What a program prints; fails the test when it fails.
std::string output_of(const std::string& command);

// The message of what `act` throws.
std::string refusal(const std::function<void()>& act);

struct Receiver : ExportSink {
  explicit Receiver(Path to) : folder(std::move(to)) { make_directories(folder); }
  void begin_file(const std::string& name) override {
    files.push_back(name);
    out.open((folder / name).string(), std::ios::binary | std::ios::trunc);
  }
  void write(View bytes) override {
    out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    if (on_write) on_write();
  }
  void end_file() override { out.close(); }
  void progress(double done, const std::string& what) override {
    if (on_progress) on_progress(done, what);
  }
  std::string path(const std::string& name) const { return (folder / name).string(); }
  Path folder;
  std::vector<std::string> files;
  std::ofstream out;
  std::function<void()> on_write;
  std::function<void(double, const std::string&)> on_progress;
};

class Exports : public ::testing::Test {
 protected:
  Exports();
  ~Exports() override;
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  // A fragmented clip by ffmpeg: `input` and `options` as on its command line.
  std::string make_clip(const std::string& name, const std::string& input, const std::string& options);
  // Records a clip, with its sound, as segments of `gops` groups of pictures each, from `start` on. Returns their ids.
  std::vector<SegmentId> record(const std::string& clip, Instant start, std::size_t gops, std::uint32_t run = 1);
  SegmentId import_call(const std::string& file, const std::string& container, std::vector<storage::Pause> pauses = {});
  ExportContext context() { return {*storage_, clock_, {"tester"}, "subject access request", TENURE_WORKER, folder_ / "staging", cancelled_}; }
  SpanRequest span(double from, double to) const { return {"front-door", {at(from), at(to)}}; }
  redaction::Plan plan(redaction::Mode mode, std::array<int, 4> box) const;
  std::size_t ledger_entries();

  Path folder_;
  SimulatedClock clock_{*parse_rfc3339("2026-03-02T15:00:00Z")};
  std::unique_ptr<storage::Storage> storage_;
  std::atomic<bool> cancelled_{false};
};

}  // namespace tenure::disclosure::testing
