// What to do with one recording that lies in the folder, decided from what is known of it and from how long it has been
// quiet. Pure: no clock, no disk.
#pragma once
#include "ingest/telephony/folder.h"
#include "media/audio_check.h"

namespace tenure::ingest {

inline constexpr Duration kLongestOpen = std::chrono::hours(4);         // a header that says "being written" is believed this long
inline constexpr Duration kUndecidedQuiet = std::chrono::minutes(2);    // an MP3 that cannot tell whether it is whole
inline constexpr std::uint64_t kLargestRecording = 2ull << 30;

// One name and how long it has stood for the same bytes. Times are the monotonic clock's.
struct Tracked {
  FileStamp stamp;
  Duration first_seen{}, quiet_since{};
  void observe(const FileStamp& now_stamp, Duration now);  // any change starts the quiet time anew
  Duration quiet(Duration now) const { return now - quiet_since; }
  Duration age(Duration now) const { return now - first_seen; }
};
Tracked first_look(const FileStamp& stamp, Duration now);

enum class SidecarState { absent, settling, unusable, good, proves_whole };  // proves_whole: names the size or the hash

struct Evidence {
  Duration quiet{}, age{};
  Duration settle{}, wait_for_sidecar{};
  bool wants_sidecar = false;
  SidecarState sidecar = SidecarState::absent;
  std::uint64_t size = 0;
  std::string extension;                       // of the name, lower case
  std::optional<media::AudioFacts> facts;      // once it was settled
};

struct Decision {
  enum class What { wait, check, import, import_without_sidecar, problem } what = What::wait;
  std::string why;  // for a wait that people should know of, and for a problem
};
Decision decide(const Evidence& evidence);

}  // namespace tenure::ingest
