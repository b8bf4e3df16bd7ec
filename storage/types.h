// The plain rows that storage shows to the rooms above. Times are UTC; sizes are bytes.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/id.h"
#include "base/interval.h"

namespace tenure::storage {

enum class Kind { camera, calls };

// reserved: being recorded, its file and key exist; live: sealed, synced, committed; condemned: marked for deletion
// (I3); lost: its file is missing (I19). A deleted segment has no row, only a tombstone.
enum class State { reserved, live, condemned, lost };
std::string to_string(State state);

struct SegmentRow {
  SegmentId id;
  std::string source;
  std::string cls;
  Kind kind = Kind::camera;
  Interval span;                     // capture; for a reserved segment `to` is what is known so far
  Instant expires_at;
  std::uint64_t bytes = 0;           // of the sealed file
  std::uint64_t plain_bytes = 0;     // of the media in it
  Digest digest{};                   // camera: root of the hash tree; call: SHA-256 of the original bytes
  std::uint64_t slot = 0;            // of its key
  std::string vault;
  State state = State::live;
  bool held = false;
  std::uint32_t run = 0;             // segments of one run of a source follow each other without a break
  bool time_doubtful = false;
  // While trusted time is doubtful (I12): the line its times were taken on, until that is settled and they are moved.
  std::optional<Instant> line;
  std::optional<Instant> filed_at;       // the start its file lies under, when its times were moved since
  std::optional<Instant> readable_until;  // when it cannot be told how far to move them: before expires_at
  std::optional<Duration> clock_offset;  // camera's clock minus trusted time, by its sender reports
};

struct Gap {
  std::string source;
  Interval span;
  std::string cause;
  std::optional<Instant> line{};  // as a segment's
};

enum class Direction { unknown, in, out, internal };
std::string to_string(Direction direction);
std::optional<Direction> parse_direction(std::string_view text);

struct Party {
  std::string role;    // "remote", "local", "transferee"
  std::string number;  // as it came
  std::string e164;    // "+447700900123"; empty when it cannot be told
  std::string name;
  std::string extension;
  std::string channel;
};

struct Pause {
  std::int64_t from_ms = 0, to_ms = 0;
  std::string kind;    // "mask" or "pause"
  std::string reason;
};

// What is known of one call recording. Everything that names a person is sealed with the recording's own key.
struct CallDetails {
  std::string source;          // the import folder's name
  std::string native_id;       // the telephone system's own id; part of the idempotency key
  std::string group_id;
  Direction direction = Direction::unknown;
  Instant start;               // best evidence, never the file's mtime
  std::optional<Instant> answered, ended;
  Duration duration{};         // of the audio
  std::vector<Party> parties;
  std::vector<Pause> pauses;
  std::string time_quality;    // "exact", "local", "ambiguous" or "import"
  std::string original_name;   // the file's name as it arrived
  std::string container, codec;  // "wav" / "pcm_s16le", "mp3" / "mp3", ...
  std::uint32_t rate = 0, channels = 0;
  std::string sidecar;         // verbatim, or empty
  bool needs_details = false;  // imported without a sidecar
};

struct CallRow {
  SegmentRow segment;
  CallDetails details;
};

inline constexpr const char* kPracticeManager = "practice-manager";
inline constexpr const char* kDataProtectionOfficer = "data-protection-officer";

// Who asks. `name` stands in the ledger: "tenured" for the daemon itself, a person's login name, or, until a first person
// exists, the Unix user: "uid 0 (root)". What a person may do is decided in daemon/access; roles are here because a few
// promises name them.
struct Actor {
  std::string name;
  std::string person = {};              // the person's id; empty for the daemon and for a Unix user
  std::vector<std::string> roles = {};  // as daemon/access names them
  std::string display = {};             // for people to read; never in the ledger
  // Who may read what was released and waits for its end (I9).
  bool is_hold_manager() const;
};

}  // namespace tenure::storage
