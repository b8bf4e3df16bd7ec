// A tiny practice with one watched folder: real storage, a clock that the test moves, and recordings as telephone systems
// write them.
#pragma once
#include <gmock/gmock.h>

#include <boost/filesystem/operations.hpp>

#include "ingest/drop_folder.h"
#include "storage/storage.h"

namespace tenure::ingest::testing {

inline const Instant kNow = *parse_rfc3339("2026-03-02T12:00:00Z");
inline constexpr Duration kSettle = Seconds(10);

// PCM, 8 kHz, mono; other seeds, other sound. The header may promise another length than there is.
Blob wav(std::size_t sound_bytes, unsigned seed = 1);
Blob wav_promising(std::uint32_t promised, std::size_t sound_bytes);
// Frames of 417 bytes. `promised` frames stand in an Info header; zero: there is none.
Blob mp3(std::size_t frames, std::size_t promised, unsigned seed = 1);
// A sidecar for a call from 07700 900123 to 201 at 09:12:01; `more` are fields that follow, each with its comma before.
std::string sidecar(const std::string& more = "", const std::string& native_id = "call-1");

class CallsFolder : public ::testing::Test {
 protected:
  explicit CallsFolder(const std::string& format = "sidecar");
  ~CallsFolder() override;

  void put(const std::string& name, View bytes) const;  // new, or in place of the bytes that were there
  void put(const std::string& name, const std::string& text) const { put(name, as_view(text)); }
  bool lies(const std::string& name) const { return boost::filesystem::exists(folder / name); }
  // Two looks with `by` between them.
  void pass(Duration by = kSettle);
  void open();     // the folder's watcher anew, as after a restart
  void restart();  // storage as well
  std::vector<storage::CallRow> calls() const;
  storage::CallRow only_call() const;
  // What is said of the file, or nothing. `name` as it is shown.
  std::string problem(const std::string& name) const;
  DropFolderStatus status() const { return drop->status(); }
  std::size_t sealed_files() const;

  Path root, folder;
  config::Settings settings;
  config::Calls pbx;
  SimulatedClock clock{kNow};
  std::unique_ptr<storage::Storage> practice;
  std::unique_ptr<DropFolder> drop;
  const storage::Actor manager{"manager"};
};

struct FreepbxFolder : CallsFolder {
  FreepbxFolder() : CallsFolder("freepbx") {}
};

inline constexpr const char* kFreepbx = "2026/03/02/in-201-07700900123-20260302-091201-1772442721.8942.wav";

}  // namespace tenure::ingest::testing
