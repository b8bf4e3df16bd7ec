// The daemon's settings as plain structs, already validated: whoever holds a Settings need not check it again.
// Times of day, periods and zones are parsed types; paths are absolute.
#pragma once
#include <boost/filesystem/path.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/period.h"
#include "config/access.h"

namespace tenure::config {

using Path = boost::filesystem::path;

struct Storage {
  Path path;           // state directory and, when no [[vault]] is given, the first vault's parent
  bool trial = false;  // accepts periods from PT1M
  Duration sync_interval = Seconds(2);  // most footage a power cut can take of each camera, beside one fragment
  std::uint64_t least_free_bytes = 256ull << 20;  // of a vault; below it room is made, below half of it only calls are kept
  std::uint64_t ballast_bytes = 16ull << 20;      // put by on each file system, so that deleting works on a full one
  std::string on_full = "delete-oldest";          // or "stop-cameras"
  Duration scrub = std::chrono::days(28);         // everything kept is read and checked once in it
};

struct Vault {
  std::string id;
  Path path;
  std::vector<std::string> classes;  // empty: every class
};

enum class Anchor { capture_end, capture_start };

struct Class {
  std::string name;
  Period period;
  Anchor anchor = Anchor::capture_end;
};

struct Camera {
  std::string name;      // lower-case letters, digits, hyphens; at most 40
  std::string url;       // rtsp:// or rtsps://, without user or password
  std::string username;
  std::string password;  // from the file or the credential; never logged
  std::string area;      // "entrance", "corridor", ...; forbidden areas are refused
  std::string cls = "cctv";
  std::string priority = "normal";  // or "low": stops first when the disk is full
  std::string client = "own";  // "libav" is for a later part
  bool allow_basic = false;    // send the password by Basic over plain RTSP when the camera offers nothing better
  bool audio = false;          // the camera's microphone; needs the two below
  std::string audio_reason, audio_dpia;
  std::string certificate_sha256;  // pins an RTSPS camera's certificate; empty: the system's trust store
};

struct Calls {
  std::string name;
  Path folder;
  std::string format;  // "sidecar" or "freepbx"
  std::string cls = "calls";
  std::string timezone = "Europe/London";
  std::vector<std::string> extensions;  // the practice's own, to tell in from out
  std::string source_policy = "keep";   // after the commit: "keep" or "delete"
  Duration settle = Seconds(10);        // size and time unchanged for this long before a file is looked at
  Duration wait_for_sidecar = std::chrono::minutes(15);
  Duration rescan = std::chrono::minutes(10);
  std::string provider;                  // who runs the telephone system and keeps a copy; empty: not registered
  std::optional<Period> provider_keeps;  // how long, by its word; nothing: not known
  std::string provider_place;            // where the copy lies
  std::optional<Instant> provider_until; // the day by which, by its word, nothing of it is left
};

struct Settings {
  Path file;  // where it was read
  Storage storage;
  std::string practice;         // its name, on reports and certificates; empty: not given
  std::vector<Vault> vaults;    // at least one
  std::vector<Class> classes;   // at least cctv and calls
  std::vector<Camera> cameras;
  std::vector<Calls> calls;
  Access access;
  std::vector<Path> ledger_copies;  // folders on other disks that checkpoints are copied to
  Path backup_data;             // folder of the nightly backup of the data; empty: none is made by itself
  Path socket;                  // default: /run/tenure/tenured.sock when root owns the state, else <state>/tenured.sock
  Path worker;                  // tenure-worker; default: beside the daemon, else /usr/libexec/tenure
  std::string timezone = "Europe/London";  // of times typed without an offset
  std::string log_level = "info";
};

}  // namespace tenure::config
