// What an attestation can find, each kind with its weight and its words; and the list it collects them in. One thread.
#pragma once
#include <set>
#include <span>

#include "storage/attestation/attestation.h"

namespace tenure::storage::attestation {

// In the order in which they are told, the heaviest first.
enum class Fault {
  // broken
  past_date,
  deletion_unfinished,
  stretched,
  no_promise,
  copy_past_date,
  orphan_past_date,
  unread_past_date,
  key_without_recording,
  key_ending,
  key_copy_elsewhere,
  plain_recording,
  old_working_file,
  old_key_backup,
  backup_past_date,
  backup_of_erased,
  key_backup_elsewhere,
  // unsure
  key_of_unread_file,
  backup_out_of_reach,
  vault_off_line,
  folder_unread,
  clock_behind,
  time_doubtful,
  ledger_unsound,
  // fault
  orphan,
  in_quarantine,
  leftover,
  keyless,
  copy,
  displaced,
  misfiled,
  unreadable_header,
  working_copy,
  stuck_recording,
  missing_file,
  damaged,
  lost_file_is_back,
  other_size,
  key_erased_early,
  key_in_one_copy,
  shared_key,
  file_without_key,
  hold_without_file,
  hold_file_without_row,
  stale_key_backup,
  key_backup_copy,
  backup_changed,
  backup_with_index,
  time_unconfirmed,
  catalogue_copy,
  batch_short,
  deletion_waits,
  end,  // none: how many there are
};

struct FaultWords {
  Fault fault;
  Weight weight;
  const char* kind;
  const char* what;
  const char* remedy;
};
// One of each, in their order.
std::span<const FaultWords> fault_words();

class Findings {
 public:
  void add(Fault fault, Instance where, std::uint64_t count = 1);
  // Said behind what was found, of a fault that was.
  void say_more(Fault fault, const std::string& more);
  // With the heaviest first.
  std::vector<Finding> take();

 private:
  std::map<Fault, Finding> found_;
};

}  // namespace tenure::storage::attestation
