// The small practice that the fault harnesses put through everything: two cameras, a telephone system, one vault, and a
// clock that is told the time. Its state lies in <folder>/state and <folder>/vault.
#pragma once
#include "storage/storage.h"

namespace tenure::faults {

// What every scenario but the first begins with was recorded from here on.
extern const Instant kBegin;
inline constexpr Duration kMinute = std::chrono::minutes(1);

config::Settings settings_in(const Path& folder);
// Copies files as they are, holes as holes.
void copy_tree(const Path& from, const Path& to);
// What is zero in these files takes no room any more and is not copied: nearly all of the key slots.
void dig_holes(const Path& folder);
std::vector<Path> files_below(const Path& folder);
// The 64 bytes of a key slot as they lie in one copy ('a' or 'b'); empty when the file ends before.
Blob slot_bytes(const Path& folder, char copy, std::uint64_t slot);

// Where backups go, and what of a disk was lost.
Path backups_in(const Path& folder);
Path lost_in(const Path& folder);
void finish_losing(const Path& folder);
extern const Key kRecoverySecret;
// What has to be done before a start that finds no catalogue: a restore is begun, or begun again; else it is made anew.
void put_right(const Path& folder, Instant now);

// Its clock and all of its storage: made by an ordinary start, with recovery.
struct Shop {
  Shop(const Path& folder, Instant now);
  const Path folder;
  SimulatedClock clock;
  storage::Storage storage;
  const storage::Actor manager{"manager", "", {storage::kPracticeManager}, ""};
};

// What was promised goes to standard output, a line each, in one write: it survives whatever ends this process.
void promise(const std::string& line);

// The plaintext of a camera's fragment: begins with a mark that can be searched for.
std::string mark_of(const std::string& source, Instant at);
Blob marked_bytes(const std::string& source, Instant at, std::size_t size);
storage::CallDetails call_details(Instant start, int number);
std::string phone_number(int number);  // of Ofcom's range for drama

}  // namespace tenure::faults
