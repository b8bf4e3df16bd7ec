// How well this machine forgets a key that was overwritten in place: the file system, what lies under it, and whether
// the whole machine is an image that somebody may copy. machine_facts() reads /proc and /sys; the verdict is pure.
#pragma once
#include <string>
#include <vector>

#include "base/file.h"

namespace tenure::storage {

struct MachineFacts {
  std::string file_system;        // "ext4", "xfs", "btrfs", ...
  std::string options;            // of the mount, with the file system's own
  bool encrypted = false;         // dm-crypt somewhere below
  bool tpm = false;
  std::string virtual_machine;    // "kvm", "vmware", ...; empty: none was seen
  bool container = false;
};

struct ErasureLevel {
  int level = 0;                  // 1 slots; 2 + encrypted disk; 3 + TPM and rotation; 0: overwriting is not physical
  std::string verdict;            // "good", "warning", "bad"
  std::string text;               // about the file system
  std::vector<std::string> warnings;
};

MachineFacts machine_facts(const Path& folder);
// The file system of `folder` by the text of /proc/self/mountinfo and the device number "8:1"; empty when it is not there.
MachineFacts facts_in_mountinfo(const std::string& mountinfo, const std::string& device);
ErasureLevel judge_erasure(const MachineFacts& facts, bool key_is_credential, bool was_rotated);
// Throws Error{refused} where nothing that is promised could be kept: a network file system.
void refuse_hopeless(const MachineFacts& facts, const Path& folder);

}  // namespace tenure::storage
