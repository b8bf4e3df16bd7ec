#include "config/definitions.h"

#include <algorithm>

namespace tenure::config {

const std::vector<SectionDefinition>& section_definitions() {
  static const std::vector<SectionDefinition> all = {
      {"storage", false, true, "Where everything is kept. Stop the daemon before you move it."},
      {"practice", false, false, "The practice, on what is printed for others."},
      {"vault", true, false,
       "A directory that sealed recordings go to. Without any, there is one, called main, in the folder vault below\n"
       "[storage] path."},
      {"class", true, true,
       "What is promised about a kind of recording. The file gives the first promise only: once recordings exist, a\n"
       "changed period is listed as a proposal and nothing is deleted because of it."},
      {"camera", true, false, "A camera that is recorded. Repeat the block for each one."},
      {"calls", true, false, "A folder that a telephone system puts call recordings into. Repeat the block for each one."},
      {"access", false, false, "Logins and what people may do. Without people (tenure user add) nothing of it applies."},
      {"access.rights", false, false,
       "Changes to who may do what: for a role, a list of \"RIGHT = GRANT\". The rights and their defaults stand in\n"
       "docs/guide/people.md; a grant is yes, no, by-case or second-person. Every change gets a ledger entry."},
      {"ledger", false, false, "The record of every act."},
      {"backup", false, false, "Copies of what is kept. That of the keys has no setting: docs/guide/backup.md."},
      {"daemon", false, false, "How the daemon runs on this machine. The defaults suit a normal installation."},
  };
  return all;
}

const std::vector<Definition>& definitions() {
  static const std::vector<Definition> all = {
      {"storage", "path", Type::path, true, "", "a folder", "\"/var/lib/tenure\"",
       "The state directory: catalogue, keys, holds and, unless a [[vault]] is given, the recordings."},
      {"storage", "trial", Type::boolean, false, "false", "true or false", "false",
       "Accepts periods from PT1M, so that expiry can be watched. For trying out only: it is shown everywhere, and cannot\n"
       "be switched on for a vault that was made without it."},
      {"storage", "sync_interval", Type::duration, false, "PT2S", "PT1S to PT1M", "\"PT2S\"",
       "The most footage that a power cut can take of each camera, beside one fragment."},
      {"storage", "least_free", Type::size, false, "256MiB", "a number with KiB, MiB, GiB or TiB, from 4MiB", "\"256MiB\"",
       "Always left free in each vault, for calls and for deleting. Below it the oldest CCTV that no hold keeps is deleted\n"
       "before its time, and reported as a broken promise; below half of it only calls are still taken in."},
      {"storage", "on_full", Type::choice, false, "delete-oldest", "delete-oldest|stop-cameras", "\"delete-oldest\"",
       "What gives way on a full disk when nothing is due: the oldest CCTV that no hold keeps, or what the cameras record now."},
      {"storage", "ballast", Type::size, false, "16MiB", "a number with KiB, MiB, GiB or TiB, from 1MiB", "\"16MiB\"",
       "Put by on each file system and given up when it is full, so that deleting still works."},
      {"storage", "scrub", Type::duration, false, "P28D", "P7D to P28D", "\"P28D\"",
       "Within this long everything kept is read and checked once. Shorter: damage is found sooner, the disks work more."},

      {"practice", "name", Type::text, false, "", "a name of at most 80 bytes", "\"Example Surgery\"",
       "Its name, on the promise report and on certificates of erasure. Not given: nothing stands in its place."},

      {"vault", "id", Type::name, true, "", "1 to 40 of a-z, 0-9 and -", "\"main\"", "Its name, written into the directory once."},
      {"vault", "path", Type::path, true, "", "a folder", "\"/srv/tenure\"", "The directory."},
      {"vault", "classes", Type::list, false, "", "names of classes", "[\"cctv\", \"calls\"]", "Which classes go there; none named: every class."},

      {"class", "name", Type::name, true, "", "1 to 40 of a-z, 0-9 and -", "\"cctv\"",
       "cctv and calls always exist (28 days, 3 years); name them to change their period."},
      {"class", "period", Type::period, true, "", "an ISO 8601 period from P1D to P100Y", "\"P28D\"",
       "How long each recording is kept: P28D, P4W, P6M, P3Y. Calendar parts are counted in UTC."},
      {"class", "anchor", Type::choice, false, "", "capture_end|capture_start", "\"capture_end\"",
       "Where the period starts. Default: capture_start for the class calls, capture_end for every other."},

      {"camera", "name", Type::name, true, "", "1 to 40 of a-z, 0-9 and -", "\"front-door\"", "Its name, used in every command. Keep it: recordings carry it."},
      {"camera", "url", Type::text, true, "", "rtsp:// or rtsps://, without user or password", "\"rtsp://192.0.2.10:554/stream1\"", "Where the camera streams from."},
      {"camera", "username", Type::text, false, "", "text", "\"tenure\"", "The user to log in to the camera as."},
      {"camera", "password", Type::text, false, "", "text", "\"\"", "That user's password. Better: credential."},
      {"camera", "credential", Type::text, false, "", "the name of a systemd credential", "\"front-door\"",
       "Reads the password from a systemd credential (LoadCredential= in the unit) instead of from this file."},
      {"camera", "area", Type::text, true, "", "any but consulting-room, treatment-room, toilet, changing-room", "\"entrance\"",
       "What the camera sees. Rooms where patients are seen or undress are refused."},
      {"camera", "class", Type::name, false, "cctv", "the name of a class", "\"cctv\"", "Which promise its recordings fall under."},
      {"camera", "priority", Type::choice, false, "normal", "normal|low", "\"normal\"", "low: this camera stops first when a vault is full and nothing may be deleted."},
      {"camera", "client", Type::choice, false, "own", "own", "\"own\"", "The RTSP client. libav, for odd cameras, comes with a later version."},
      {"camera", "allow_basic", Type::boolean, false, "false", "true or false", "false",
       "Sends the password readable on the network when the camera offers nothing better."},
      {"camera", "audio", Type::boolean, false, "false", "true or false", "false",
       "Records the camera's microphone. Rarely justified: it needs the next two settings."},
      {"camera", "audio_reason", Type::text, false, "", "text", "\"\"", "Why sound is necessary and proportionate."},
      {"camera", "audio_dpia", Type::text, false, "", "text", "\"\"", "The reference of the data protection impact assessment that covers it."},
      {"camera", "certificate_sha256", Type::text, false, "", "64 hexadecimal digits", "\"\"",
       "Pins an rtsps:// camera's certificate; without it the system's trusted authorities decide."},

      {"calls", "name", Type::name, true, "", "1 to 40 of a-z, 0-9 and -", "\"reception\"", "Its name. Keep it: recordings carry it."},
      {"calls", "folder", Type::path, true, "", "a folder", "\"/srv/calls\"", "The folder to watch, subfolders included (6 deep)."},
      {"calls", "format", Type::choice, true, "", "sidecar|freepbx", "\"sidecar\"",
       "sidecar: a NAME.json beside each recording (docs/reference/sidecar.md). freepbx: details are in the file's name."},
      {"calls", "class", Type::name, false, "calls", "the name of a class", "\"calls\"", "Which promise its recordings fall under."},
      {"calls", "timezone", Type::text, false, "Europe/London", "an IANA time zone", "\"Europe/London\"", "Of local times in file names."},
      {"calls", "extensions", Type::list, false, "", "texts of 1 to 20 digits, * and #", "[\"201\", \"202\"]", "The practice's own extensions, to tell incoming from outgoing."},
      {"calls", "source_policy", Type::choice, false, "keep", "keep|delete", "\"keep\"",
       "What happens to the telephone system's own copy once ours is safe: keep leaves it alone, delete removes it."},
      {"calls", "settle", Type::duration, false, "PT10S", "PT1S to PT1H", "\"PT10S\"",
       "A file is looked at when it has not changed for this long. PT2M for systems that append after a transfer."},
      {"calls", "wait_for_sidecar", Type::duration, false, "PT15M", "PT1S to P1D", "\"PT15M\"",
       "How long a recording waits for its sidecar before it is imported without, and listed as needing details."},
      {"calls", "rescan", Type::duration, false, "PT10M", "PT1S to P1D", "\"PT10M\"", "How often the whole folder is read again."},
      {"calls", "provider", Type::text, false, "", "a name of at most 80 bytes", "\"Example Telecom\"",
       "Who runs the telephone system and keeps a copy of its recordings that Tenure cannot see: it is registered for the\n"
       "promise report."},
      {"calls", "provider_keeps", Type::period, false, "", "an ISO 8601 period from P1D to P100Y", "\"P90D\"",
       "How long the provider keeps that copy, as the contract says. Without it the report says that nobody knows."},
      {"calls", "provider_place", Type::text, false, "", "text of at most 120 bytes", "\"its data centre in Leeds\"", "Where the provider keeps it."},
      {"calls", "provider_until", Type::text, false, "", "a day, as 2027-03-31", "\"2027-03-31\"",
       "The day by which nothing of it is left, by the provider's word: after a contract ended, for instance."},

      {"access", "idle", Type::duration, false, "PT30M", "PT1M to PT8H", "\"PT30M\"", "A login ends when it was not used for this long."},
      {"access", "longest", Type::duration, false, "PT12H", "PT5M to PT24H", "\"PT12H\"", "A login ends after this long in any case."},
      {"access", "fresh", Type::duration, false, "PT5M", "PT1M to PT1H", "\"PT5M\"",
       "How long a code counts as fresh: releasing, erasing, policy and people need a fresh one."},
      {"access", "approval", Type::duration, false, "P7D", "PT1H to P31D", "\"P7D\"", "A request for a second person expires after this long."},
      {"access", "front_desk_cameras", Type::list, false, "", "names of cameras", "[]", "The cameras whose live view the front desk may see."},
      {"access.rights", "practice-manager", Type::list, false, "", "texts of the form RIGHT = GRANT", "[\"release-footage = second-person\"]", "Changes for the practice manager."},
      {"access.rights", "partner", Type::list, false, "", "texts of the form RIGHT = GRANT", "[\"find-calls = yes\", \"play-calls = yes\"]", "Changes for partners."},
      {"access.rights", "clinical-lead", Type::list, false, "", "texts of the form RIGHT = GRANT", "[]", "Changes for clinical leads."},
      {"access.rights", "data-protection-officer", Type::list, false, "", "texts of the form RIGHT = GRANT", "[]", "Changes for the data protection officer."},
      {"access.rights", "front-desk", Type::list, false, "", "texts of the form RIGHT = GRANT", "[]", "Changes for the front desk."},
      {"access.rights", "it-administrator", Type::list, false, "", "texts of the form RIGHT = GRANT", "[\"settings = no\"]", "Changes for the IT administrator."},
      {"ledger", "copies", Type::list, false, "", "absolute paths of folders", "[\"/mnt/second-disk\"]",
       "Folders on other disks that the signed checkpoints are copied to every day, so that nobody can rewrite the ledger\n"
       "on this one unnoticed. Each must exist: one that is not mounted is an alarm in status."},
      {"backup", "data", Type::path, false, "", "a folder on another disk", "\"/mnt/backup\"",
       "Every night the recordings, sealed as they are, and the catalogue are copied there. It must exist: a disk that is\n"
       "not mounted is an alarm in status. Not given: only tenure backup data makes one."},

      {"daemon", "socket", Type::path, false, "", "a path of at most 100 bytes", "\"/run/tenure/tenured.sock\"",
       "Where the tenure command reaches the daemon. Default: /run/tenure/tenured.sock when [storage] path is\n"
       "/var/lib/tenure, else tenured.sock in [storage] path."},
      {"daemon", "worker", Type::path, false, "", "a program", "\"/usr/libexec/tenure/tenure-worker\"",
       "The program that decodes media. Default: beside the daemon, else ../libexec/tenure/ from there."},
      {"daemon", "timezone", Type::text, false, "Europe/London", "an IANA time zone", "\"Europe/London\"", "Of times that people type without an offset."},
      {"daemon", "log_level", Type::choice, false, "info", "debug|info|warning|error", "\"info\"", "The least important lines that are logged."},
  };
  return all;
}

const Definition* find_definition(std::string_view section, std::string_view key) {
  const auto& all = definitions();
  const auto at = std::find_if(all.begin(), all.end(), [&](const Definition& d) { return d.section == section && d.key == key; });
  return at == all.end() ? nullptr : &*at;
}

const SectionDefinition* find_section(std::string_view name) {
  const auto& all = section_definitions();
  const auto at = std::find_if(all.begin(), all.end(), [&](const SectionDefinition& s) { return s.name == name; });
  return at == all.end() ? nullptr : &*at;
}

bool comes_later(std::string_view section) { return section == "http" || section == "notify"; }

}  // namespace tenure::config
