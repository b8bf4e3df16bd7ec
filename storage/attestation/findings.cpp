#include "storage/attestation/findings.h"

#include <algorithm>
#include <array>

namespace tenure::storage::attestation {

namespace {
constexpr Weight kBroken = Weight::broken, kUnsure = Weight::unsure, kFault = Weight::fault;

constexpr std::array<FaultWords, static_cast<std::size_t>(Fault::end)> kWords{{
    {Fault::past_date, kBroken, "past-date",
     "recordings that should have been deleted lie here and can still be decrypted",
     "look at `tenure status`: the sweep says why it could not delete them"},
    {Fault::deletion_unfinished, kBroken, "deletion-unfinished",
     "deletions were begun and not finished: the keys are still there",
     "look at the log of tenured for what the disk refused"},
    {Fault::stretched, kBroken, "stretched", "recordings are marked to be kept longer than was ever promised",
     "somebody has changed the catalogue: run `tenure ledger verify`"},
    {Fault::no_promise, kBroken, "no-promise", "recordings are of a class for which nothing is promised",
     "somebody has changed the catalogue: run `tenure ledger verify`"},
    {Fault::copy_past_date, kBroken, "copy-past-date",
     "copies of recordings lie where they do not belong, past their date, with a living key",
     "delete the copy, and find out who made it"},
    {Fault::orphan_past_date, kBroken, "orphan-past-date",
     "recordings that the catalogue does not know are past their date and can still be decrypted",
     "restart tenured, which settles them; then run this report again"},
    {Fault::unread_past_date, kBroken, "unread-past-date",
     "files that the catalogue does not know and that cannot be read are past their date, and keys live that may be "
     "theirs",
     "look at the disk and at the files' rights, then restart tenured. What cannot be read at all: remove the file, and "
     "tenured ends its key a day later"},
    {Fault::key_without_recording, kBroken, "key-without-recording",
     "keys live that belong to no recording: a deleted recording could be decrypted if a copy of it exists",
     "after a restore, a rebuild or a crash tenured finds such keys by itself: run this report again in an hour. If its "
     "log says stray-keys-left, mount the disk that it names; if stray-key-kept, put the file that it names into its "
     "vault and restart tenured; else somebody has put old keys back: call your supplier"},
    {Fault::key_ending, kBroken, "key-ending",
     "keys live that belong to no recording, as a restore, a rebuild or a crash leaves them, and will be ended",
     "nothing: tenured ends them a day after it found them. If a disk with their recordings exists, mount it before"},
    {Fault::key_copy_elsewhere, kBroken, "key-copy-elsewhere",
     "copies of recording keys lie where they do not belong: they open what was deleted since",
     "destroy the copy, and find out who made it"},
    {Fault::plain_recording, kBroken, "plain-recording", "recordings lie in Tenure's own folders without encryption",
     "delete them, and find out who put them there"},
    {Fault::old_working_file, kBroken, "old-working-file", "working files of an export have been lying for over a day",
     "restart tenured, which removes them"},
    {Fault::old_key_backup, kBroken, "old-key-backup",
     "key backups that should have gone are still there: they open what was deleted since",
     "delete them where they lie"},
    {Fault::backup_past_date, kBroken, "past-date-in-backup",
     "recordings that were deleted over a week ago can still be opened with a key backup, which no newer one replaces",
     "run `tenure backup keys`, which removes the old one"},
    {Fault::backup_of_erased, kBroken, "erased-in-backup",
     "recordings that were erased by order can still be opened with a key backup from before",
     "delete the backup where it lies"},
    {Fault::key_backup_elsewhere, kBroken, "key-backup-elsewhere",
     "old key backups lie where nothing removes them: with the recovery key they open what was deleted since",
     "delete them, and find out who copied them"},
    {Fault::key_of_unread_file, kUnsure, "key-of-unread-file",
     "files that the catalogue does not know cannot be read, and keys live that may be theirs",
     "look at the disk and at the files' rights, then restart tenured, which takes in what can be read; until then keep "
     "their copies in a backup"},
    {Fault::backup_out_of_reach, kUnsure, "backup-out-of-reach", "key backups that should have gone cannot be reached",
     "mount the disk they are on and run a backup"},
    {Fault::vault_off_line, kUnsure, "vault-off-line", "a vault could not be looked into",
     "mount its disk and run this report again"},
    {Fault::folder_unread, kUnsure, "folder-unread", "a folder could not be looked into",
     "look at its rights and at the disk, and run this report again"},
    {Fault::clock_behind, kUnsure, "clock-behind",
     "recordings or acts are dated later than the time the machine believes it is",
     "see `tenure time show` and put the clock right"},
    {Fault::time_doubtful, kUnsure, "time-doubtful", "the time is in doubt, so what fell due meanwhile cannot be told",
     "see `tenure time show`"},
    {Fault::ledger_unsound, kUnsure, "ledger-unsound", "the record of acts does not agree with itself",
     "run `tenure ledger verify` and keep its answer"},
    {Fault::orphan, kFault, "orphan", "recordings lie in the vault that the catalogue does not know",
     "restart tenured, which adopts or quarantines them"},
    {Fault::in_quarantine, kFault, "in-quarantine",
     "recordings that could not be taken into the catalogue lie in quarantine, within their time",
     "the log and the ledger (`quarantine`) say why; they are removed when their time is over"},
    {Fault::leftover, kFault, "leftover", "files of deleted recordings are left; nothing can decrypt them",
     "they may be removed from the vault's folder"},
    {Fault::keyless, kFault, "file-of-lost-key",
     "files lie here that nothing can decrypt, and no deletion of their recordings is on record: they were made after the "
     "keys were backed up that a restore brought, or deleted",
     "a newer key backup may open them: restore that one if you have it; else they may be removed"},
    {Fault::copy, kFault, "copy", "copies of recordings lie where they do not belong; they end with their key",
     "delete the copy, and find out who made it"},
    {Fault::displaced, kFault, "displaced",
     "recordings lie where they do not belong, and their own place is empty: they may be the only ones",
     "put them back where they were, or mount their vault there; then restart tenured"},
    {Fault::misfiled, kFault, "misfiled", "recordings say something else of themselves than the catalogue does",
     "run `tenure ledger verify`"},
    {Fault::unreadable_header, kFault, "unreadable", "files in the vault cannot be read", "check the disk"},
    {Fault::working_copy, kFault, "working-file", "working files lie in the staging folder",
     "they go when tenured restarts"},
    {Fault::stuck_recording, kFault, "stuck-recording", "recordings were begun over an hour ago and never finished",
     "restart tenured, which saves what is there"},
    {Fault::missing_file, kFault, "missing-file", "recordings are missing from the vault before their date",
     "check the disk; a backup may have them"},
    {Fault::damaged, kFault, "damaged", "recordings are not as they were recorded any more",
     "restore them from a backup, and look at the disk; `tenure status` says what is wrong with each"},
    {Fault::lost_file_is_back, kFault, "lost-file-is-back", "files that were missing are back and not yet used again",
     "restart tenured"},
    {Fault::other_size, kFault, "other-size", "recordings have another size than they had when they were finished",
     "check the disk; a backup may have them"},
    {Fault::key_erased_early, kFault, "key-erased-early", "recordings cannot be decrypted, before their date",
     "restore the keys from the key backup"},
    {Fault::key_in_one_copy, kFault, "key-in-one-copy", "keys are whole in one of their two places only",
     "restart tenured, which repairs them"},
    {Fault::shared_key, kFault, "shared-key", "two recordings claim the same key", "run `tenure ledger verify`"},
    {Fault::file_without_key, kFault, "file-without-key",
     "recordings past their date are unreadable and their files not yet removed", "look at the log of tenured"},
    {Fault::hold_without_file, kFault, "hold-without-file",
     "holds would not survive the loss of the catalogue: their file is missing",
     "restore the folder `holds` from the backup"},
    {Fault::hold_file_without_row, kFault, "hold-file-without-row",
     "hold files lie there that the catalogue does not know; they count as holds at the next start", "restart tenured"},
    {Fault::stale_key_backup, kFault, "stale-key-backup",
     "the key backup is over seven days old, and no newer one is verified", "run a backup"},
    {Fault::key_backup_copy, kFault, "key-backup-copy",
     "key backups lie where nothing will remove them: in seven days they are too old",
     "delete them, and find out who copied them"},
    {Fault::backup_changed, kFault, "backup-changed",
     "backups are not what was written: changed, cut off, or other files of that name",
     "make a new backup, and check the disk"},
    {Fault::backup_with_index, kFault, "backup-with-index",
     "the catalogue in a backup can be searched by telephone number, which outlives deletions",
     "make a new backup of the recordings there"},
    {Fault::time_unconfirmed, kFault, "time-unconfirmed", "nothing has confirmed the machine's clock yet",
     "see `tenure time show`"},
    {Fault::catalogue_copy, kFault, "catalogue-copy",
     "copies of the catalogue lie about: they still list what was deleted since", "delete the copy"},
    {Fault::batch_short, kFault, "unaccounted",
     "recordings that the ledger counted are neither kept nor recorded as deleted", "run `tenure ledger verify`"},
    {Fault::deletion_waits, kFault, "deletion-waits", "recordings wait to be deleted until somebody answers a question",
     "see `tenure status`, then `tenure sweep approve`"},
}};

constexpr bool is_whole() {
  for (std::size_t at = 0; at < kWords.size(); ++at)
    if (kWords[at].kind == nullptr || kWords[at].fault != static_cast<Fault>(at)) return false;
  return true;
}
static_assert(is_whole(), "each Fault has its words, in the order of the enum");
}  // namespace

std::span<const FaultWords> fault_words() { return kWords; }

void Findings::add(Fault fault, Instance where, std::uint64_t count) {
  auto& finding = found_[fault];
  const auto& words = kWords.at(static_cast<std::size_t>(fault));
  finding.weight = words.weight;
  finding.kind = words.kind;
  finding.what = words.what;
  finding.remedy = words.remedy;
  finding.count += count;
  if (finding.first.size() < kMostInstances) finding.first.push_back(std::move(where));
}

void Findings::say_more(Fault fault, const std::string& more) {
  if (const auto finding = found_.find(fault); finding != found_.end()) finding->second.what += more;
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
