#include "storage/attestation/findings.h"

#include <algorithm>

namespace tenure::storage::attestation {

namespace {
struct Words {
  Fault fault;
  Weight weight;
  const char* kind;
  const char* what;
  const char* remedy;
};

constexpr Weight kBroken = Weight::broken, kUnsure = Weight::unsure, kFault = Weight::fault;

constexpr std::array kWords = {
    Words{Fault::past_date, kBroken, "past-date",
          "recordings that should have been deleted lie here and can still be decrypted",
          "look at `tenure status`: the sweep says why it could not delete them"},
    Words{Fault::deletion_unfinished, kBroken, "deletion-unfinished",
          "deletions were begun and not finished: the keys are still there",
          "look at the log of tenured for what the disk refused"},
    Words{Fault::stretched, kBroken, "stretched", "recordings are marked to be kept longer than was ever promised",
          "somebody has changed the catalogue: run `tenure ledger verify`"},
    Words{Fault::copy_past_date, kBroken, "copy-past-date",
          "copies of recordings lie where they do not belong, past their date, with a living key",
          "delete the copy, and find out who made it"},
    Words{Fault::orphan_past_date, kBroken, "orphan-past-date",
          "recordings that the catalogue does not know are past their date and can still be decrypted",
          "restart tenured, which settles them; then run this report again"},
    Words{Fault::key_without_recording, kBroken, "key-without-recording",
          "keys live that belong to no recording: a deleted recording could be decrypted if a copy of it exists",
          "restart tenured; if they stay, somebody has put old keys back: call your supplier"},
    Words{Fault::key_copy_elsewhere, kBroken, "key-copy-elsewhere",
          "copies of recording keys lie where they do not belong: they open what was deleted since",
          "destroy the copy, and find out who made it"},
    Words{Fault::plain_recording, kBroken, "plain-recording",
          "recordings lie in Tenure's own folders without encryption", "delete them, and find out who put them there"},
    Words{Fault::old_key_backup, kBroken, "old-key-backup",
          "key backups that should have gone are still there: they open what was deleted since",
          "delete them where they lie"},
    Words{Fault::backup_out_of_reach, kUnsure, "backup-out-of-reach",
          "key backups that should have gone cannot be reached", "mount the disk they are on and run a backup"},
    Words{Fault::time_unconfirmed, kFault, "time-unconfirmed", "nothing has confirmed the machine's clock yet",
          "see `tenure time show`"},
    Words{Fault::stale_key_backup, kFault, "stale-key-backup",
          "the key backup is over seven days old, and no newer one is verified", "run a backup"},
    Words{Fault::old_working_file, kBroken, "old-working-file",
          "working files of an export have been lying for over a day", "restart tenured, which removes them"},
    Words{Fault::vault_off_line, kUnsure, "vault-off-line", "a vault could not be looked into",
          "mount its disk and run this report again"},
    Words{Fault::clock_behind, kUnsure, "clock-behind",
          "recordings or acts are dated later than the time the machine believes it is",
          "see `tenure time show` and put the clock right"},
    Words{Fault::time_doubtful, kUnsure, "time-doubtful",
          "the time is in doubt, so what fell due meanwhile cannot be told", "see `tenure time show`"},
    Words{Fault::ledger_unsound, kUnsure, "ledger-unsound", "the record of acts does not agree with itself",
          "run `tenure ledger verify` and keep its answer"},
    Words{Fault::orphan, kFault, "orphan", "recordings lie in the vault that the catalogue does not know",
          "restart tenured, which adopts or quarantines them"},
    Words{Fault::leftover, kFault, "leftover", "files of deleted recordings are left; nothing can decrypt them",
          "they may be removed from the vault's folder"},
    Words{Fault::copy, kFault, "copy", "copies of recordings lie where they do not belong; they end with their key",
          "delete the copy, and find out who made it"},
    Words{Fault::misfiled, kFault, "misfiled", "recordings say something else of themselves than the catalogue does",
          "run `tenure ledger verify`"},
    Words{Fault::unreadable_header, kFault, "unreadable", "files in the vault cannot be read", "check the disk"},
    Words{Fault::working_copy, kFault, "working-file", "working files lie in the staging folder",
          "they go when tenured restarts"},
    Words{Fault::stuck_recording, kFault, "stuck-recording",
          "recordings were begun over an hour ago and never finished", "restart tenured, which saves what is there"},
    Words{Fault::missing_file, kFault, "missing-file", "recordings are missing from the vault before their date",
          "check the disk; a backup may have them"},
    Words{Fault::lost_file_is_back, kFault, "lost-file-is-back",
          "files that were missing are back and not yet used again", "restart tenured"},
    Words{Fault::other_size, kFault, "other-size", "recordings have another size than they had when they were finished",
          "check the disk; a backup may have them"},
    Words{Fault::key_erased_early, kFault, "key-erased-early", "recordings cannot be decrypted, before their date",
          "restore the keys from the key backup"},
    Words{Fault::key_in_one_copy, kFault, "key-in-one-copy", "keys are whole in one of their two places only",
          "restart tenured, which repairs them"},
    Words{Fault::shared_key, kFault, "shared-key", "two recordings claim the same key", "run `tenure ledger verify`"},
    Words{Fault::file_without_key, kFault, "file-without-key",
          "recordings past their date are unreadable and their files not yet removed", "look at the log of tenured"},
    Words{Fault::hold_without_file, kFault, "hold-without-file",
          "holds would not survive the loss of the catalogue: their file is missing",
          "restore the folder `holds` from the backup"},
    Words{Fault::hold_file_without_row, kFault, "hold-file-without-row",
          "hold files lie there that the catalogue does not know; they count as holds at the next start",
          "restart tenured"},
    Words{Fault::catalogue_copy, kFault, "catalogue-copy",
          "copies of the catalogue lie about: they still list what was deleted since", "delete the copy"},
    Words{Fault::batch_short, kFault, "unaccounted",
          "recordings that the ledger counted are neither kept nor recorded as deleted", "run `tenure ledger verify`"},
    Words{Fault::deletion_waits, kFault, "deletion-waits",
          "recordings wait to be deleted until somebody answers a question",
          "see `tenure status`, then `tenure sweep approve`"},
    Words{Fault::no_promise, kBroken, "no-promise", "recordings are of a class for which nothing is promised",
          "somebody has changed the catalogue: run `tenure ledger verify`"},
};

const Words& words_of(Fault fault) { return *std::ranges::find(kWords, fault, &Words::fault); }
}  // namespace

void Findings::add(Fault fault, Instance where, std::uint64_t count) {
  auto& finding = found_[fault];
  const auto& words = words_of(fault);
  finding.weight = words.weight;
  finding.kind = words.kind;
  finding.what = words.what;
  finding.remedy = words.remedy;
  finding.count += count;
  if (finding.first.size() < kMostInstances) finding.first.push_back(std::move(where));
}

std::vector<Finding> Findings::take() {
  std::vector<Finding> all;
  all.reserve(found_.size());
  for (auto& [fault, finding] : found_) all.push_back(std::move(finding));
  std::ranges::stable_sort(all, {}, &Finding::weight);
  found_.clear();
  return all;
}

}  // namespace tenure::storage::attestation
